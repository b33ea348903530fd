"""People, the publishers they work for, their sign-ins, and what they did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pgtrigger
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Collate, Lower, Trim, Upper
from django.db.models.lookups import Regex

from config.ids import new_id
from config.triggers import touch_updated_at

if TYPE_CHECKING:
    from config.row_security import Actor


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """Create a user; without a password nobody can sign in as them."""
        user = self.model(email=self.normalize_email(email), **extra)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_staff=True, is_superuser=True, **extra)

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Fold the whole address: mail systems do not tell case apart, people mix it."""
        return (email or "").strip().lower()

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=self.normalize_email(username))


class User(AbstractBaseUser, PermissionsMixin):
    """Whoever signs in, by e-mail. `is_active` false means suspended: out at the next request."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    email = models.EmailField("e-mail", max_length=254)
    external_subject = models.CharField(
        max_length=255,
        null=True,
        blank=True,
        editable=False,
        help_text="The `sub` of the outside auth service that issues this user's tokens.",
    )
    is_active = models.BooleanField(
        "active", default=True, help_text="Switch off to suspend; it takes effect at once."
    )
    is_staff = models.BooleanField(
        "moderator", default=False, help_text="May use the admin and read pending books."
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    actor: Actor
    """Whom the current request acts for; set by `accounts.authentication`."""
    publisher_permissions: frozenset[str] = frozenset()
    """What the current request may do with the publisher's books; set likewise."""

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects = UserManager()

    class Meta:
        db_table = "users"
        ordering = ["email"]
        constraints = [
            models.UniqueConstraint(
                fields=["email"],
                name="users_email_unique",
                violation_error_message="A user with this e-mail already exists.",
            ),
            models.CheckConstraint(
                condition=models.Q(email=Lower("email")), name="users_email_lower_case"
            ),
            models.UniqueConstraint(fields=["external_subject"], name="users_subject_unique"),
        ]
        triggers = [
            touch_updated_at(),
            # Every user has a profile, however the user came to be.
            pgtrigger.Trigger(
                name="create_profile",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="INSERT INTO public.profiles (user_id) VALUES (NEW.id); RETURN NULL;",
            ),
        ]

    def __str__(self) -> str:
        return self.email


COUNTERS = (
    ("author_count", "max_authors", "authors"),
    ("work_count", "max_works", "works"),
    ("manual_author_count", "max_authors", "own authors"),
    ("manual_work_count", "max_works", "own works"),
)
"""A profile's counters, what limits each, and what it counts."""


class Profile(models.Model):
    """A reader's counters and limits; the counters are kept by triggers (plan, section 1)."""

    user = models.OneToOneField(User, models.CASCADE, primary_key=True)
    author_count = models.PositiveIntegerField(db_default=0, editable=False)
    work_count = models.PositiveIntegerField(db_default=0, editable=False)
    manual_author_count = models.PositiveIntegerField(db_default=0, editable=False)
    manual_work_count = models.PositiveIntegerField(db_default=0, editable=False)
    max_authors = models.PositiveIntegerField(db_default=500)
    max_works = models.PositiveIntegerField(db_default=5000)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        db_table = "profiles"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(**{f"{counter}__lte": models.F(limit)}),
                name=f"profiles_{counter}_limit",
                violation_error_message=f"The limit of {what} is reached.",
            )
            for counter, limit, what in COUNTERS
        ]
        triggers = [touch_updated_at()]

    def __str__(self) -> str:
        return f"{self.author_count} authors, {self.work_count} works"


class Publisher(models.Model):
    """A house that submits books. While `suspended_at` is set its members have no rights."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=200)
    suspended_at = models.DateTimeField(
        null=True, blank=True, help_text="Set to suspend; it takes effect at once."
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        db_table = "publishers"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                Upper(Trim("name")),
                name="publishers_name_unique",
                violation_error_message="A publisher with this name already exists.",
            ),
            # What white space is hangs on the collation: to glibc a no-break space is none.
            models.CheckConstraint(
                condition=Regex(Collate("name", "pg_unicode_fast"), r"\S"),
                name="publishers_name_not_empty",
            ),
        ]
        triggers = [touch_updated_at()]

    def __str__(self) -> str:
        return self.name

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None


class Permission(models.TextChoices):
    """What a member may do with the publisher's books; the token's `permissions`."""

    CREATE = "books:create", "create"
    UPDATE = "books:update", "update"
    FINALIZE = "books:finalize", "finalize"
    DELETE = "books:delete", "delete"


def all_permissions() -> list[str]:
    return list(Permission.values)


class Membership(models.Model):
    """A user's place at one publisher. A token names one publisher, so a user has at most one."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.OneToOneField(User, models.CASCADE, related_name="membership")
    publisher = models.ForeignKey(Publisher, models.CASCADE, related_name="memberships")
    permissions = ArrayField(
        models.CharField(max_length=20, choices=Permission),
        default=all_permissions,
        blank=True,
    )
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)
    updated_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        db_table = "memberships"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(permissions__contained_by=Permission.values),
                name="memberships_permissions_known",
            )
        ]
        triggers = [touch_updated_at()]

    def __str__(self) -> str:
        return f"{self.user} at {self.publisher}"


class TokenFamily(models.Model):
    """One sign-in: the chain of refresh tokens that came out of it.

    Only `current_jti` is good. An older one of the chain means that a token was stolen,
    so its use ends the whole family (RFC 9700, section 4.14.2).
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="token_families")
    current_jti = models.UUIDField()
    expires_at = models.DateTimeField(db_index=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    class Meta:
        db_table = "token_families"
        verbose_name_plural = "token families"

    def __str__(self) -> str:
        return f"{self.user_id} until {self.expires_at:%Y-%m-%d}"


EVENT_NAMES = ["sign_up", "add_author", "add_books_bulk", "mark_read", "check_legimi"]
"""The plan's list, section 2, "Analytics"."""


class EventQuerySet(models.QuerySet["Event"]):
    def emit(self, name: str, user: User, **payload: int) -> Event:
        """Write an event in the caller's transaction; `payload` carries counts."""
        return self.create(name=name, user=user, payload=payload)


class Event(models.Model):
    """What the plan's analytics section lists, written with what it reports."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    name = models.CharField(max_length=30, choices=[(name, name) for name in EVENT_NAMES])
    user = models.ForeignKey(User, models.SET_NULL, null=True, related_name="events")
    payload = models.JSONField(default=dict)
    created_at = models.DateTimeField(db_default=models.functions.Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        db_table = "events"
        ordering = ["-created_at"]
        indexes = [
            models.Index(fields=["name", "-created_at"], name="events_by_name"),
            # With the user, since the policy asks whose each is: a month is counted from it alone.
            models.Index(fields=["created_at", "name"], include=["user"], name="events_by_day"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(name__in=EVENT_NAMES),
                name="events_name_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} at {self.created_at:%Y-%m-%d %H:%M}"
