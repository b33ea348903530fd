"""Authors and works in the back-office: searched, shown, never edited."""

from __future__ import annotations

import pytest
from django.urls import reverse

from tests import factories
from tests.admin_pages import page_of, query_count, rows, text

pytestmark = pytest.mark.django_db

AUTHORS = reverse("admin:catalog_author_changelist")
WORKS = reverse("admin:catalog_work_changelist")


def test_without_a_search_the_lists_say_so(staff):
    factories.AuthorWorkFactory()
    for path in (AUTHORS, WORKS):
        page = staff.get(path)
        assert rows(page) == []
        assert "Search to see something here" in text(page)
    assert "Nothing was found" in text(staff.get(f"{WORKS}?q=nothing"))


def test_shared_rows_are_found_and_private_ones_are_not(staff, reader):
    link = factories.AuthorWorkFactory(author__name="Stanisław Lem", work__title="Solaris")
    factories.WorkFactory(owner_user=reader, title="Solaris of mine")
    factories.AuthorFactory(owner_user=reader, name="Lem of mine")
    edition = factories.EditionFactory(work=link.work, isbn13="9780156027601")
    for query in ("solaris", "lem", "0156027607", edition.isbn13, str(link.work_id),
                  link.work.openlibrary_id.lower()):  # fmt: skip
        assert rows(staff.get(WORKS, {"q": query})) == [link.work], query
    for query in ("stanislaw", link.author.openlibrary_id, str(link.author_id)):
        assert rows(staff.get(AUTHORS, {"q": query})) == [link.author], query
    mine = factories.WorkFactory(owner_user=reader)
    assert staff.get(page_of(mine)).status_code == 404


def test_the_best_match_comes_first(staff):
    for title in ("Emma and others", "Emma", "Emma again"):
        factories.WorkFactory(title=title)
    found = rows(staff.get(WORKS, {"q": "emma"}))
    assert (found[0].title, len(found)) == ("Emma", 3)


def test_pages_show_what_hangs_on_a_row(staff, django_assert_max_num_queries):
    link = factories.AuthorWorkFactory(work__title="<b>Solaris")
    factories.OpenLibraryAliasFactory(openlibrary_id="OL99W", target=link.work.openlibrary_id)
    for number in range(3):
        factories.EditionFactory(work=link.work, title=f"Edition {number}", publish_year=1961)
    page = text(staff.get(page_of(link.work)))
    for shown in ("&lt;b&gt;Solaris", link.author.name, "Edition 2", "1961", "OL99W"):
        assert shown in page
    assert f"https://openlibrary.org/works/{link.work.openlibrary_id}" in page
    assert "&lt;b&gt;Solaris" in text(staff.get(page_of(link.author)))
    for path in (page_of(link.work), page_of(link.author), f"{WORKS}?q=sol", f"{AUTHORS}?q=author"):
        query_count(staff, path, django_assert_max_num_queries)


def test_nothing_is_edited_added_or_deleted(staff, moderator):
    link = factories.AuthorWorkFactory()
    moderator.is_superuser = True
    moderator.save()
    for row in (link.work, link.author):
        assert staff.get(page_of(row, "delete")).status_code == 403
    for name in ("author", "work", "merge"):
        assert staff.get(reverse(f"admin:catalog_{name}_add")).status_code == 403
