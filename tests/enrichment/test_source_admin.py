"""The health of the sources in the back-office: who sees it, what it says, ending a pause."""

import pytest
from auditlog.models import LogEntry
from django.test import Client

from config.row_security import SYSTEM, acting_as
from enrichment.outside import redis_client, source_health
from enrichment.outside.answers import CallFailedError, Hold
from enrichment.sources import googlebooks, legimi, openlibrary, plugins
from tests import factories
from tests.admin_pages import query_count, text
from tests.enrichment.fake_plugin import FakePlugin

pytestmark = pytest.mark.django_db
PAGE = "/admin/sources/"
ASK_AGAIN = f"{PAGE}openlibrary/ask-again/"
HOME = "/admin/"


@pytest.fixture(autouse=True)
def _all_is_set(stand_in):
    """The stand-in's fixture sets all that the sources need."""


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def superuser(client):
    user = factories.UserFactory(email="root@example.org", is_staff=True, is_superuser=True)
    client.force_login(user)
    return client


@pytest.fixture
def no_redis(settings):
    """Have nobody answer for what all processes know of the sources."""
    address = settings.REDIS_URL
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    redis_client.client.cache_clear()
    redis_client.client()
    settings.REDIS_URL = address
    yield
    redis_client.client.cache_clear()


def fail(source, reason="server_error", **more):
    source_health.note_failure(source.service(), "/a", CallFailedError(reason, **more))


def block():
    """Have Open Library turn us away for an hour, as the door notes it down."""
    advice = openlibrary.service().advice[403]
    fail(openlibrary, "blocked", hold=Hold(seconds=3600, reason="blocked", advice=advice))


def shown(answer):
    assert answer.status_code == 200
    return {each.name: each for each in answer.context["sources"]}


def card(client, title="Sources"):
    cards = client.get(HOME).context["cards"]
    return next(each for each in cards if each.title == title)


@pytest.mark.parametrize("path", [PAGE, ASK_AGAIN])
def test_strangers_and_readers_get_the_log_in_page(client, reader, path):
    for _ in range(2):
        assert client.post(path)["Location"].startswith("/admin/login/")
        client.force_login(reader)


def test_a_moderator_sees_how_each_fares(staff):
    block()
    source_health.note_answer(googlebooks.service(), "found")
    source_health.note_answer(googlebooks.service(), "missing")
    fail(legimi, "timeout")
    answer = staff.get(PAGE)
    states = {name: each.health.state for name, each in shown(answer).items()}
    assert states == {"openlibrary": "paused", "googlebooks": "healthy", "legimi": "failing"}
    for part in (
        "turns away clients",
        "choose another SOURCES_USER_AGENT",
        "for 59\xa0minutes",
        "1 found, 1 missing, 0 failed",
        "Failed: timeout 1",
        "A superuser may",
    ):
        assert part in text(answer)
    assert "Ask again now" not in text(answer)


def test_nobody_has_been_asked(staff):
    page = text(staff.get(PAGE))
    assert page.count("nothing is known of it") == 3
    assert page.count("None so far") == 3


def test_it_names_what_is_not_set(staff, settings):
    settings.OPENLIBRARY_CONTACT = settings.GOOGLE_BOOKS_API_KEY = ""
    settings.LEGIMI_ENABLED = False
    answer = staff.get(PAGE)
    assert [each.unset for each in shown(answer).values()] == [
        "OPENLIBRARY_CONTACT",
        "GOOGLE_BOOKS_API_KEY",
        "LEGIMI_ENABLED",
    ]
    # Open Library is asked without a contact, too.
    assert text(answer).count("It is not asked until it is configured.") == 2
    assert "incomplete" in text(answer)


def test_what_we_did_not_ask_is_no_failure(staff):
    source_health.note_answer(openlibrary.service(), "found")
    source_health.note_unusable(openlibrary.service(), "/a")
    for reason in ("our_pace", "timeout", "timeout"):
        fail(openlibrary, reason)
    page = text(staff.get(PAGE))
    assert "1 found (1 of no use), 0 missing, 2 failed" in page
    assert "Failed: timeout 2<" in page
    assert "Not sent: our pace 1<" in page


def test_a_source_that_is_new_has_its_name_alone(staff, monkeypatch):
    monkeypatch.setitem(plugins.PLUGINS, "fourth", FakePlugin())
    assert shown(staff.get(PAGE))["fourth"].told.title == "fourth"


def test_a_superuser_ends_a_pause(superuser):
    block()
    assert ASK_AGAIN in text(superuser.get(PAGE))
    page = text(superuser.post(ASK_AGAIN, follow=True))
    assert "Open Library is asked again" in page
    assert ASK_AGAIN not in page
    source_health.refuse_held(openlibrary.service())
    with acting_as(SYSTEM):
        entry = LogEntry.objects.get(changes__has_key="Open Library")
    assert entry.actor.email == "root@example.org"
    assert "paused → asked again" in text(superuser.get("/admin/auditlog/logentry/"))


def test_there_is_nothing_to_end(superuser):
    assert "Open Library is not paused" in text(superuser.post(ASK_AGAIN, follow=True))
    with acting_as(SYSTEM):
        assert not LogEntry.objects.filter(changes__has_key="Open Library").exists()


def test_a_moderator_does_not_end_it(staff):
    block()
    assert staff.post(ASK_AGAIN).status_code == 403
    assert source_health.health("openlibrary").state == "paused"


def test_only_a_form_of_ours_ends_it(superuser):
    block()
    assert superuser.get(ASK_AGAIN).status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = superuser.cookies
    assert strict.post(ASK_AGAIN).status_code == 403
    assert superuser.post(f"{PAGE}unknown/ask-again/").status_code == 404
    assert source_health.health("openlibrary").state == "paused"


def test_the_first_page_sums_them_up(staff, settings):
    assert card(staff) == ("Sources", "All well", "Nothing to do", PAGE)
    settings.OPENLIBRARY_CONTACT = settings.GOOGLE_BOOKS_API_KEY = ""
    assert card(staff).note == "Set OPENLIBRARY_CONTACT"
    block()
    found = card(staff)
    assert found[1:3] == ("1 is not well", "Open Library is paused for 59\xa0minutes")
    fail(legimi)
    assert card(staff).note.endswith("; Legimi is failing")


def test_without_redis_it_says_so(superuser, no_redis):
    assert card(superuser).number == "Unknown"
    assert "nobody knows" in text(superuser.get(PAGE))
    assert "nobody knows" in text(superuser.post(ASK_AGAIN, follow=True))


def test_the_page_needs_no_query_of_its_own(staff, django_assert_max_num_queries):
    home = query_count(staff, HOME, django_assert_max_num_queries)
    assert query_count(staff, PAGE, django_assert_max_num_queries) < home
