"""The back-office's site: as whom its pages run, and whom it lets in."""

import pytest
from django.contrib import admin
from django.contrib.auth.models import AnonymousUser
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.template import engines
from django.template.response import TemplateResponse
from django.urls import reverse
from redis.exceptions import RedisError

from accounts import lockout
from catalog.models import Book
from config.model_admin import ModeratedAdmin
from config.row_security import NOBODY, acting_as, current_actor
from shelves.models import UserWork
from tests import factories, sql
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db
INDEX = "/admin/"
LISTS = [
    reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for model in admin.site._registry
]


@pytest.fixture
def page_of(rf):
    """Answer a request of somebody with a lazy page that lists all that its actor may see."""

    def page(user, model):
        def view(request):
            template = engines["django"].from_string(
                "{% for row in rows %}{{ row.pk }} {% endfor %}"
            )
            return TemplateResponse(request, template, {"rows": model.objects.all()})

        request = rf.get(INDEX)
        request.user = user
        return admin.site.admin_view(view)(request)

    return page


def test_a_page_is_rendered_under_the_moderators_policies(page_of, moderator, reader):
    pending = factories.BookFactory()
    shelved = factories.UserWorkFactory(user=reader)
    page = page_of(moderator, Book)
    assert page.is_rendered
    assert str(pending.pk) in page.content.decode()
    assert str(shelved.pk) not in page_of(moderator, UserWork).content.decode()
    with acting_as(NOBODY):
        assert not Book.objects.exists()


def test_the_database_knows_who_acts_while_a_page_is_made(rf, moderator):
    def view(request):
        told = sql.value("SELECT current_setting('bookhub.role') || actor_user_id()")
        return TemplateResponse(request, engines["django"].from_string(told))

    request = rf.get(INDEX)
    request.user = moderator
    assert admin.site.admin_view(view)(request).content.decode() == f"staff{moderator.pk}"
    assert current_actor() == NOBODY


@pytest.mark.parametrize("who", ["reader", "nobody"])
def test_a_page_is_not_made_for_others(page_of, who, request):
    user = AnonymousUser() if who == "nobody" else request.getfixturevalue(who)
    factories.BookFactory()
    answer = page_of(user, Book)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/admin/login/")


def test_what_a_page_wrote_goes_when_it_fails(rf, moderator):
    def view(request):
        Book.objects.update(title="Written")
        raise ZeroDivisionError

    book = factories.BookFactory()
    request = rf.get(INDEX)
    request.user = moderator
    with pytest.raises(ZeroDivisionError):
        admin.site.admin_view(view)(request)
    with acting_as(factories.SYSTEM):
        assert Book.objects.get().title == book.title


@pytest.mark.parametrize("path", [INDEX, *LISTS])
def test_readers_and_strangers_get_the_log_in_page(client, reader, path):
    for _ in range(2):
        answer = client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, f"/admin/login/?next={path}")
        client.force_login(reader)


def test_a_demoted_moderator_is_out_at_once(client, moderator):
    client.force_login(moderator)
    assert client.get(INDEX).status_code == 200
    moderator.is_staff = False
    moderator.save()
    assert client.get(INDEX).status_code == 302


@pytest.fixture
def log_in(client):
    def post(email, password=PASSWORD):
        return client.post("/admin/login/", {"username": email, "password": password})

    return post


def test_a_moderator_logs_in_by_e_mail_in_any_case(client, log_in):
    factories.UserFactory(email="ann@example.org", password=PASSWORD, is_staff=True)
    assert log_in("Ann@Example.org")["Location"] == INDEX
    assert client.get(INDEX).status_code == 200
    assert client.cookies["sessionid"]["httponly"]


def test_a_reader_cannot_log_in(log_in):
    factories.UserFactory(email="ann@example.org", password=PASSWORD)
    answer = log_in("ann@example.org")
    assert answer.status_code == 200
    assert "staff account" in answer.content.decode()


def test_five_wrong_passwords_lock_out(log_in):
    factories.UserFactory(email="ann@example.org", password=PASSWORD, is_staff=True)
    for _ in range(5):
        log_in("ann@example.org", "wrong")
    answer = log_in("ann@example.org")
    assert answer.status_code == 429
    assert int(answer["Retry-After"]) > 0


def test_a_form_without_the_csrf_token_is_refused(moderator, django_user_model):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(moderator)
    book = factories.BookFactory()
    step = reverse("admin:catalog_book_step", args=[book.pk, "finalize"])
    answer = strict.post(step)
    assert answer.status_code == 403
    assert "This page is too old" in answer.content.decode()
    assert "Content-Security-Policy" in answer


def test_staff_without_a_group_are_told_so_and_see_nothing_else(client):
    client.force_login(factories.UserFactory(is_staff=True, moderates=False))
    page = client.get(INDEX).content.decode()
    assert "your account is in no group" in page
    assert all(path not in page for path in LISTS)
    assert {client.get(path).status_code for path in LISTS} == {403}


def test_unknown_addresses_are_pages_not_json(client, moderator):
    client.force_login(moderator)
    answer = client.get("/admin/nothing/here/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "text/html; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/admin/catalog/book/?language=%00",
        "/admin/catalog/book/?book_format__exact=%00",
        "/admin/catalog/book/?created_by__password__startswith=argon2",
        "/admin/autocomplete/?app_label=catalog&model_name=book&field_name=publisher&term=%00",
    ],
)
def test_addresses_that_cannot_be_read_are_no_fault_of_ours(client, moderator, path):
    client.force_login(moderator)
    answer = client.get(path)
    assert (answer.status_code, answer["Content-Type"]) == (400, "text/html; charset=utf-8")


def test_rows_that_cannot_be_named_are_no_fault_of_ours(client, moderator):
    client.force_login(moderator)
    form = {"action": "suspend", "confirmed": "yes", "_selected_action": ["no-uuid"]}
    assert client.post("/admin/accounts/user/", form).status_code == 400
    kind = ContentType.objects.get_for_model(Book)
    assert client.get(f"/admin/r/{kind.pk}/no-uuid/").status_code == 400


def test_every_class_asks_for_permissions():
    assert all(isinstance(shown, ModeratedAdmin) for shown in admin.site._registry.values())


def test_the_side_bar_has_what_one_may_see(client, moderator):
    client.force_login(moderator)
    page = client.get(INDEX).content.decode()
    for label in ("Pending books", "Genres", "Publishers", "Users", "Audit trail", "Events"):
        assert label in page
    assert "/admin/auth/group/" not in page
    client.force_login(factories.UserFactory(is_staff=True, is_superuser=True))
    assert "/admin/auth/group/" in client.get(INDEX).content.decode()


def test_there_is_no_search_through_all_tables(client, moderator):
    client.force_login(moderator)
    assert client.get(f"{INDEX}search/", {"s": "a"}).status_code == 404


class TestDown:
    """Without Redis the pages are there; what needs it says so, and changes nothing."""

    def answered(self, answer):
        page = answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert "A part of the platform does not answer" in page
        assert "Content-Security-Policy" in answer

    def fail(self, *_args, **_kwargs):
        raise RedisError("Connection refused")

    def test_the_log_in_says_so(self, log_in, monkeypatch):
        monkeypatch.setattr(lockout.Failures, "count", self.fail)
        factories.UserFactory(email="ann@example.org", password=PASSWORD, is_staff=True)
        self.answered(log_in("ann@example.org"))

    def test_a_step_says_so_and_pages_are_there(self, client, moderator, monkeypatch):
        client.force_login(moderator)
        books = [factories.BookFactory().pk, factories.BookFactory().pk]
        monkeypatch.setattr(cache, "set", self.fail)
        changelist = reverse("admin:catalog_book_changelist")
        assert client.get(changelist).status_code == 200
        chosen = {"action": "bulk_finalize", "_selected_action": books}
        self.answered(client.post(changelist, chosen))
