"""Who is asking, told to PostgreSQL: actors, the web's role, and the policies' migrations.

PostgreSQL's row level security decides for every statement which rows exist for the current
*actor*. The actor is set for the length of one transaction, so nothing is left behind on a
pooled connection. See docs/architecture.md, "Who may see a row".
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.migrations.operations import RunSQL

from config import statements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from django.db.backends.base.base import BaseDatabaseWrapper

WEB_ROLE = "bookhub_web"
"""The PostgreSQL role of web and workers: neither superuser nor owner nor BYPASSRLS."""

Role = Literal["nobody", "user", "staff", "system"]


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever a transaction acts for; what every `visible_to` and every policy looks at.

    `publisher_id` is set only while the publisher is in good standing and the token names it.
    """

    role: Role = "nobody"
    user_id: UUID | None = None
    publisher_id: UUID | None = None

    @property
    def is_system(self) -> bool:
        return self.role == "system"

    @property
    def is_staff(self) -> bool:
        return self.role == "staff"


NOBODY = Actor()
SYSTEM = Actor(role="system")

_current: ContextVar[Actor] = ContextVar("actor", default=NOBODY)


def current_actor() -> Actor:
    return _current.get()


@contextmanager
def acting_as(actor: Actor) -> Iterator[None]:
    """Run the block in one transaction (or savepoint) as `actor`, then as before.

    The outermost block needs no resetting: the setting ends with its transaction.
    """
    with acting_as_found(lambda: tell_database(actor)):
        yield


@contextmanager
def acting_as_found(tell: Callable[[], Actor]) -> Iterator[None]:
    """Do as `acting_as` does, for an actor who is found inside the transaction.

    `tell` runs first in it, tells the database (by `tell_database`, or by the function
    `become_user`, which finds the actor, too), and says whom it told of.
    """
    nested = connection.in_atomic_block
    token = _current.set(_current.get())
    try:
        with transaction.atomic():
            _current.set(tell())
            yield
    finally:
        _current.reset(token)
        # A rolled back savepoint has already restored the setting.
        if nested and not connection.needs_rollback:
            tell_database(_current.get())


_TELL = (
    "SELECT set_config('bookhub.role', %s, true), set_config('bookhub.user_id', %s, true),"
    " set_config('bookhub.publisher_id', %s, true)"
)


def tell_database(actor: Actor) -> Actor:
    """Set the actor for the rest of the transaction under way; give it back."""
    statements.one(_TELL, [actor.role, str(actor.user_id or ""), str(actor.publisher_id or "")])
    return actor


def why_role_is_unsafe(db: BaseDatabaseWrapper) -> str | None:
    """Say why the connection's role could walk around the policies; None when it cannot."""
    with db.cursor() as cursor:
        cursor.execute(
            "SELECT current_user, rolsuper, rolbypassrls, EXISTS ("
            "  SELECT 1 FROM pg_class WHERE relrowsecurity AND relkind = 'r'"
            "  AND pg_has_role(current_user, relowner, 'USAGE'))"
            " FROM pg_roles WHERE rolname = current_user"
        )
        role, is_superuser, bypasses, owns = cursor.fetchone()
    if is_superuser:
        return f"role {role!r} is a superuser"
    if bypasses:
        return f"role {role!r} has BYPASSRLS"
    return f"role {role!r} owns tables under row level security" if owns else None


class UnsafeRoleError(RuntimeError):
    """The web would run with a role that no policy holds."""


def refuse_unsafe_role(alias: str = DEFAULT_DB_ALIAS) -> None:
    """Raise UnsafeRoleError unless the alias connects as a role that the policies hold."""
    from django.db import connections  # noqa: PLC0415  (the alias may not be the default one)

    reason = why_role_is_unsafe(connections[alias])
    if reason:
        raise UnsafeRoleError(
            f"Refusing to serve: {reason}, so row level security would not hold. "
            f"Connect as {WEB_ROLE} (see docs/operations.md, DATABASE_URL)."
        )


class RowSecurity(RunSQL):
    """Migration operation: switch row level security on for a table, with its policies.

    `policies` maps a command (SELECT, INSERT, UPDATE, DELETE) to the SQL condition under which
    the actor may do it. INSERT's is checked on the new row, UPDATE's on the old and the new one.
    """

    def __init__(self, table: str, policies: dict[str, str]) -> None:
        self.table, self.policies = table, policies
        forwards: list[Any] = [f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"]
        backwards: list[Any] = [f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY"]
        for command, condition in policies.items():
            name = f"{table}_{command.lower()}"
            forwards.append(
                f"CREATE POLICY {name} ON {table} FOR {command} {_clause(command, condition)}"
            )
            backwards.insert(0, f"DROP POLICY {name} ON {table}")
        super().__init__(forwards, backwards)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return self.__class__.__name__, [], {"table": self.table, "policies": self.policies}

    def describe(self) -> str:
        return f"Row level security on {self.table}"


def callable_by_web(*functions: str) -> RunSQL:
    """Migration operation: let the web, and nobody else, call functions that run as their owner.

    PostgreSQL lets everybody call a new function. One that runs as its owner looks past the
    policies, so who may call it is said each time.
    """
    names = ", ".join(functions)
    return RunSQL(
        f"REVOKE ALL ON FUNCTION {names} FROM PUBLIC;"
        f"GRANT EXECUTE ON FUNCTION {names} TO {WEB_ROLE}",
        f"REVOKE ALL ON FUNCTION {names} FROM {WEB_ROLE};"
        f"GRANT EXECUTE ON FUNCTION {names} TO PUBLIC",
    )


def callable_by_triggers(*functions: str) -> RunSQL:
    """Migration operation: let nobody call trigger functions that run as their owner.

    A trigger fires all the same; but nobody can put the function on a table of their own.
    """
    names = ", ".join(functions)
    return RunSQL(
        f"REVOKE ALL ON FUNCTION {names} FROM PUBLIC",
        f"GRANT EXECUTE ON FUNCTION {names} TO PUBLIC",
    )


def _clause(command: str, condition: str) -> str:
    if command == "INSERT":
        return f"WITH CHECK ({condition})"
    if command == "UPDATE":
        return f"USING ({condition}) WITH CHECK ({condition})"
    return f"USING ({condition})"
