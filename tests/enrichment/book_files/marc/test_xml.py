"""MARCXML: the same fields as MARC 21, in every wrapping that libraries have."""

import pytest

from enrichment.book_files.rows import FileError

SLIM = "http://www.loc.gov/MARC21/slim"
INNER = (
    "<leader>00925nam  22002777a 4500</leader>"
    '<controlfield tag="008">910926s1957    nyuuun              eng  </controlfield>'
    '<datafield tag="245" ind1="1" ind2="0"><subfield code="a">Caf&#233; /</subfield></datafield>'
    '<datafield tag="100" ind1="1" ind2=" "><subfield code="a">Austen, Jane</subfield></datafield>'
)
RECORD = f'<record xmlns="{SLIM}">{INNER}</record>'
OAI = "http://www.openarchives.org/OAI/2.0/"
SRU = "http://www.loc.gov/zing/srw/"
BODY = {
    "title": "Café",
    "author": "Jane Austen",
    "language": "en",
    "publishedDate": "1957-01-01",
}


@pytest.mark.parametrize(
    "content",
    [
        RECORD,
        f"<record>{INNER}</record>",
        f'<collection xmlns="{SLIM}">{RECORD}</collection>',
        f"<collection>\n<record>{INNER}</record></collection>",
        RECORD.replace("<", "<marc:")
        .replace("<marc:/", "</marc:")
        .replace("xmlns=", "xmlns:marc="),
        f"<s:r xmlns:s='{SRU}'><s:record><s:data>{RECORD}</s:data></s:record></s:r>",
        f"<o xmlns='{OAI}'><List><record><metadata>{RECORD}</metadata></record></List></o>",
        f"<r><record><recordData><record>{INNER}</record></recordData></record></r>",
    ],
    ids=["one", "bare", "collection", "lines", "prefix", "SRU", "OAI-PMH", "without namespaces"],
)
def test_wrappings(content, bodies):
    assert bodies("marcxml", content) == [BODY]


def test_a_deleted_record_deletes(rows):
    (row,) = rows("marcxml", RECORD.replace("00925n", "00925d"))
    assert row.action == "delete"


@pytest.mark.parametrize("leader", ["", "short", "ÿ" * 24, "x" * 99])
def test_a_bad_leader_is_no_harm(leader, bodies):
    assert bodies("marcxml", RECORD.replace("00925nam  22002777a 4500", leader)) == [BODY]


def test_an_entity_spoils_its_own_record_alone(rows):
    bad = RECORD.replace("Caf&#233;", "&e;")
    declared = '<!DOCTYPE collection [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    first, second = rows("marcxml", f"{declared}<collection>{bad}{RECORD}</collection>")
    assert "&e;" in first.problem
    assert second.data == BODY


def test_other_xml_is_refused(rows):
    with pytest.raises(FileError, match="no MARCXML"):
        rows("marcxml", "<html><body/></html>")


def test_an_empty_collection_is_no_mistake(rows):
    assert rows("marcxml", "<collection/>") == []
