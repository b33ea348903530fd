"""XML from people who may mean harm, and XML that is too large to be kept."""

import io

import pytest
from lxml import etree

from enrichment.book_files import xml_stream
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import Source
from enrichment.book_files.xml_stream import (
    UnknownEntityError,
    XmlStream,
    html_of,
    line_of,
    root_name,
    text_of,
)

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10 if n else "ha" * 50}">' for n in range(10))


def stream(content):
    data = content if isinstance(content, bytes) else content.encode()
    return XmlStream(Source(io.BytesIO(data)), ["{*}r", "{*}a"])


def texts(content):
    """Read all, as a format does: the text of each element, which is then cut off."""
    given = stream(content)
    found = []
    for event, element in given:
        if event == "end" and element.tag.endswith("a"):
            found.append(text_of(element))
            given.release(element)
    return found


class TestHarm:
    """No network is there in these tests; a reader that asked for it would hang or fail."""

    @pytest.mark.parametrize(
        "declared",
        [
            '<!DOCTYPE r SYSTEM "http://127.0.0.1:9/evil.dtd">',
            '<!DOCTYPE r PUBLIC "-//X//Y" "http://127.0.0.1:9/evil.dtd">',
            '<!DOCTYPE r [<!ENTITY % p SYSTEM "http://127.0.0.1:9/evil.dtd"> %p;]>',
            '<!DOCTYPE r [<!ENTITY e SYSTEM "http://127.0.0.1:9/evil">]>',
            f"<!DOCTYPE r [{LAUGHS}]>",
        ],
    )
    def test_a_declaration_is_passed_over(self, declared):
        assert texts(f"{declared}<r><a>good</a></r>") == ["good"]

    def test_no_file_is_read(self, tmp_path):
        """The document type would not even parse."""
        secret, evil = tmp_path / "secret", tmp_path / "evil.dtd"
        secret.write_text("secret")
        evil.write_text("<<<")
        for declared in (
            f'<!DOCTYPE r SYSTEM "{evil.as_uri()}">',
            f'<!DOCTYPE r [<!ENTITY % p SYSTEM "{evil.as_uri()}"> %p;]>',
            f'<!DOCTYPE r SYSTEM "{tmp_path.as_uri()}/missing.dtd">',
        ):
            assert texts(f"{declared}<r><a>good</a></r>") == ["good"]
        with pytest.raises(UnknownEntityError, match="&e;"):
            texts(f'<!DOCTYPE r [<!ENTITY e SYSTEM "{secret.as_uri()}">]><r><a>&e;</a></r>')

    def test_nothing_is_expanded(self):
        with pytest.raises(UnknownEntityError, match="&l1;"):
            texts(f"<!DOCTYPE r [{LAUGHS}]><r><a>&l1;</a></r>")
        for laughing in ("<a>&l9;</a>", '<a t="&l9;"/>'):
            with pytest.raises(FileError, match="amplification"):
                texts(f"<!DOCTYPE r [{LAUGHS}]><r>{laughing}</r>")

    def test_an_xinclude_is_an_element_like_others(self):
        include = '<x:include xmlns:x="http://www.w3.org/2001/XInclude" href="/etc/passwd"/>'
        assert texts(f"<r><a>{include}</a></r>") == [""]

    def test_depth_has_an_end(self):
        with pytest.raises(FileError, match="depth"):
            texts("<r>" + "<a>" * 5000)


class TestTexts:
    @pytest.mark.parametrize(
        ("written", "read"),
        [
            ("&amp;&lt;&#233;&#xE9;", "&<éé"),
            ("<![CDATA[<b>&amp;]]>", "<b>&amp;"),
            ("a<!-- no -->b<?no no?>c<b>d</b>e", "abcde"),
        ],
    )
    def test_text(self, written, read):
        assert texts(f"<r><a>{written}</a></r>") == [read]

    def test_characters_of_html_are_known_where_a_type_is_declared(self):
        declared = '<!DOCTYPE ONIXMessage SYSTEM "http://www.editeur.org/onix.dtd">'
        assert texts(f"{declared}<r><a>caf&eacute; &copy;</a></r>") == ["café ©"]

    def test_html_has_plain_tags_whatever_their_namespace(self):
        element = etree.fromstring('<a xmlns:h="urn:h">1 &lt; 2<h:p x="y">b<h:i>c</h:i></h:p>d</a>')
        assert html_of(element) == "1 &lt; 2<p>b<i>c</i></p>d"

    @pytest.mark.parametrize("encoding", ["utf-8", "iso-8859-1", "utf-16", "windows-1252"])
    def test_the_encoding_that_is_declared(self, encoding):
        content = f'<?xml version="1.0" encoding="{encoding}"?><r><a>é</a></r>'
        assert texts(content.encode(encoding)) == ["é"]
        assert root_name(content.encode(encoding)) == "r"


class TestBroken:
    @pytest.mark.parametrize(
        ("rest", "told"),
        [
            ("<b>&</b>", "line 3"),
            ("<b></c>", "line 3"),
            ("&eacute;", "line 3: Entity 'eacute' not defined"),
            ("\x00", "line 3"),
            ("", "line 3"),
            ("</r>x", "line 3"),
        ],
    )
    @pytest.mark.parametrize("chunk", [7, 65536])
    def test_what_came_before_is_given_and_the_line_is_told(self, rest, told, chunk, monkeypatch):
        monkeypatch.setattr(xml_stream, "CHUNK", chunk)
        events = iter(stream(f"<r>\n<a>1</a><a>2</a>\n{rest}"))
        before = [next(events) for _ in range(5)]
        assert [element.text for event, element in before if event == "end"] == ["1", "2"]
        with pytest.raises(FileError, match=told):
            list(events)

    def test_bytes_that_are_not_of_the_encoding(self):
        with pytest.raises(FileError, match="line 2"):
            texts(b"<r>\n<a>\xff</a></r>")

    @pytest.mark.parametrize("content", ["", "text", "{}", "<", "<?xml version='1.0'?>"])
    def test_no_xml(self, content):
        with pytest.raises(FileError, match="The XML is broken"):
            texts(content)

    def test_a_record_without_end_does_not_fill_the_memory(self, monkeypatch):
        monkeypatch.setattr(xml_stream, "LONGEST_RECORD", 200_000)
        with pytest.raises(FileError, match="no record in"):
            texts("<r><a>" + "<b>x</b>" * 50_000)


def test_the_tree_does_not_grow(monkeypatch):
    monkeypatch.setattr(xml_stream, "CHUNK", 100)
    given = stream("<r>" + "<h/>\n<w><v/><a><b>x</b></a></w>" * 500 + "</r>")
    left = []
    for event, element in given:
        if event == "end" and element.tag == "a":
            root = element.getroottree().getroot()
            given.release(element)
            left.append(sum(1 for _ in root.iter()))
    assert len(left) == 500
    assert max(left) <= 30


def test_lines_beyond_the_sixteen_bits_of_old():
    """There libxml2 knows the line on which the element's text ends."""
    given = stream("<r>" + "\n" * 70_000 + "<a>\n</a>\n<a>\n</a></r>")
    lines = []
    for event, element in given:
        if event == "end" and element.tag == "a":
            lines.append(line_of(element))
            given.release(element)
    assert lines == [70_002, 70_004]


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"<ONIXMessage release='3.0'>", "ONIXMessage"),
        (b"\xef\xbb\xbf\n<?xml version='1.0'?>\n<!-- <a> -->\n<marc:collection>", "collection"),
        (b"<!DOCTYPE ONIXmessage SYSTEM 'x.dtd'><ONIXmessage>", "ONIXmessage"),
        (b"<!DOCTYPE r [<!ENTITY a '<b>'>\n]><r>", "r"),
        (b"title,author", ""),
        (b"", ""),
        (b"<!-- never closed", ""),
    ],
)
def test_the_first_element_is_seen_in_the_head(head, name):
    assert root_name(head) == name
