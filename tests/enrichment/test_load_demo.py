"""`load_demo`: everybody of the table can do what it says, and a second time changes nothing."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import override_settings

from accounts.models import Publisher, User
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from enrichment.management.commands.load_demo import PASSWORD, PEOPLE

pytestmark = pytest.mark.django_db


QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def local_start(settings):
    settings.LOCAL = True
    settings.PASSWORD_HASHERS = QUICK


def load():
    out = io.StringIO()
    call_command("load_demo", stdout=out)
    return out.getvalue()


@pytest.fixture(scope="module")
def told(module_rows):
    """Load the demo for all tests here, but for those that begin without; give what it said."""
    with override_settings(LOCAL=True, PASSWORD_HASHERS=QUICK):
        return load()


def everything():
    with acting_as(SYSTEM):
        return (
            sorted(User.objects.values_list("pk", "password", "is_staff", "is_superuser")),
            sorted(Publisher.objects.values_list("pk", "name")),
            sorted(Book.objects.values_list("pk", "status", "updated_at")),
        )


def test_people_publishers_and_books(told):
    people, publishers, books = everything()
    assert len(people) == len(PEOPLE)
    assert [name for _, name in publishers] == ["Demo Press", "Harbour Books"]
    assert [status for _, status, _ in books].count("ACTIVE") == 30
    assert [status for _, status, _ in books].count("PENDING") == 30
    assert all(person.email in told for person in PEOPLE)


def test_everybody_can_do_what_the_table_says(api, told):
    tokens = {}
    for person in PEOPLE:
        assert f"{person.email}  " in told
        answer = api().post(
            "/api/auth/sign-in", {"email": person.email, "password": PASSWORD}, format="json"
        )
        assert answer.status_code == 200
        tokens[person.email.partition("@")[0]] = answer.json()["access_token"]

    def books(who, query):
        client = api()
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens[who]}")
        return client.get(f"/api/v1/books?pageSize=1&{query}").json()["data"]["total"]

    assert books("reader", "") == 30
    assert books("reader", "status=PENDING") == 0
    assert books("moderator", "status=PENDING") == 30
    assert books("publisher", "mine=true") == 40


def test_a_second_time_changes_nothing_and_asks_once(told, django_assert_max_num_queries):
    before = everything()

    # A savepoint around, the actor told before and after, and the question itself.
    with django_assert_max_num_queries(5):
        assert load() == told

    assert everything() == before


def test_it_comes_back_after_all_its_people_have_gone(told):
    with acting_as(SYSTEM):
        User.objects.all().delete()
    load()
    people, _, books = everything()
    assert (len(people), len(books)) == (len(PEOPLE), 60)


def test_it_refuses_outside_of_a_local_start(settings, told):
    settings.LOCAL = False
    with acting_as(SYSTEM):
        User.objects.all().delete()
    before = everything()
    with pytest.raises(CommandError, match="BOOKHUB_LOCAL=1") as refusal:
        load()
    assert refusal.value.returncode == 2
    assert everything() == before
