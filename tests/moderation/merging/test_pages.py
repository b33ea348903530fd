"""Merging in the back-office: from the list to what stays, and back."""

from __future__ import annotations

import pytest
from django.urls import reverse

from catalog.models import Merge, Work
from config.row_security import SYSTEM, acting_as
from moderation.merging import job, services
from tests import factories
from tests.admin_pages import onlooker, page_of, query_count, step, text
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db

WORKS, MERGE = reverse("admin:catalog_work_changelist"), reverse("admin:catalog_work_merge")


@pytest.fixture
def works():
    return [
        factories.AuthorWorkFactory(
            work__title=f"Solaris {n}", work__first_publish_year=n, author__name=f"Lem {n}"
        ).work
        for n in (1961, 1970)
    ]


def confirmed(staff, rows, kept):
    data = {"row": [str(row.pk) for row in rows], "kept": str(kept.pk)}
    return staff.post(MERGE, data, follow=True)


def test_two_rows_are_selected_shown_and_merged(
    staff, works, reader, other_reader, django_assert_max_num_queries
):
    kept, merged = works
    factories.EditionFactory(work=merged, title="Solaris <i>", publish_year=1970)
    for user in (reader, other_reader):
        factories.UserWorkFactory(user=user, work=merged)
    factories.UserWorkFactory(user=reader, work=kept)
    selected = {"action": "merge_selected", "_selected_action": [str(w.pk) for w in works]}
    answer = staff.post(f"{WORKS}?q=solaris", selected)
    assert answer.status_code == 302
    page = text(staff.get(f"{answer.url}&kept={kept.pk}"))
    assert (
        "Shelves that have it: <strong>2</strong>, of which 1 on both sides: each keeps one item"
        in page
    )
    assert "Solaris &lt;i&gt; (1970)" in page
    assert "Different first years: 1961; 1970." in page
    assert "Different authors: Lem 1961; Lem 1970." in page
    assert reader.email not in page
    query_count(staff, answer.url, django_assert_max_num_queries)
    page = text(confirmed(staff, works, kept))
    assert "“Solaris 1970” merged into “Solaris 1961”." in page
    assert "items on shelves: 2" in page
    assert "Undo the merge" in page
    assert reader.email not in page
    with acting_as(SYSTEM):
        merge = Merge.objects.get()
    assert staff.get(page_of(merged)).url == page_of(kept)
    assert "Solaris 1970" in text(staff.get(page_of(kept)))
    assert "Solaris 1961" in text(staff.get(reverse("admin:catalog_merge_changelist")))
    staff.post(step(merge, "undo"), follow=True)
    assert "It has been undone." in text(staff.get(page_of(merge)))
    assert staff.get(page_of(merged)).status_code == 200


def test_open_librarys_row_stays_whatever_is_chosen(staff, works):
    ours = factories.WorkFactory(openlibrary_id=None, book=factories.BookFactory())
    page = text(confirmed(staff, [works[0], ours], ours))
    assert "into “Solaris 1961”" in page


def test_one_row_is_merged_with_one_that_is_looked_for(staff, works):
    choose = reverse("admin:catalog_work_merge_into", args=[works[0].pk])
    page = text(staff.get(f"{choose}?q=solaris"))
    assert ">Solaris 1970</a>" in page
    assert ">Solaris 1961</a>" not in page
    assert "Nothing else was found" in text(staff.get(f"{choose}?q=nothing"))


@pytest.mark.parametrize("given", [{}, {"row": ["x", "y"]}])
def test_rows_that_are_not_there_are_not_merged(staff, given):
    assert staff.get(MERGE, given).status_code == 404
    assert staff.post(MERGE, given).status_code == 404


def test_a_refusal_is_told_and_nothing_is_merged(staff, works, monkeypatch):
    refuse = services.ConflictError("Not today.")
    monkeypatch.setattr(services, "refuse_unfit", lambda _rows: (_ for _ in ()).throw(refuse))
    assert "Not today." in text(confirmed(staff, works, works[0]))
    with acting_as(SYSTEM):
        assert Work.objects.count() == 2


def test_who_comes_second_is_told_who_was_quicker_and_sees_what_stays(staff, works, reader):
    kept, merged = works
    other = factories.UserFactory(is_staff=True)
    job.merge("work", merged.pk, kept.pk, other)
    told = f"“Solaris 1970” was merged into “Solaris 1961” by {other.email} at"
    answer = confirmed(staff, works, merged)
    assert answer.redirect_chain == [(page_of(kept), 302)]
    assert told in text(answer)
    third = factories.WorkFactory(title="Third")
    answer = confirmed(staff, [third, merged], third)
    assert told in text(answer)
    assert {row.pk for row in answer.context["rows"]} == {third.pk, kept.pk}
    with acting_as(SYSTEM):
        assert Work.objects.filter(pk=third.pk).exists()


def test_of_several_rows_those_are_told_that_were_merged_before_a_refusal(
    staff, works, monkeypatch
):
    third, merge = factories.WorkFactory(title="Third"), job.merge

    def refusing(kind, row, *args):
        if row == third.pk:
            raise services.ConflictError("Not today.")
        return merge(kind, row, *args)

    monkeypatch.setattr(job, "merge", refusing)
    page = text(confirmed(staff, [*works, third], works[0]))
    assert "“Solaris 1970” merged into “Solaris 1961”." in page
    assert "Not today." in page
    assert "“Third” goes into “Solaris 1961”" in page


def test_who_only_looks_undoes_no_merge(client, works, moderator):
    merge = job.merge("work", works[1].pk, works[0].pk, moderator)
    client.force_login(onlooker("catalog.view_merge"))
    assert client.get(page_of(merge)).status_code == 200
    assert client.post(step(merge, "undo")).status_code == 403


def test_who_may_not_merge_does_not(client, works):
    client.force_login(factories.UserFactory(is_staff=True, moderates=False))
    assert client.get(MERGE, {"row": [w.pk for w in works]}).status_code == 403


def test_many_readers_are_a_jobs_work(works, moderator, monkeypatch):
    monkeypatch.setattr(services, "MOST_AT_ONCE", 1)
    kept, merged = works
    for user in factories.UserFactory.create_batch(3):
        factories.UserWorkFactory(user=user, work=merged)
    merge = job.merge("work", merged.pk, kept.pk, moderator)
    assert merge.status == "merging"
    assert _job_ran().result["shelf"] == 3
    merge = job.undo(merge, moderator)
    assert merge.status == "undoing"
    assert _job_ran().status == "succeeded"
    with acting_as(SYSTEM):
        assert Merge.objects.get().status == "undone"
        assert merged.user_works.count() == 3


def _job_ran():
    from enrichment.models import Job

    with acting_as(SYSTEM):
        last = Job.objects.filter(kind="merge").order_by("-pk").first()
    return job_kinds.ran(last.pk)
