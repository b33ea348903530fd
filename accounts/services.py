"""What happens to accounts: made, joined to a publisher, suspended, deleted.

The caller says who acts (`acting_as`), which is what the audit trail names. What cannot be done
raises Django's ValidationError, which the API, the admin and the commands each know how to show.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import Value
from django.db.models.functions import Trim, Upper
from django.utils import timezone

from accounts import tokens
from accounts.models import COUNTERS, Event, Membership, Profile, Publisher, User
from accounts.personal_data import erase
from config import statements
from config.errors import ConflictError, InvalidError, LimitReachedError, on_constraint
from config.row_security import SYSTEM, Actor, acting_as

if TYPE_CHECKING:
    from collections.abc import Sequence

EMAIL_TAKEN = "An account with this e-mail exists already."
PUBLISHER_TAKEN = "A publisher with this name exists already."
MEMBER_ALREADY = "This user is a member of a publisher already."

on_constraint("users_email_unique", lambda: InvalidError.of("email", EMAIL_TAKEN))
# Python and PostgreSQL may know different letters of other scripts.
on_constraint(
    "users_email_lower_case", lambda: InvalidError.of("email", "Enter a valid email address.")
)
on_constraint("publishers_name_unique", lambda: InvalidError.of("name", PUBLISHER_TAKEN))
on_constraint("memberships_user_id_key", lambda: ConflictError(MEMBER_ALREADY))
for _counter, _limit, _what in COUNTERS:
    on_constraint(
        f"profiles_{_counter}_limit",
        partial(LimitReachedError, f"The limit of {_what} is reached."),
    )


def sign_up(user: User) -> User:
    """Save a new user as their own act, with the event and the audit entry."""
    with acting_as(Actor(role="user", user_id=user.pk)):
        user.save(force_insert=True)
        Event.objects.emit("sign_up", user, authors=0, works=0)
    return user


def lock_profile() -> None:
    """Let the actor's changes come one after the other; each begins with this.

    Foreign keys are checked at the end of a transaction: without it, a row could hang by then on
    another that a second request is deleting.
    """
    statements.one("SELECT public.lock_profile()")


def refuse_weak_password(password: str, user: User) -> None:
    """Raise ValidationError, naming `password`, unless Django's validators all agree."""
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise ValidationError({"password": exc.messages}) from exc


def create_user(email: str, password: str) -> User:
    """Make an account for somebody else; raises ValidationError."""
    user = User(email=User.objects.normalize_email(email))
    user.set_password(password)
    user.full_clean()
    refuse_weak_password(password, user)
    user.save(force_insert=True)
    return user


def find_publisher(name: str) -> Publisher | None:
    """Find a publisher by name as the unique constraint compares: without case and outer space."""
    same_name = Publisher.objects.alias(key=Upper(Trim("name")))
    return same_name.filter(key=Upper(Trim(Value(name)))).first()


def create_publisher(name: str) -> Publisher:
    """Make a publisher; raises ValidationError."""
    publisher = Publisher(name=name.strip())
    publisher.full_clean()
    publisher.save(force_insert=True)
    return publisher


def join(user: User, publisher: Publisher, permissions: Sequence[str] = ()) -> Membership:
    """Make a user a member, with all permissions when none is named.

    A member already gets the named permissions instead of the old ones. Raises ValidationError
    for a member of another publisher: a token names one.
    """
    membership = Membership.objects.select_for_update().filter(user=user).first()
    if membership and membership.publisher_id != publisher.pk:
        raise ValidationError(f"{user.email} is a member of another publisher.")
    membership = membership or Membership(user=user, publisher=publisher)
    membership.permissions = list(permissions) or membership.permissions
    membership.full_clean()
    membership.save()
    return membership


def suspend_user(user: User) -> None:
    """Shut somebody out: their tokens end at once, and none is given out any more."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    tokens.revoke_all(user)


def lift_user(user: User) -> None:
    user.is_active = True
    user.save(update_fields=["is_active"])


def suspend_publisher(publisher: Publisher) -> None:
    """Take a publisher's rights from its members: at once, and from tokens given out from now on.

    They have to sign in again, and then are readers like others.
    """
    publisher.suspended_at = publisher.suspended_at or timezone.now()
    publisher.save(update_fields=["suspended_at"])
    tokens.revoke_all(*User.objects.filter(membership__publisher=publisher))


def lift_publisher(publisher: Publisher) -> None:
    publisher.suspended_at = None
    publisher.save(update_fields=["suspended_at"])


def delete_account(user: User) -> None:
    """Delete an account and what was private to it.

    What others see (finalized books) and what has to stay (events, the audit trail) stays without
    the person.
    """
    with acting_as(SYSTEM):
        # Whoever adds rows meanwhile holds the profile's lock (its counters) and needs the user's:
        # taken in the same order, neither request waits for the other for ever.
        Profile.objects.select_for_update().get(user=user)
        User.objects.select_for_update().get(pk=user.pk)
        erase(user)
        user.delete()
