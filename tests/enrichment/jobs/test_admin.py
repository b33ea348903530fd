"""Jobs in the back-office: the dead letters, and running them again."""

import pytest
from django.utils import timezone

from enrichment import jobs
from tests import factories
from tests.admin_pages import page_of, rows, step, text
from tests.enrichment.jobs import job_kinds

pytestmark = pytest.mark.django_db
LIST = "/admin/enrichment/job/"


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def failed(reader):
    return factories.JobFactory(
        user=reader,
        kind="book_comparison",
        status="failed",
        finished_at=reader.created_at,
        error="Open Library does not answer.",
        done=1000,
        total=2400,
        request_id="the-request",
        arguments={"author": "<script>alert(1)</script>"},
    )


@pytest.fixture
def queued():
    return factories.JobFactory(user=None)


def test_the_list_begins_with_the_failed_ones(staff, failed, queued):
    answer = staff.get(LIST)
    assert rows(answer) == [failed]
    page = text(answer)
    for part in (failed.user.email, "1,000 of 2,400", failed.error, "Failed (1)", "Queued (1)"):
        assert part in page


@pytest.mark.parametrize(
    ("query", "finds"),
    [
        ("status=queued", "queued"),
        ("status=all", "failed queued"),
        ("status=unknown", "failed"),
        ("status=all&kind=unknown", "failed queued"),
        ("status=all&created_at_from=2999-01-01", ""),
        ("q={failed}", "failed"),
        ("q={queued}", "queued"),
        ("q=reader@example.org", "failed"),
        ("q=the-request", "failed"),
        ("q=nothing", ""),
    ],
)
def test_the_list_is_narrowed(staff, failed, queued, query, finds):
    jobs = {"failed": failed, "queued": queued}
    found = rows(staff.get(f"{LIST}?{query.format(failed=failed.pk, queued=queued.pk)}"))
    assert {name for name, job in jobs.items() if job in found} == set(finds.split())


def test_the_list_is_narrowed_by_kind(staff, failed):
    with job_kinds.made_up(lambda job: {}, "author_works_too"):
        page = staff.get(f"{LIST}?kind=author_works_too")
    assert rows(page) == []
    assert "Author works too" in text(page)


def test_a_page_shows_what_the_job_works_on(staff, failed):
    page = text(staff.get(page_of(failed)))
    assert "&lt;script&gt;" in page
    assert "<script>alert(1)" not in page
    assert "the-request" in page


def test_what_tells_of_a_shelf_is_not_shown(staff, reader):
    job = factories.JobFactory(
        user=reader, kind="private", arguments={"work_ids": ["a-work"]}, once_key="a-work too"
    )
    with job_kinds.made_up(dict, "private", is_private=True):
        page = text(staff.get(page_of(job)))
    assert "a-work" not in page
    assert "The reader&#x27;s own" in page


@pytest.mark.parametrize(
    "guess", ["arguments__icontains=a-work", "once_key=a-work", "user__password__startswith=a"]
)
def test_nobody_guesses_by_the_address_what_is_not_shown(staff, reader, guess):
    factories.JobFactory(user=reader, arguments={"work_ids": ["a-work"]}, once_key="a-work")
    assert staff.get(f"{LIST}?status=all&{guess}").status_code == 400
    assert len(rows(staff.get(f"{LIST}?status=all"))) == 1


def test_of_readers_jobs_none_tells_what_it_works_on():
    """A new kind that a reader starts is private; these are moderators' and publishers' own."""
    ours = {
        n: kind for n, kind in jobs.KINDS.items() if not kind.run.__module__.startswith("tests")
    }
    told = {name for name, kind in ours.items() if not kind.is_private}
    assert told == {"book_comparison", "book_import", "book_steps", "merge"}


def test_nobody_changes_a_job_by_hand(staff, failed):
    assert staff.post(page_of(failed), {"error": "x"}).status_code == 403
    assert staff.get(f"{LIST}add/").status_code == 403
    assert staff.post(page_of(failed, "delete")).status_code == 403


def test_failed_jobs_run_again_and_others_say_why_not(staff, failed, queued):
    chosen = {"action": "run_again", "confirmed": "yes", "_selected_action": [failed.pk, queued.pk]}
    page = text(staff.post(f"{LIST}?status=all", chosen, follow=True))
    assert "1 job queued again" in page
    assert "It is not finished yet." in page
    job = job_kinds.fresh(failed.pk)
    assert (job.status, job.error, job.done) == ("queued", None, 1000)


def test_a_page_has_the_button_when_the_job_has_ended(staff, failed, queued):
    assert step(queued, "run_again") not in text(staff.get(page_of(queued)))
    assert step(failed, "run_again") in text(staff.get(page_of(failed)))
    page = text(staff.post(step(failed, "run_again"), {"confirmed": "yes"}, follow=True))
    assert "1 job queued again" in page


def test_two_of_one_kind_and_key_do_not_run_at_once(staff, failed):
    job_kinds.change(failed.pk, once_key="OL1A")
    factories.JobFactory(user=failed.user, kind=failed.kind, once_key="OL1A")
    page = text(staff.post(step(failed, "run_again"), {"confirmed": "yes"}, follow=True))
    assert "The same job is under way already." in page


def test_an_empty_list_leads_to_all_jobs(staff, queued):
    assert "No job here" in text(staff.get(LIST))
    assert "No job here" not in text(staff.get(f"{LIST}?status=all"))


def test_the_first_page_counts_the_failed_ones(staff, reader):
    def card():
        cards = staff.get("/admin/").context["cards"]
        return next(each for each in cards if each.title == "Failed jobs")

    assert card()[1:] == (0, "Nothing to run again", f"{LIST}?status=failed")
    factories.JobFactory(user=reader, status="failed", finished_at=timezone.now(), error="x")
    assert card()[1:3] == (1, "The last failed 0\xa0minutes ago; see why, and run them again")


def test_a_reader_is_not_let_in(client, reader, failed):
    client.force_login(reader)
    assert client.get(LIST).status_code == 302
