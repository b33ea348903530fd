"""ONIX messages as rows: both kinds of tags, notifications, and what is no ONIX 3."""

import re
from decimal import Decimal

import pytest

from enrichment.book_files.onix.tags import SHORT
from enrichment.book_files.rows import Action, FileError
from tests.enrichment.book_files.onix_messages import (
    AUTHOR,
    PRICE,
    TITLE,
    message,
    product,
    supply,
)

FULL = product(
    detail="<ProductForm>BC</ProductForm>"
    + TITLE
    + AUTHOR
    + "<Language><LanguageRole>01</LanguageRole><LanguageCode>eng</LanguageCode></Language>"
    "<Subject><SubjectSchemeIdentifier>20</SubjectSchemeIdentifier>"
    "<SubjectHeadingText>Marriage</SubjectHeadingText></Subject>",
    collateral="<TextContent><TextType>03</TextType><Text>Handsome &amp; rich.</Text></TextContent>"
    "<SupportingResource><ResourceContentType>01</ResourceContentType><ResourceVersion>"
    "<ResourceLink>https://cdn.bookhub.com/emma.jpg</ResourceLink></ResourceVersion>"
    "</SupportingResource>",
    publishing="<PublishingDate><PublishingDateRole>01</PublishingDateRole>"
    '<Date dateformat="00">18151223</Date></PublishingDate>',
)
BODY = {
    "isbn": "9780306406157",
    "title": "Emma",
    "author": "Jane Austen",
    "language": "en",
    "genres": ["Marriage"],
    "bookFormat": "Paperback",
    "description": "Handsome & rich.",
    "coverImages": ["https://cdn.bookhub.com/emma.jpg"],
    "publishedDate": "1815-12-23",
    "price": Decimal("9.99"),
    "currency": "GBP",
}
NAMESPACE = "http://ns.editeur.org/onix/3.0/reference"


def short(text):
    names = {reference: tag for tag, reference in SHORT.items()} | {"ONIXMessage": "ONIXmessage"}
    return re.sub(r"(?<=[</])[A-Z]\w+", lambda found: names[found[0]], text)


@pytest.mark.parametrize(
    "content",
    [
        message(FULL),
        short(message(FULL)),
        message(FULL, root=f'<ONIXMessage xmlns="{NAMESPACE}">'),
        message(FULL, root='<ONIXMessage release="3.1" xmlns="http://ns.editeur.org/onix/3.1">'),
        message(FULL).replace("UTF-8", "UTF-16").encode("utf-16"),
    ],
    ids=["reference", "short", "namespace", "3.1", "UTF-16"],
)
def test_a_product_is_the_body_of_the_api(content, rows):
    for packed in (False, True):
        (row,) = rows("onix", content, packed=packed)
        assert (row.line, row.action, row.problem, row.notes) == (4, Action.CREATE, None, ())
        assert row.data == row.original == BODY


@pytest.mark.parametrize(
    ("kind", "action"),
    [("01", "create"), ("02", "create"), ("", "create"), ("04", "update"), ("05", "delete")],
)
def test_notifications(kind, action, rows):
    (row,) = rows("onix", message(product(kind)))
    assert row.action == action
    assert row.original.get("action", "create") == action


def test_other_notifications_are_refused(rows):
    (row,) = rows("onix", message(product("89")))
    assert row.problem == 'Notification type "89" is not taken.'
    assert row.original["title"] == "Emma"


def test_a_deletion_needs_the_isbn_alone(bodies):
    assert bodies("onix", message(product("05"))) == [{"isbn": "9780306406157"}]


def test_an_update_names_the_fields_of_its_blocks(bodies):
    (only_prices,) = bodies(
        "onix", message(product("04", detail=None, collateral=None, publishing=None))
    )
    assert only_prices == {
        "isbn": "9780306406157",
        "price": Decimal("9.99"),
        "currency": "GBP",
    }
    (texts,) = bodies("onix", message(product("04", detail=None, publishing=None, supplied="")))
    assert texts == {"isbn": "9780306406157", "description": "", "coverImages": []}


def test_what_is_lacking_is_lacking(bodies):
    (body,) = bodies("onix", message(product(isbn="", detail="", supplied="")))
    assert body == {}


def test_the_header_has_defaults(bodies):
    bare = supply("<Price><PriceAmount>5</PriceAmount></Price>")
    header = "<DefaultPriceType>02</DefaultPriceType><DefaultCurrencyCode>PLN</DefaultCurrencyCode>"
    (body,) = bodies("onix", message(product(supplied=bare), header=header))
    assert (body["price"], body["currency"]) == (Decimal("5.00"), "PLN")


def test_what_is_left_out_is_noted(rows):
    (row,) = rows(
        "onix",
        message(
            product(
                detail=TITLE
                + AUTHOR
                + "<Language><LanguageRole>01</LanguageRole><LanguageCode>xx1</LanguageCode></Language>",
                collateral="<SupportingResource><ResourceContentType>01</ResourceContentType>"
                "<ResourceVersion><ResourceLink>http://x.example/a.jpg</ResourceLink>"
                "</ResourceVersion></SupportingResource>",
                publishing="<PublishingDate><PublishingDateRole>01</PublishingDateRole>"
                "<Date>soon</Date></PublishingDate>",
            )
        ),
    )
    assert row.problem is None
    assert {note["field"] for note in row.notes} == {"language", "coverImages", "publishedDate"}
    assert row.data.keys() == {"isbn", "title", "author", "price", "currency"}


def test_an_entity_spoils_its_own_product_alone(rows):
    bad = product(detail=TITLE.replace("Emma", "&pub;"))
    content = message(product(), bad, product()).replace(
        "<ONIXMessage", '<!DOCTYPE ONIXMessage [<!ENTITY pub "Acme">]><ONIXMessage'
    )
    good, refused, other = rows("onix", content)
    assert "&pub;" in refused.problem
    assert refused.original == {"isbn": "9780306406157"}
    assert (good.problem, other.problem) == (None, None)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("<ONIXMessage><Product/></ONIXMessage>", r"ONIX 2\.1 or older"),
        ('<ONIXMessage release="2.1"/>', r"This is ONIX 2\.1"),
        ("<html><body/></html>", "no ONIX"),
        ("", "The XML is broken"),
        ("title,author\n", "The XML is broken"),
    ],
)
def test_what_is_no_onix_3(content, told, rows):
    with pytest.raises(FileError, match=told):
        rows("onix", content)


def test_a_message_without_products_is_no_mistake(rows):
    assert rows("onix", message()) == []


def test_prices_of_a_block_that_has_none(rows):
    (row,) = rows("onix", message(product("04", supplied=supply(PRICE.replace("02<", "05<")))))
    assert row.data["price"] is None
