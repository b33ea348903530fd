"""The commands about accounts: what they do, say, and refuse."""

import re

import pytest
from auditlog.models import LogEntry
from django.core.management import CommandError, call_command
from django.db import IntegrityError
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import services
from accounts.management.account_command import AccountCommand
from accounts.models import Event, Membership, Permission, Publisher, User
from config.row_security import SYSTEM, acting_as
from tests import factories
from tests.factories import PASSWORD

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(capsys):
    def call(*arguments):
        call_command(*arguments)
        return capsys.readouterr().out

    return call


@pytest.fixture
def refused(capsys):
    """Give what a command says that refuses, and see that nothing was written."""

    def call(*arguments):
        before = counts()
        with pytest.raises(CommandError) as caught:
            call_command(*arguments)
        assert caught.value.returncode == 1
        assert capsys.readouterr().out == ""
        assert counts() == before
        return str(caught.value)

    return call


def counts():
    return [model.objects.count() for model in (User, Publisher, Membership, LogEntry)]


class Careless(AccountCommand):
    """Checks nothing before it writes, as if somebody else had been quicker."""

    def act(self, *, row, **_options):
        row.save()


class TestTwoAtOnce:
    def refused(self, row):
        with pytest.raises(CommandError) as caught:
            Careless().handle(row=row)
        return str(caught.value)

    def test_the_second_is_told_in_a_sentence(self, member):
        assert self.refused(Publisher(name="acme")) == services.PUBLISHER_TAKEN
        second = Membership(user=member, publisher=member.membership.publisher)
        assert self.refused(second) == services.MEMBER_ALREADY

    def test_what_no_app_has_foreseen_is_a_bug(self):
        with pytest.raises(IntegrityError):
            Careless().handle(row=Publisher(name=" "))


class TestCreatePublisher:
    def test_makes_both_and_prints_a_password_that_works(self, run, sign_in):
        said = run("create_publisher", "Acme", "--member", "Anna@acme.example")
        password = re.search(r"password (\S+) \(shown this once\)", said)[1]
        assert len(password) >= 16
        assert sign_in("anna@acme.example", password).status_code == 200
        membership = Membership.objects.get()
        assert membership.publisher.name == "Acme"
        assert membership.permissions == Permission.values

    def test_takes_a_password_and_does_not_repeat_it(self, run, sign_in):
        said = run(
            "create_publisher", "Acme", "--member", "anna@acme.example", "--password", PASSWORD
        )
        assert PASSWORD not in said
        assert sign_in("anna@acme.example").status_code == 200

    def test_again_changes_nothing_and_says_so(self, run):
        arguments = ("create_publisher", "Acme", "--member", "anna@acme.example")
        run(*arguments)
        before = counts()
        hashed = User.objects.get().password
        said = run("create_publisher", " ACME ", *arguments[2:], "--password", PASSWORD)
        assert counts() == before
        assert User.objects.get().password == hashed
        assert "Publisher Acme exists already" in said
        assert "password stays as it is" in said

    def test_permissions_named_are_the_only_ones(self, run):
        arguments = ("create_publisher", "Acme", "--member", "anna@acme.example")
        run(*arguments, "--permission", "books:create", "books:update")
        assert Membership.objects.get().permissions == ["books:create", "books:update"]
        run(*arguments)
        assert Membership.objects.get().permissions == ["books:create", "books:update"]
        run(*arguments, "--permission", "books:delete", "--permission", "books:create")
        assert Membership.objects.get().permissions == ["books:delete", "books:create"]

    def test_a_suspension_is_not_lifted_by_the_way(self, run):
        arguments = ("create_publisher", "Acme", "--member", "anna@acme.example")
        run(*arguments)
        run("suspend_publisher", "Acme")
        assert "is suspended" in run(*arguments)
        assert Publisher.objects.get().is_suspended

    def test_it_is_no_sign_up(self, run):
        run("create_publisher", "Acme", "--member", "anna@acme.example")
        assert not Event.objects.exists()
        assert set(LogEntry.objects.values_list("actor", flat=True)) == {None}

    @pytest.mark.parametrize(
        ("arguments", "reason"),
        [
            (["Acme", "--member", "no address"], "valid email"),
            (["Acme", "--member", "a@b.example", "--password", "short"], "too short"),
            (["Acme", "--member", "a@b.example", "--password", "a@b.example"], "too similar"),
            (["Acme", "--member", "a@b.example", "--permission", "books:burn"], "books:burn"),
            ([" ", "--member", "a@b.example"], "blank"),
            (["x" * 201, "--member", "a@b.example"], "200 characters"),
            (["Acme", "--member", "a@\udcff.example"], "encoding"),
            (["Other", "--member", "member@acme.example"], "another publisher"),
        ],
        ids=lambda value: value if isinstance(value, str) else None,
    )
    def test_what_it_refuses(self, refused, member, arguments, reason):
        assert reason in refused("create_publisher", *arguments)


class TestCreateModerator:
    def test_makes_one(self, run, sign_in):
        run("create_moderator", "Mona@hub.example", "--password", PASSWORD)
        user = User.objects.get()
        assert (user.is_staff, user.is_superuser) == (True, False)
        assert sign_in("mona@hub.example").status_code == 200

    def test_takes_an_existing_user(self, run, reader):
        said = run("create_moderator", "READER@example.org")
        reader.refresh_from_db()
        assert reader.is_staff
        assert "exists already" in said
        entry = LogEntry.objects.get_for_object(reader).latest("timestamp")
        assert entry.changes == {"is_staff": ["False", "True"]}

    @pytest.mark.parametrize("email", ["", "no address", "a@b"])
    def test_refuses_what_is_no_address(self, refused, email):
        assert refused("create_moderator", email)


class TestSuspend:
    def test_a_user_and_back(self, run, api, reader):
        client = api(reader)
        assert "is suspended" in run("suspend_user", "Reader@example.org")
        assert client.get("/api/profile").status_code == 401
        assert "may sign in again" in run("suspend_user", "reader@example.org", "--lift")
        assert client.get("/api/profile").status_code == 200

    def test_a_publisher_and_back(self, run, api, member):
        client = api(member)
        run("suspend_publisher", "acme")
        assert client.post("/api/v1/books", {}, format="json").status_code == 403
        run("suspend_publisher", "Acme", "--lift")
        assert client.post("/api/v1/books", {}, format="json").status_code == 400

    @pytest.mark.parametrize("command", ["suspend_user", "suspend_publisher"])
    @pytest.mark.parametrize("name", ["nobody@example.org", "", "\udcff"])
    def test_refuses_whom_nobody_knows(self, refused, command, name):
        assert refused(command, name)


@pytest.mark.parametrize(
    "command", ["create_publisher", "create_moderator", "suspend_user", "suspend_publisher"]
)
def test_help_teaches_with_an_example(command, capsys):
    with pytest.raises(SystemExit) as caught:
        call_command(command, "--help")
    assert caught.value.code == 0
    assert re.search(rf"examples?:\n  manage.py {command} ", capsys.readouterr().out)


def test_a_lost_second_factor_is_taken_off(run):
    user = factories.UserFactory(email="ann@example.org")
    with acting_as(SYSTEM):
        TOTPDevice.objects.create(user=user, name="App")
    for told in ("has no second factor any more", "has none"):
        assert told in run("reset_second_factor", "Ann@example.org")
