"""People and publishers in the back-office."""

import pytest
from auditlog.models import LogEntry
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from accounts import tokens
from accounts.models import Membership, Profile, Publisher, TokenFamily, User
from catalog.models import Work
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.admin_pages import page_of, rows, step, text

pytestmark = pytest.mark.django_db
YES = {"confirmed": "yes"}
USERS, PUBLISHERS = "/admin/accounts/user/", "/admin/accounts/publisher/"


@pytest.fixture
def superuser(db):
    return factories.UserFactory(email="root@example.org", is_staff=True, is_superuser=True)


@pytest.fixture
def staff(client, moderator):
    client.force_login(moderator)
    return client


@pytest.fixture
def root(client, superuser):
    client.force_login(superuser)
    return client


class TestPublishers:
    def test_are_listed_with_members_books_and_standing(self, staff, member, rival):
        acme = member.membership.publisher
        factories.MembershipFactory(publisher=acme)
        factories.BookFactory.create_batch(3, publisher=acme)
        listed = {row.name: row for row in rows(staff.get(PUBLISHERS))}
        assert (listed["Acme"].member_count, listed["Acme"].pending_count) == (2, 3)
        assert (listed["Acme"].active_count, listed["Other House"].member_count) == (0, 1)

    def test_are_found_by_name_and_standing(self, staff, member, rival):
        staff.post(step(member.membership.publisher, "suspend"), YES)
        assert [row.name for row in rows(staff.get(f"{PUBLISHERS}?q=acm"))] == ["Acme"]
        assert [row.name for row in rows(staff.get(f"{PUBLISHERS}?suspended=yes"))] == ["Acme"]
        assert [row.name for row in rows(staff.get(f"{PUBLISHERS}?suspended=no"))] == [
            "Other House"
        ]

    def test_a_moderator_suspends_and_lifts_from_the_page(self, staff, moderator, member):
        publisher = member.membership.publisher
        tokens.issue(member)
        page = text(staff.post(step(publisher, "suspend"), YES, follow=True))
        assert "1 publisher suspended." in page
        assert step(publisher, "lift") in page
        publisher.refresh_from_db()
        assert publisher.is_suspended
        assert TokenFamily.objects.filter(revoked_at=None).count() == 0
        assert LogEntry.objects.get_for_object(publisher).first().actor == moderator
        staff.post(step(publisher, "lift"))
        publisher.refresh_from_db()
        assert not publisher.is_suspended

    def test_they_lead_to_their_books_and_tell_of_the_last(self, staff, member):
        acme = member.membership.publisher
        book = factories.BookFactory(publisher=acme)
        for page in (text(staff.get(PUBLISHERS)), text(staff.get(page_of(acme)))):
            link = f"/admin/catalog/book/?publisher__id__exact={acme.pk}&amp;state=waiting"
            assert link in page
            assert f"{book.created_at:%Y-%m-%d}" in page
        assert [row.pk for row in rows(staff.get(link.replace("&amp;", "&")))] == [book.pk]

    def test_a_suspension_is_asked_for_first(self, staff, member):
        publisher = member.membership.publisher
        for answer in (
            staff.post(step(publisher, "suspend")),
            staff.post(PUBLISHERS, {"action": "suspend", "_selected_action": [publisher.pk]}),
        ):
            page = text(answer)
            assert "lose all rights at once" in page
            assert '<li class="break-words">Acme</li>' in page
        publisher.refresh_from_db()
        assert not publisher.is_suspended

    def test_a_moderator_suspends_the_selected(self, staff):
        chosen, _other = factories.PublisherFactory.create_batch(2)
        staff.post(PUBLISHERS, {"action": "suspend", **YES, "_selected_action": [chosen.pk]})
        assert list(Publisher.objects.exclude(suspended_at=None)) == [chosen]

    def test_a_moderator_sees_the_members_and_changes_nothing(self, staff, member):
        path = page_of(member.membership.publisher)
        page = text(staff.get(path))
        assert member.email in page
        assert 'name="name"' not in page
        assert staff.post(path, {"name": "Mine"}).status_code == 403
        assert staff.get(f"{PUBLISHERS}add/").status_code == 403

    def test_a_superuser_makes_a_publisher_with_members(self, root, reader):
        form = {
            "name": "New House",
            "memberships-TOTAL_FORMS": "1",
            "memberships-INITIAL_FORMS": "0",
            "memberships-0-user": str(reader.pk),
            "memberships-0-permissions": ["books:create", "books:update"],
        }
        assert root.post(f"{PUBLISHERS}add/", form).status_code == 302
        membership = Membership.objects.get(user=reader)
        assert membership.publisher.name == "New House"
        assert membership.permissions == ["books:create", "books:update"]
        form = {**form, "name": " new house", "memberships-TOTAL_FORMS": "0"}
        assert "name already exists" in text(root.post(f"{PUBLISHERS}add/", form))

    def test_the_page_for_a_new_one_asks_and_tells_nothing(self, root):
        page = text(root.get(reverse("admin:accounts_publisher_add")))
        assert 'name="name"' in page
        assert "Created at" not in page
        assert "Standing" not in page

    def test_nobody_deletes_one(self, root):
        path = page_of(factories.PublisherFactory(), "delete")
        assert root.post(path, {"post": "yes"}).status_code == 403


class TestUsers:
    def test_are_listed_with_role_and_publisher(self, staff, member, superuser):
        page = text(staff.get(USERS))
        for told in ("member@acme.example", "Acme", "superuser", "moderator@example.org"):
            assert told in page
        assert [row.email for row in rows(staff.get(f"{USERS}?q=ACME"))] == [member.email]
        staff_only = {row.email for row in rows(staff.get(f"{USERS}?is_staff__exact=1"))}
        assert staff_only == {"moderator@example.org", "root@example.org"}

    @pytest.mark.parametrize("who", ["staff", "root"])
    def test_no_page_shows_the_hash_or_what_is_the_readers_own(self, who, request):
        client = request.getfixturevalue(who)
        user = factories.UserFactory(password="a secret of theirs")
        shelved = factories.UserWorkFactory(user=user, work__title="Their Own Reading")
        user.refresh_from_db()
        for path in (page_of(user), USERS, page_of(user, "delete")):
            page = client.get(path).content.decode()
            assert "argon2" not in page
            assert user.password not in page
            assert shelved.work.title not in page

    def test_a_moderator_suspends_and_lifts(self, staff, moderator, reader):
        tokens.issue(reader)
        assert "1 user suspended." in text(staff.post(step(reader, "suspend"), YES, follow=True))
        reader.refresh_from_db()
        assert not reader.is_active
        assert TokenFamily.objects.filter(revoked_at=None).count() == 0
        assert LogEntry.objects.get_for_object(reader).first().actor == moderator
        staff.post(USERS, {"action": "lift", "_selected_action": [reader.pk]})
        reader.refresh_from_db()
        assert reader.is_active

    def test_a_suspension_ends_sessions_and_tokens_at_once(self, root, api, moderator):
        client, session = api(moderator), Client()
        session.force_login(moderator)
        assert (client.get("/api/profile").status_code, session.get(USERS).status_code) == (
            200,
            200,
        )
        root.post(step(moderator, "suspend"), YES)
        assert (client.get("/api/profile").status_code, session.get(USERS).status_code) == (
            401,
            302,
        )

    def test_their_own_submissions_are_counted(self, staff, reader):
        factories.BookFactory.create_batch(2, publisher=None, created_by=reader)
        listed = {row.email: row.book_count for row in rows(staff.get(USERS))}
        assert listed == {reader.email: 2, "moderator@example.org": 0}

    def test_a_moderator_does_not_suspend_moderators(self, staff, moderator, superuser):
        answer = staff.post(
            USERS,
            {"action": "suspend", **YES, "_selected_action": [moderator.pk, superuser.pk]},
            follow=True,
        )
        assert "2 not suspended" in text(answer)
        assert step(superuser, "suspend") not in text(staff.get(page_of(superuser)))
        assert User.objects.filter(is_active=False).count() == 0

    def test_a_superuser_suspends_all_but_themselves(self, root, superuser, moderator):
        root.post(
            USERS, {"action": "suspend", **YES, "_selected_action": [moderator.pk, superuser.pk]}
        )
        assert list(User.objects.filter(is_active=False)) == [moderator]

    @pytest.mark.parametrize(
        ("page", "form"),
        [
            ("change", {"email": "new@example.org", "is_superuser": "on"}),
            ("delete", {"post": "yes"}),
        ],
    )
    def test_a_moderator_changes_nothing_else(self, staff, moderator, reader, page, form):
        for user in (reader, moderator):
            assert staff.post(page_of(user, page), form).status_code == 403
        assert staff.get(f"{USERS}add/").status_code == 403
        password = reverse("admin:auth_user_password_change", args=[reader.pk])
        assert staff.get(password).status_code == 403
        assert User.objects.filter(is_superuser=True).count() == 0

    def test_a_superuser_makes_a_moderator(self, root, superuser, reader):
        form = {"email": "Ann@Example.org", "is_staff": "on"}
        assert root.post(page_of(reader), form).status_code == 302
        reader.refresh_from_db()
        assert (reader.email, reader.is_staff, reader.is_superuser) == (
            "ann@example.org",
            True,
            False,
        )
        assert LogEntry.objects.get_for_object(reader).first().actor == superuser

    def test_a_superuser_keeps_their_own_rights(self, root, superuser):
        assert root.post(page_of(superuser), {"email": superuser.email}).status_code == 302
        superuser.refresh_from_db()
        assert superuser.is_staff
        assert superuser.is_superuser

    def test_a_superuser_adds_a_user_whose_password_is_checked(self, root):
        form = {"email": "Ann@Example.org", "password1": "12345678", "password2": "12345678"}
        assert "too common" in text(root.post(f"{USERS}add/", form))
        form |= dict.fromkeys(("password1", "password2"), "correct horse battery")
        assert root.post(f"{USERS}add/", form).status_code == 302
        user = User.objects.get(email="ann@example.org")
        assert user.check_password("correct horse battery")
        assert not user.is_staff
        assert "already exists" in text(root.post(f"{USERS}add/", form))

    def test_a_new_password_signs_out(self, root, reader):
        tokens.issue(reader)
        path = reverse("admin:auth_user_password_change", args=[reader.pk])
        assert "Set a new one" in text(root.get(page_of(reader)))
        form = dict.fromkeys(("password1", "password2"), "another good one")
        assert root.post(path, form).status_code == 302
        reader.refresh_from_db()
        assert reader.check_password("another good one")
        assert TokenFamily.objects.filter(revoked_at=None).count() == 0

    def test_a_superuser_deletes_an_account_with_all_that_is_private_to_it(self, root, reader):
        work = factories.WorkFactory(owner_user=reader)
        factories.UserWorkFactory(user=reader, work=work)
        page = text(root.get(page_of(reader, "delete")))
        assert reader.email in page
        assert work.title not in page
        assert root.post(page_of(reader, "delete"), {"post": "yes"}).status_code == 302
        with acting_as(SYSTEM):
            assert not User.objects.filter(pk=reader.pk).exists()
            assert not Profile.objects.filter(user_id=reader.pk).exists()
            assert not Work.objects.exists()

    def test_a_superuser_deletes_the_selected_but_not_themselves(self, root, superuser, reader):
        form = {"action": "delete_selected", "post": "yes"}
        root.post(USERS, {**form, "_selected_action": [reader.pk, superuser.pk]})
        assert User.objects.filter(pk__in=[reader.pk, superuser.pk]).count() == 2
        root.post(USERS, {**form, "_selected_action": [reader.pk]})
        assert list(User.objects.all()) == [superuser]
        assert root.post(page_of(superuser, "delete"), {"post": "yes"}).status_code == 403


class TestGroups:
    def test_are_for_superusers(self, client, moderator, superuser):
        client.force_login(moderator)
        assert client.get("/admin/auth/group/").status_code == 403
        client.force_login(superuser)
        Group.objects.create(name="Night shift")
        assert "Night shift" in text(client.get("/admin/auth/group/"))
