"""What Open Library still has apart stays merged: in a month's dump, and in imports."""

from __future__ import annotations

import pytest

from catalog import openlibrary_ids, sources
from catalog.models import Author, AuthorWork, Edition, Merge, OpenLibraryAlias, Work
from config.row_security import SYSTEM, acting_as
from enrichment.importing import author_works
from enrichment.importing.catalog_source import OpenLibrarySource
from moderation.merging import services
from tests import factories
from tests.enrichment.dumps.dump import author, edition, redirect, work, write
from tests.enrichment.dumps.test_load import load, one, rows
from tests.enrichment.jobs import job_kinds
from tests.enrichment.upstream import OpenLibrary, as_work

RECORDS = {
    "authors": {"OL1A": author("Stanisław Lem"), "OL2A": author("S. Lem")},
    "works": {"OL1W": work("Solaris", "OL1A"), "OL2W": work("Solaris!", "OL2A")},
    "editions": {"OL1M": edition("Solaris", "OL1W"), "OL2M": edition("Solaris!", "OL2W")},
    "redirects": {"OL3W": redirect("/works/OL2W"), "OL3A": redirect("/authors/OL2A")},
}


def merge(kind, merged, kept, moderator):
    return services.begin(kind, merged.pk, kept.pk, moderator)


def catalog():
    return {
        "authors": rows(Author, "openlibrary_id", "name", "ol_gone_at"),
        "works": rows(Work, "openlibrary_id", "title", "listed", "ol_gone_at"),
        "editions": rows(Edition, "openlibrary_id", "work__openlibrary_id"),
        "links": rows(AuthorWork, "author__openlibrary_id", "work__openlibrary_id"),
        "aliases": rows(OpenLibraryAlias, "openlibrary_id", "target"),
    }


@pytest.mark.django_db(transaction=True)
def test_a_months_dump_neither_unmerges_nor_makes_anew(tmp_path):
    moderator = factories.UserFactory(is_staff=True)
    load(write(tmp_path / "dump", RECORDS))
    merge("author", one(Author, "OL2A"), one(Author, "OL1A"), moderator)
    works = merge("work", one(Work, "OL2W"), one(Work, "OL1W"), moderator)
    merged = catalog()
    assert merged == {
        "authors": [("OL1A", "Stanisław Lem", None)],
        "works": [("OL1W", "Solaris", True, None)],
        "editions": [("OL1M", "OL1W"), ("OL2M", "OL1W")],
        "links": [("OL1A", "OL1W")],
        "aliases": [("OL2A", "OL1A"), ("OL2W", "OL1W"), ("OL3A", "OL1A"), ("OL3W", "OL1W")],
    }
    again = RECORDS | {"editions": RECORDS["editions"] | {"OL3M": edition("New", "OL2W")}}
    load(write(tmp_path / "dump", again, "2026-10-31"))
    assert catalog() == merged | {"editions": [*merged["editions"], ("OL3M", "OL1W")]}

    # Upstream merges the two the other way round: the row that stays is one all the same.
    other_way = again | {
        "works": {"OL2W": work("Solaris, told anew", "OL2A")},
        "redirects": {"OL1W": redirect("/works/OL2W")},
    }
    load(write(tmp_path / "dump", other_way, "2026-11-30"))
    assert catalog()["works"] == [("OL1W", "Solaris, told anew", True, None)]
    assert {work for _, work in catalog()["editions"]} == {"OL1W"}

    services.begin_undo(works.pk, moderator)
    load(write(tmp_path / "dump", again, "2026-12-31"))
    assert [key for key, *_ in catalog()["works"]] == ["OL1W", "OL2W"]
    assert catalog()["editions"] == [("OL1M", "OL1W"), ("OL2M", "OL2W"), ("OL3M", "OL2W")]


@pytest.mark.django_db
def test_imports_bring_the_row_that_stays(stand_in, api, reader, moderator):
    sources.register(OpenLibrarySource())
    upstream = OpenLibrary(stand_in)
    kept, merged = (
        factories.AuthorWorkFactory(
            author__openlibrary_id=f"OL{n}A", work__openlibrary_id=f"OL{n}W", work__title="Solaris"
        )
        for n in (7, 8)
    )
    merge("author", merged.author, kept.author, moderator)
    merge("work", merged.work, kept.work, moderator)
    upstream.author("OL8A", "Another name")
    upstream.work("OL8W", "Another title", ["OL8A"])
    upstream.editions("OL8W")
    client = api(reader)
    asked = client.post("/api/openlibrary/import/author", {"openlibrary_id": "OL8A"}, format="json")
    assert asked.json()["author"]["id"] == str(kept.author_id)
    body = {"openlibrary_id": "OL8W", "author_id": str(merged.author_id)}
    asked = client.post("/api/openlibrary/import/work", body, format="json")
    assert (asked.json()["work"]["id"], asked.json()["work"]["title"]) == (
        str(kept.work_id),
        "Solaris",
    )
    upstream.works("OL7A", [as_work("OL7W", "Solaris", ["OL7A"]), as_work("OL8W", "X", ["OL8A"])])
    upstream.years()
    with acting_as(SYSTEM):
        Author.objects.filter(pk=kept.author_id).update(works_due=True)
    assert job_kinds.ran(author_works.start(kept.author_id, reader.pk)).status == "succeeded"
    assert catalog()["works"] == [("OL7W", "Solaris", True, None)]
    assert catalog()["links"] == [("OL7A", "OL7W")]
    assert catalog()["aliases"] == [("OL8A", "OL7A"), ("OL8W", "OL7W")]
    with acting_as(SYSTEM):
        assert openlibrary_ids.known(Work, "OL8W").pk == kept.work_id
        assert Merge.objects.living().count() == 2
