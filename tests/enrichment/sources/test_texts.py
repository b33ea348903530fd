"""Texts out of records: what goes, what stays."""

import pytest

from enrichment.sources import texts


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  Lalka \r\n tom I ", "Lalka tom I"),
        ("Po\u0301z\u0301no", "P\u00f3\u017ano"),
        ("N\x00ocny \x1fpocia\u0328g\x98", "Nocny poci\u0105g"),
        ("half \ud83d of a pair", "half of a pair"),
        ("N&ouml", "N&ouml"),
        ("<i>Solaris</i> &amp; H<sub>2</sub>O", "Solaris & H2O"),
        ("Lalka<br/>tom I", "Lalka tom I"),
        ("Thinking in C<T>, 3 < 4", "Thinking in C<T>, 3 < 4"),
        ("FranÃ§ois", "FranÃ§ois"),
        ("<>", "<>"),
        ("\u200b\u00a0\ufe20", ""),
        ("", ""),
        (5, ""),
        (["Lalka"], ""),
        (None, ""),
    ],
)
def test_a_line(value, expected):
    assert texts.line(value) == expected


def test_a_long_line_ends_with_a_word():
    assert texts.line("word " * 1_000, 22) == "word word word word"
    assert texts.line("word " * 1_000, 24) == "word word word word word"
    assert texts.line("x" * 1_000_000) == "x" * texts.LINE


def test_lines_once_each_whatever_their_case():
    assert texts.lines(["Poetry", "", 5, "Drama", "POETRY"]) == ("Poetry", "Drama")
    assert texts.lines("Poetry") == texts.lines(None) == ()


def test_paragraphs_keep_their_breaks():
    assert texts.paragraphs(" One,\r\n  two.\r\n\r\n\r\n\r\nThree. ") == "One,\ntwo.\n\nThree."
    assert texts.paragraphs({"value": "One"}) == texts.paragraphs("\u200b") == ""


def test_a_description_is_cut_at_a_word():
    cut = texts.paragraphs("słowo " * 3_000)
    assert 9_990 < len(cut) <= texts.DESCRIPTION
    assert cut.endswith("słowo")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("A doll.\r\n\r\n----------\r\nAlso in: [Works](/works/OL1W)", "A doll."),
        ("----------\nOnly a source", ""),
        ("See [The Doll][1] ([source][2])\n\n  [1]: https://a.example\n[2]: b", "See The Doll"),
        ("By [Prus](https://a.example/prus), *1890* [sic]", "By Prus, *1890* [sic]"),
        ("Heading\n-----\nText", "Heading\n-----\nText"),
    ],
)
def test_markdown(value, expected):
    assert texts.from_markdown(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("<p>One &amp; <b>two</b>.</p>\n<p>Three.<br>Four.</p>", "One & two.\n\nThree.\nFour."),
        ("<p>One\nline</p><script>alert(1)</script>", "One line"),
        ("Plain &quot;text&quot;\n\n5 < 6", 'Plain "text"\n\n5 < 6'),
        ("<ul><li>a</li><li>b</li></ul>", "a\n\nb"),
        ("\ud800<p>\x00a", "a"),
        ("<b></b>", ""),
        (None, ""),
    ],
)
def test_html(value, expected):
    assert texts.from_html(value) == expected


@pytest.mark.parametrize("read", [texts.line, texts.from_markdown, texts.from_html])
@pytest.mark.parametrize("part", ["<b>", "[", "<p", "(", "\u0301\u0316", "- ", "[a](", "&#0;"])
def test_long_nonsense_takes_no_time(read, part):
    read(part * 500_000)
