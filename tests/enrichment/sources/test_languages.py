"""MARC's codes and Google's tags, as BCP 47."""

import gzip
import json

import langcodes
import pytest

from enrichment.sources import languages


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("eng", "en"),
        ("pol", "pl"),
        ("fre", "fr"),
        ("ger", "de"),
        ("cze", "cs"),
        ("dut", "nl"),
        ("rum", "ro"),
        ("slo", "sk"),
        ("chi", "zh"),
        ("gre", "el"),
        ("scr", "hr"),
        ("grc", "grc"),
        ("swz", "ss"),
        ("lan", "oc"),
        ("tag", "fil"),
        ("und", None),
        ("mul", None),
        ("zxx", None),
        ("esk", None),
        ("xxx", None),
        ("English", None),
        ("", None),
    ],
)
def test_marc(code, tag):
    assert languages.from_marc(code) == tag


@pytest.mark.parametrize(
    ("value", "tag"),
    [
        ("pl", "pl"),
        ("EN", "en"),
        ("pt-br", "pt-BR"),
        ("zh-TW", "zh-TW"),
        ("un", None),
        ("mul", None),
        ("", None),
        ("en_US; DROP", None),
        (5, None),
    ],
)
def test_tags(value, tag):
    assert languages.from_tag(value) == tag


def test_every_language_that_open_library_has(shared_data):
    with gzip.open(shared_data / "openlibrary" / "ol_dump_languages.txt.gz", "rt") as rows:
        codes = [json.loads(row.split("\t", 4)[4])["key"].rpartition("/")[2] for row in rows]
    tags = {code: languages.from_marc(code) for code in codes}
    assert len(codes) == 461
    assert [code for code, tag in tags.items() if tag is None] == ["esk", "mis", "mul", "und"]
    assert all(langcodes.tag_is_valid(tag) for tag in tags.values() if tag)
