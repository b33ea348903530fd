"""Suspension and the end of an account, below HTTP: what goes, what stays, who is named."""

from datetime import timedelta

import pytest
from auditlog.models import LogEntry
from django.contrib.admin.models import CHANGE
from django.contrib.admin.models import LogEntry as AdminEntry
from django.contrib.contenttypes.models import ContentType
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from accounts import services, tokens
from accounts.models import Event, Membership, Profile, Publisher, TokenFamily, User
from accounts.tasks import purge_token_families
from catalog.models import Author, Book, Edition, Work
from config.errors import ConflictError, InvalidError, LimitReachedError, UnauthorizedError
from config.problems import as_problem
from config.row_security import SYSTEM, Actor, acting_as
from shelves.models import UserAuthor, UserWork
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _as_system():
    """Services are called by somebody who acts; here that is the platform itself."""
    with acting_as(SYSTEM):
        yield


def entries(row):
    return LogEntry.objects.get_for_object(row).order_by("timestamp")


class TestSuspension:
    def test_of_a_user_ends_their_tokens_alone(self, reader, other_reader):
        pair, other = tokens.issue(reader), tokens.issue(other_reader)
        services.suspend_user(reader)
        with pytest.raises(UnauthorizedError):
            tokens.rotate(pair.refresh)
        assert tokens.rotate(other.refresh)

    def test_lifting_it_brings_no_token_back(self, reader):
        pair = tokens.issue(reader)
        services.suspend_user(reader)
        services.lift_user(reader)
        with pytest.raises(UnauthorizedError):
            tokens.rotate(pair.refresh)
        assert tokens.issue(reader)

    def test_of_a_publisher_ends_its_members_tokens_alone(self, member, rival):
        pair, other = tokens.issue(member), tokens.issue(rival)
        services.suspend_publisher(member.membership.publisher)
        with pytest.raises(UnauthorizedError):
            tokens.rotate(pair.refresh)
        assert tokens.rotate(other.refresh)

    def test_doing_it_twice_keeps_the_first_time(self, member):
        publisher = member.membership.publisher
        services.suspend_publisher(publisher)
        first = publisher.suspended_at
        services.suspend_publisher(publisher)
        assert publisher.suspended_at == first

    def test_the_audit_trail_says_who_did_it(self, reader, member, moderator):
        publisher = member.membership.publisher
        with acting_as(Actor(role="staff", user_id=moderator.pk)):
            services.suspend_user(reader)
            services.lift_user(reader)
            services.suspend_publisher(publisher)
            services.lift_publisher(publisher)
        _, suspended, lifted = entries(reader)
        assert suspended.changes == {"is_active": ["True", "False"]}
        assert lifted.changes == {"is_active": ["False", "True"]}
        _, suspended, lifted = entries(publisher)
        assert list(suspended.changes) == list(lifted.changes) == ["suspended_at"]
        assert {suspended.actor, lifted.actor} == {moderator}


class TestJoin:
    def test_a_user_is_a_member_of_one_publisher(self, member):
        with pytest.raises(ValidationError):
            services.join(member, factories.PublisherFactory())

    def test_without_permissions_named_a_member_keeps_theirs(self, member):
        publisher = member.membership.publisher
        services.join(member, publisher, ["books:create"])
        assert services.join(member, publisher).permissions == ["books:create"]

    def test_an_unknown_permission_is_refused(self, reader, member):
        with pytest.raises(ValidationError):
            services.join(reader, member.membership.publisher, ["books:burn"])


@pytest.fixture
def everything(reader, other_reader):
    """Give the reader a row in every corner, and another one, who must not lose theirs."""
    publisher = factories.MembershipFactory(user=reader).publisher
    for owner in (reader, other_reader):
        edition = factories.EditionFactory(owner_user=owner)
        author = factories.AuthorFactory(owner_user=owner)
        factories.AuthorWorkFactory(author=author, work=edition.work)
        Work.objects.filter(pk=edition.work.pk).update(primary_edition=edition)
        factories.UserAuthorFactory(user=owner, author=author)
        factories.UserWorkFactory(user=owner, work=edition.work)
        factories.UserWorkFactory(user=owner)
        tokens.issue(owner)
        Event.objects.emit("add_author", owner, authors=1)
    for status in ("PENDING", "ACTIVE", "INACTIVE"):
        _book(status, publisher=None, created_by=reader, isbn13=None, price=None)
    _book("PENDING", publisher=publisher, created_by=reader)
    _book("PENDING", publisher=None, created_by=other_reader, isbn13=None, price=None)
    with acting_as(Actor(role="user", user_id=reader.pk)):
        publisher.name = "Renamed"
        publisher.save()
    return reader


def _book(status, **kwargs):
    book = factories.BookFactory(**kwargs)
    steps = ["ACTIVE", "INACTIVE"][: ["PENDING", "ACTIVE", "INACTIVE"].index(status)]
    for step in steps:
        Book.objects.filter(pk=book.pk).update(
            status=step, edition=factories.EditionFactory(), finalized_at=timezone.now()
        )


class TestTwoAtOnce:
    """What the database refuses once the checks have been passed."""

    def refused(self, save):
        with pytest.raises(IntegrityError) as caught, transaction.atomic():
            save()
        return as_problem(caught.value)

    def test_a_publisher_s_name(self, member):
        problem = self.refused(Publisher(name=" ACME").save)
        assert isinstance(problem, InvalidError)
        assert problem.details == [{"field": "name", "message": services.PUBLISHER_TAKEN}]

    def test_a_second_membership(self, member):
        second = Membership(user=member, publisher=factories.PublisherFactory())
        problem = self.refused(second.save)
        assert isinstance(problem, ConflictError)
        assert str(problem.detail) == services.MEMBER_ALREADY

    @pytest.mark.parametrize(
        ("counter", "limit", "what"),
        [
            ("author_count", "max_authors", "authors"),
            ("work_count", "max_works", "works"),
            ("manual_author_count", "max_authors", "own authors"),
            ("manual_work_count", "max_works", "own works"),
        ],
    )
    def test_a_limit(self, reader, counter, limit, what):
        profiles = Profile.objects.filter(user=reader)
        problem = self.refused(lambda: profiles.update(**{counter: F(limit) + 1}))
        assert isinstance(problem, LimitReachedError)
        assert str(problem.detail) == f"The limit of {what} is reached."


class TestDeletion:
    def test_what_is_private_goes(self, everything, other_reader):
        services.delete_account(everything)
        assert list(User.objects.all()) == [other_reader]
        assert Profile.objects.get().user == other_reader
        assert TokenFamily.objects.get().user == other_reader
        assert UserAuthor.objects.get().user == other_reader
        assert {row.user for row in UserWork.objects.all()} == {other_reader}
        assert not Membership.objects.exists()
        for model in (Author, Work, Edition):
            owned = model.objects.exclude(owner_user=None)
            assert {row.owner_user for row in owned} == {other_reader}

    def test_pending_books_of_their_own_go_and_others_stay_without_name(
        self, everything, other_reader
    ):
        services.delete_account(everything)
        nameless = Book.objects.filter(created_by=None).order_by("status")
        assert [(b.status, b.publisher is None) for b in nameless] == [
            ("ACTIVE", True),
            ("INACTIVE", True),
            ("PENDING", False),
        ]
        assert Book.objects.get(created_by=other_reader).status == "PENDING"

    def test_events_and_the_audit_trail_stay_without_name(self, everything):
        user_id = everything.pk
        by_them = list(LogEntry.objects.filter(actor=user_id).values_list("pk", flat=True))
        about_them = entries(everything).count()
        services.delete_account(everything)
        assert Event.objects.filter(user=None).count() == 1
        assert by_them
        assert set(LogEntry.objects.filter(pk__in=by_them).values_list("actor", flat=True)) == {
            None
        }
        # The end is one entry more.
        about = LogEntry.objects.filter(object_pk=str(user_id))
        assert about.count() == about_them + 1
        assert about.filter(action=LogEntry.Action.DELETE, actor=None).exists()

    def test_the_email_stands_nowhere_any_more(self, everything, moderator):
        everything.email = "unmistakable@example.org"
        everything.save()
        self._note_in_the_admin(everything, moderator)
        assert self._tables_with(everything.email) == {"users", "django_admin_log"}
        email = everything.email
        services.delete_account(everything)
        assert self._tables_with(email) == set()

    def test_nor_does_an_earlier_one(self, everything, moderator):
        earlier = everything.email = "unmistakable@example.org"
        everything.save()
        self._note_in_the_admin(everything, moderator)
        AdminEntry.objects.exclude(change_message="").delete()
        everything.email = "another@example.org"
        everything.save()
        assert self._tables_with(earlier) == {"django_admin_log"}
        services.delete_account(everything)
        assert self._tables_with(earlier) == set()

    def _note_in_the_admin(self, user, moderator):
        """Write what Django's admin writes when a moderator changes a user, or a member inline."""
        member = f'[{{"changed": {{"name": "membership", "object": "{user.email} at Acme"}}}}]'
        for model, row, text, message in (
            (User, user, str(user), ""),
            (Membership, user.membership, str(user.membership), ""),
            (Book, user, "a book", member),
        ):
            AdminEntry.objects.create(
                user=moderator,
                content_type=ContentType.objects.get_for_model(model),
                object_id=str(row.pk),
                object_repr=text,
                action_flag=CHANGE,
                change_message=message,
            )

    def _tables_with(self, text):
        found = set()
        with connection.cursor() as cursor:
            for table in connection.introspection.table_names(cursor):
                cursor.execute(
                    f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{text}%"]
                )
                if cursor.fetchone()[0]:
                    found.add(table)
        return found


@pytest.mark.django_db(transaction=True)
class TestRaces:
    @pytest.fixture(autouse=True)
    def _as_system(self):
        """Every thread says for itself who acts."""

    def test_deletion_and_an_addition_at_once(self, someone, at_once):
        author = factories.AuthorFactory()

        def follow():
            with acting_as(Actor(role="user", user_id=someone.pk)):
                UserAuthor.objects.create(user=someone, author=author)

        def delete():
            with acting_as(SYSTEM):
                services.delete_account(User.objects.get(pk=someone.pk))

        def outcome(call):
            try:
                call()
            except Exception as exc:  # noqa: BLE001  (which one is what the test is about)
                return type(exc).__name__
            return "done"

        outcomes = at_once(lambda: outcome(follow), lambda: outcome(delete))
        assert outcomes[1] == "done"
        assert outcomes[0] in {"done", "IntegrityError"}
        with acting_as(SYSTEM):
            assert not User.objects.exists()
            assert not UserAuthor.objects.exists()

    def test_a_sign_in_that_overlaps_a_new_password_ends_with_it(self, someone):
        stale = User.objects.get(pk=someone.pk)
        someone.set_password("another horse battery")
        someone.save()
        with pytest.raises(UnauthorizedError):
            tokens.issue(stale)
        assert not TokenFamily.objects.exists()

    def test_a_sign_in_that_overlaps_a_suspension_ends_with_it(self, someone):
        stale = User.objects.get(pk=someone.pk)
        services.suspend_user(someone)
        with pytest.raises(UnauthorizedError):
            tokens.issue(stale)


def test_families_that_ran_out_are_purged(reader):
    tokens.issue(reader)
    old = TokenFamily.objects.get()
    tokens.issue(reader)
    TokenFamily.objects.filter(pk=old.pk).update(expires_at=timezone.now() - timedelta(1))
    assert purge_token_families() == 1
    assert not TokenFamily.objects.filter(pk=old.pk).exists()
