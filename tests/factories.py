"""Makes rows for tests, as the platform itself would: with the system as actor."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import factory
from django.contrib.auth.models import Group
from stdnum import ean

from accounts.models import Membership, Publisher, User
from accounts.moderators import GROUP
from catalog.models import (
    Author,
    AuthorWork,
    Book,
    Edition,
    EditionChoice,
    OpenLibraryAlias,
    Work,
)
from config.row_security import SYSTEM, acting_as, current_actor
from enrichment.models import DumpLoad, Job, Upload
from shelves.models import Comment, Rating, UserAuthor, UserWork

PASSWORD = "correct horse battery"


def isbn13(number: int) -> str:
    """Make the `number`th valid ISBN-13 of a range that real books do not use."""
    stem = f"97899{number:07d}"
    return stem + ean.calc_check_digit(stem)


class SystemFactory(factory.django.DjangoModelFactory):
    class Meta:
        abstract = True

    @classmethod
    def _generate(cls, strategy, params):
        """Make the row and all that it hangs on in one block: each block costs four statements."""
        if current_actor() == SYSTEM:
            return super()._generate(strategy, params)
        with acting_as(SYSTEM):
            return super()._generate(strategy, params)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        row = super()._create(model_class, *args, **kwargs)
        # What triggers and defaults wrote; related rows stay loaded, since only the system may
        # see them all.
        row.refresh_from_db(fields=[f.name for f in row._meta.concrete_fields if not f.is_relation])
        return row


class UserFactory(SystemFactory):
    """A reader; with `is_staff=True` a moderator, with `moderates=False`, too, staff without rights."""

    class Meta:
        model = User

    email = factory.Sequence(lambda n: f"user{n}@example.org")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        password = kwargs.pop("password", None)
        is_moderator = kwargs.get("is_staff") and not kwargs.get("is_superuser")
        moderates = kwargs.pop("moderates", is_moderator)
        user = super()._create(model_class, *args, **kwargs)
        if moderates:
            user.groups.add(Group.objects.get(name=GROUP))
        # Argon2 takes its time on purpose; most tests need no password.
        if password:
            user.set_password(password)
            user.save(update_fields=["password"])
        return user


class PublisherFactory(SystemFactory):
    class Meta:
        model = Publisher

    name = factory.Sequence(lambda n: f"Publisher {n}")


class MembershipFactory(SystemFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    publisher = factory.SubFactory(PublisherFactory)


class BookFactory(SystemFactory):
    """A publisher's pending book; with `publisher=None, created_by=...` a member's."""

    class Meta:
        model = Book

    title = factory.Sequence(lambda n: f"The Art of API Design, volume {n}")
    authors = ["Jane Developer"]
    isbn13 = factory.Sequence(isbn13)
    price = Decimal("29.99")
    language = "en"
    published_date = date(2025, 1, 15)
    book_format = "Paperback"
    publisher = factory.SubFactory(PublisherFactory)


class CatalogFactory(SystemFactory):
    """A shared row from Open Library; with `owner_user=...` a manual one."""

    class Meta:
        abstract = True

    class Params:
        letter = "A"

    manual = factory.LazyAttribute(lambda row: row.owner_user is not None)
    owner_user = None

    @factory.lazy_attribute_sequence
    def openlibrary_id(self, n):
        return None if self.manual else f"OL{n + 1}{self.letter}"


class AuthorFactory(CatalogFactory):
    class Meta:
        model = Author

    name = factory.Sequence(lambda n: f"Author {n}")


class WorkFactory(CatalogFactory):
    class Meta:
        model = Work

    class Params:
        letter = "W"

    title = factory.Sequence(lambda n: f"Work {n}")


class EditionFactory(CatalogFactory):
    class Meta:
        model = Edition

    class Params:
        letter = "M"

    work = factory.SubFactory(WorkFactory, owner_user=factory.SelfAttribute("..owner_user"))
    title = factory.Sequence(lambda n: f"Edition {n}")
    isbn13 = factory.Sequence(lambda n: isbn13(5_000_000 + n))


class AuthorWorkFactory(SystemFactory):
    class Meta:
        model = AuthorWork

    author = factory.SubFactory(AuthorFactory)
    work = factory.SubFactory(WorkFactory)


class OpenLibraryAliasFactory(SystemFactory):
    class Meta:
        model = OpenLibraryAlias


class UserAuthorFactory(SystemFactory):
    class Meta:
        model = UserAuthor

    user = factory.SubFactory(UserFactory)
    author = factory.SubFactory(AuthorFactory)


class UserWorkFactory(SystemFactory):
    class Meta:
        model = UserWork

    user = factory.SubFactory(UserFactory)
    work = factory.SubFactory(WorkFactory)


class EditionChoiceFactory(SystemFactory):
    class Meta:
        model = EditionChoice

    user = factory.SubFactory(UserFactory)
    edition = factory.SubFactory(EditionFactory)
    work = factory.SelfAttribute("edition.work")


class RatingFactory(SystemFactory):
    """Of a work; with `work=None, book=...` of a submitted book."""

    class Meta:
        model = Rating

    user = factory.SubFactory(UserFactory)
    work = factory.SubFactory(WorkFactory)
    score = 4


class CommentFactory(SystemFactory):
    class Meta:
        model = Comment

    user = factory.SubFactory(UserFactory)
    book = factory.SubFactory(BookFactory)
    body = factory.Sequence(lambda n: f"Comment {n}")


class JobFactory(SystemFactory):
    class Meta:
        model = Job

    kind = "author_works"
    queue = "bulk"
    user = factory.SubFactory(UserFactory)


class DumpLoadFactory(SystemFactory):
    class Meta:
        model = DumpLoad

    made_on = date(2026, 10, 31)
    way = "first"
    files = factory.LazyFunction(dict)


class UploadFactory(SystemFactory):
    class Meta:
        model = Upload

    name = "books.csv"
    user = factory.SubFactory(UserFactory)
