"""Fields of ONIX products, in the shapes that the standard allows and publishers send."""

from datetime import date

import pytest
from lxml import etree

from enrichment.book_files.onix import fields


def element(inner):
    return etree.fromstring(f"<X>{inner}</X>")


def titled(*elements, kind="01"):
    return f"<TitleDetail><TitleType>{kind}</TitleType>{''.join(elements)}</TitleDetail>"


def part(level="01", **texts):
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in texts.items())
    return f"<TitleElement><TitleElementLevel>{level}</TitleElementLevel>{inner}</TitleElement>"


@pytest.mark.parametrize(
    ("detail", "title"),
    [
        (titled(part(TitleText="Emma")), "Emma"),
        (titled(part(TitlePrefix="The", TitleWithoutPrefix="Hobbit")), "The Hobbit"),
        (
            titled(part(TitlePrefix="L&#8217;", TitleWithoutPrefix="Or")),
            "L\N{RIGHT SINGLE QUOTATION MARK}Or",
        ),
        (titled(part(TitlePrefix="The", TitleWithoutPrefix="Boys' Life")), "The Boys' Life"),
        (titled(part(TitleWithoutPrefix="Roseanna")), "Roseanna"),
        (titled(part(TitleText="Emma", Subtitle="A Novel")), "Emma: A Novel"),
        (titled(part(TitleText="Emma", Subtitle="x" * 500)), "Emma"),
        (titled(part(TitleText="Lexicon", PartNumber="Volume 3")), "Lexicon, Volume 3"),
        (titled(part("02", TitleText="Series"), part(TitleText="Emma")), "Emma"),
        (titled(part("02", TitleText="Series"), part(PartNumber="7")), "Series, 7"),
        (titled(part("02", TitleText="Series")), "Series"),
        (titled(part(TitleText="EMMA (PB)"), kind="10") + titled(part(TitleText="Emma")), "Emma"),
        (titled(part(TitleText="EMMA (PB)"), kind="10"), ""),
        (titled(part(TitleText="Tom &amp;amp; &lt;i&gt;Jerry&lt;/i&gt;")), "Tom & Jerry"),
        ("", ""),
    ],
)
def test_the_title(detail, title):
    assert fields.title(element(detail)) == title


def contributor(*roles, number="", **names):
    inner = "".join(f"<{name}>{text}</{name}>" for name, text in names.items())
    coded = "".join(f"<ContributorRole>{role}</ContributorRole>" for role in roles)
    return f"<Contributor><SequenceNumber>{number}</SequenceNumber>{coded}{inner}</Contributor>"


@pytest.mark.parametrize(
    ("contributors", "author"),
    [
        ([contributor("A01", PersonName="A B", NamesBeforeKey="C", KeyNames="D")], "A B"),
        ([contributor("A01", NamesBeforeKey="Maj", KeyNames="Sjöwall")], "Maj Sjöwall"),
        ([contributor("A01", NamesBeforeKey="L", PrefixToKey="van", KeyNames="B")], "L van B"),
        ([contributor("A01", NamesBeforeKey="J", PrefixToKey="d'", KeyNames="O")], "J d'O"),
        ([contributor("A01", PersonNameInverted="King, Stephen")], "Stephen King"),
        ([contributor("A01", CorporateName="NASA; ESA")], "NASA, ESA"),
        (
            [
                contributor("A01", number="2", PersonName="Second"),
                contributor("A01", number="1", PersonName="First"),
            ],
            "First; Second",
        ),
        ([contributor("A12", PersonName="I"), contributor("A01", PersonName="W")], "W"),
        ([contributor("A12", "A01", PersonName="Both")], "Both"),
        ([contributor("B01", PersonName="E"), contributor("B06", PersonName="T")], "E"),
        ([contributor("A12", PersonName="I"), contributor("B01", PersonName="E")], "E"),
        ([contributor("A12", PersonName="I")], "I"),
        ([contributor("B06", PersonName="T")], ""),
        ([contributor("A01", PersonName="Same"), contributor("A02", PersonName="Same")], "Same"),
        ([contributor("A01", UnnamedPersons="04")], ""),
        ([], ""),
    ],
)
def test_the_author(contributors, author):
    assert fields.author(element("".join(contributors))) == author


@pytest.mark.parametrize(
    ("identifiers", "isbn"),
    [
        ([("15", "978-0-306-40615-7")], "978-0-306-40615-7"),
        ([("02", "0306406152"), ("03", "9780306406157")], "9780306406157"),
        ([("03", "3019002489208")], ""),
        ([("01", "X"), ("02", "0306406152")], "0306406152"),
        ([], ""),
    ],
)
def test_the_isbn(identifiers, isbn):
    inner = "".join(
        f"<ProductIdentifier><ProductIDType>{kind}</ProductIDType><IDValue>{text}</IDValue>"
        "</ProductIdentifier>"
        for kind, text in identifiers
    )
    assert fields.isbn(element(inner)) == isbn


@pytest.mark.parametrize(
    ("text", "kind", "day"),
    [
        ("20200115", "00", date(2020, 1, 15)),
        ("20200115", "", date(2020, 1, 15)),
        ("202003", "01", date(2020, 3, 1)),
        ("202003", "", date(2020, 3, 1)),
        ("2020", "05", date(2020, 1, 1)),
        ("2020", "00", date(2020, 1, 1)),
        ("202017", "02", date(2020, 1, 1)),
        ("20203", "03", date(2020, 1, 1)),
        ("2020011520200215", "06", date(2020, 1, 15)),
        ("202001202003", "07", date(2020, 1, 1)),
        ("20202021", "11", date(2020, 1, 1)),
        ("Spring 2020", "12", date(2020, 1, 1)),
        ("January 5, 2020", "12", date(2020, 1, 5)),
        ("20131105T1200", "13", date(2013, 11, 5)),
        ("20131105T000000+0100", "14", date(2013, 11, 5)),
        ("2013-11-05", "00", date(2013, 11, 5)),
        ("20163112", "00", date(2016, 1, 1)),
        ("00000000", "00", None),
        ("soon", "12", None),
        ("14410101", "20", None),
        ("", "", None),
    ],
)
def test_dates(text, kind, day):
    assert fields.published(text, kind) == day


@pytest.mark.parametrize(
    ("subjects", "genres"),
    [
        ([("10", "FICTION / Science Fiction / General")], ["FICTION", "Science Fiction"]),
        ([("20", "whales; sea, ships; ")], ["whales", "sea, ships"]),
        ([("20", "whales, sea")], ["whales", "sea"]),
        ([("93", ""), ("24", "Classics"), ("24", "CLASSICS")], ["Classics"]),
        ([("20", "x" * 101)], []),
        ([("20", ";".join(f"word{n}" for n in range(30)))], [f"word{n}" for n in range(20)]),
    ],
)
def test_genres(subjects, genres):
    inner = "".join(
        f"<Subject><SubjectSchemeIdentifier>{scheme}</SubjectSchemeIdentifier>"
        f"<SubjectCode>FIC028000</SubjectCode><SubjectHeadingText>{text}</SubjectHeadingText>"
        "</Subject>"
        for scheme, text in subjects
    )
    assert fields.genres(element(inner)) == genres


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("BB", "Hardcover"),
        ("BC", "Paperback"),
        ("ED", "Ebook"),
        ("AJ", "Audiobook"),
        ("BA", None),
        ("VO", None),
        ("", None),
    ],
)
def test_formats(form, expected):
    assert fields.book_format(element(f"<ProductForm>{form}</ProductForm>")) == expected


@pytest.mark.parametrize(
    ("texts", "plain"),
    [
        ([("02", "short"), ("03", "long")], "long"),
        ([("02", "short"), ("04", "contents")], "short"),
        ([("03", "<p>One</p><p>a <em>b</em></p>")], "One\n\na b"),
        ([("03", '<p xmlns="http://www.w3.org/1999/xhtml">One</p>')], "One"),
        ([("03", "&lt;p&gt;One &amp;amp; two&lt;br/&gt;three&lt;/p&gt;")], "One & two\nthree"),
        ([("03", "<![CDATA[&lt;p&gt;One&lt;/p&gt;]]>")], "One"),
        ([("03", "&lt;script&gt;alert(1)&lt;/script&gt;Good")], "Good"),
        ([("03", "Mind &lt; matter, R&amp;D")], "Mind < matter, R&D"),
        ([("03", " "), ("03", "second")], "second"),
        ([], ""),
    ],
)
def test_descriptions(texts, plain):
    inner = "".join(
        f"<TextContent><TextType>{kind}</TextType><Text>{text}</Text></TextContent>"
        for kind, text in texts
    )
    assert fields.description(element(inner)) == plain


def test_the_codes_of_languages():
    spoken = "<Language><LanguageRole>{}</LanguageRole><LanguageCode>{}</LanguageCode></Language>"
    detail = element(spoken.format("02", "swe") + spoken.format("01", "ger"))
    assert fields.language_code(detail) == "ger"
    assert fields.language("ger") == "de"
    assert fields.language("ENG") == "en"
    assert fields.language("und") is None
