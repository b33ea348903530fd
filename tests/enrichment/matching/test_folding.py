"""Text as it is compared."""

import pytest

from enrichment.matching import folding


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Wiedźmin: Krew elfów", "wiedzmin krew elfow"),
        ("ZAŻÓŁĆ GĘŚLĄ JAŹŃ", "zazolc gesla jazn"),
        ("Ender's Game", "enders game"),
        ("L\u2019Étranger", "l etranger"),
        ("Pride & Prejudice", "pride and prejudice"),
        ("Effective C++", "effective c plus plus"),
        ("C# in Depth", "c sharp in depth"),
        ("Der Prozeß", "der prozess"),
        ("Peter Høeg", "peter hoeg"),
        ("J.R.R. Tolkien", "j r r tolkien"),
        ("Фёдор", "федор"),
        ("  Catch—22 \t(\uff21) ", "catch 22 a"),
        ("!?", ""),
    ],
)
def test_what_makes_no_difference(text, folded):
    assert folding.folded(text) == folded


def test_marks_that_are_letters_stay():
    assert folding.folded("ग़बन") == "ग़बन"
    assert folding.folded("がく") != folding.folded("かく")
    assert folding.words("रामायण कथा") == ["रामायण", "कथा"]
