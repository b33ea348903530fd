"""The publishers' and libraries' files that lie beside the clone: every one goes through."""

import pytest

from enrichment.book_files import FORMATS, recognise
from enrichment.book_files.rows import FileError
from enrichment.book_files.source import opened

# Of each: its rows, those that cannot be read, those that have a price.
FILES = {
    "onix/im_onix/9782752906700.xml": ("onix", 4, 0, 1),
    "onix/im_onix/audio1.xml": ("onix", 1, 0, 1),
    "onix/im_onix/bad_content_date_format.xml": ("onix", 1, 0, 0),
    "onix/im_onix/embargo-date.xml": ("onix", 1, 0, 1),
    "onix/im_onix/full_sample.xml": ("onix", 1, 0, 1),
    "onix/im_onix/invalid_textformat_cdata_xhtml.xml": ("onix", 1, 0, 0),
    "onix/im_onix/price_to_be_announced.xml": ("onix", 1, 0, 0),
    "onix/im_onix/short.xml": ("onix", 1, 0, 1),
    "onix/im_onix/unqualified-prices.xml": ("onix", 1, 0, 1),
    "onix/onix-parser/delete_test.xml": ("onix", 1, 0, 0),
    "onix/onix-parser/full_test.xml": ("onix", 1, 0, 0),
    "onix/onix-parser/update_test.xml": ("onix", 1, 0, 0),
    "marc/pymarc/test/1251.dat": ("marc", 6, 6, 0),
    "marc/pymarc/test/alphatag.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/bad_eacc_encoding.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/bad_indicator.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/bad_marc8_escape.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/bad_records.mrc": ("marc", 8, 6, 0),
    "marc/pymarc/test/bad_subfield_code.dat": ("marc", 1, 1, 0),
    "marc/pymarc/test/bad_tag.xml": ("marcxml", 1, 0, 0),
    "marc/pymarc/test/batch.xml": ("marcxml", 2, 0, 0),
    "marc/pymarc/test/diacritic.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/marc.dat": ("marc", 20, 0, 0),
    "marc/pymarc/test/marc8.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/multi_isbn.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/one.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/regression45.dat": ("marc", 12, 0, 0),
    "marc/pymarc/test/test.dat": ("marc", 10, 0, 0),
    "marc/pymarc/test/testunimarc.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/utf8.xml": ("marcxml", 1, 0, 0),
    "marc/pymarc/test/utf8_errors.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/utf8_invalid.mrc": ("marc", 1, 0, 0),
    "marc/pymarc/test/utf8_with_leader_flag.dat": ("marc", 1, 0, 0),
    "marc/pymarc/test/utf8_without_leader_flag.dat": ("marc", 1, 0, 0),
}


@pytest.mark.parametrize("name", FILES)
def test_each_file(name, shared_data):
    expected, *counts = FILES[name]
    path = str(shared_data / name)
    with opened(path) as source:
        key = recognise(source, path)
        assert key == expected
        found = list(FORMATS[key](source, pytest.fail))
    priced = [row for row in found if row.data and "price" in row.data]
    broken = [row for row in found if row.problem]
    assert [len(found), len(broken), len(priced)] == counts


def test_onix_2_is_refused_with_advice(shared_data):
    with (
        opened(str(shared_data / "onix/im_onix/onix2.xml")) as source,
        pytest.raises(FileError, match=r"ONIX 2\.1 or older"),
    ):
        FORMATS["onix"](source, pytest.fail)
