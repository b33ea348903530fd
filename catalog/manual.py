"""A reader's own rows of the catalog: made, changed, deleted (contract, "Readers").

Nothing here writes a shared row. What the reader does not see raises NotFoundError, and what they
see and do not own ForbiddenError. How many rows one may own is the profile's CHECK.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from accounts.services import lock_profile
from catalog import audit, merges
from catalog.models import Author, AuthorWork, Edition, EditionChoice, Work
from catalog.models.works import CatalogRow
from catalog.removal import remove
from config.errors import ForbiddenError, InvalidError, NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from uuid import UUID

    from config.row_security import Actor

Row = TypeVar("Row", bound=CatalogRow)
Given = dict[str, Any]


def create_author(actor: Actor, given: Given) -> UUID:
    lock_profile()
    return _create(Author, actor, given)


def change_author(actor: Actor, author_id: UUID, given: Given) -> None:
    _change(_own(Author, actor, author_id), given)


def delete_author(actor: Actor, author_id: UUID) -> None:
    """Delete an author with the works that nobody else wrote, and leave that in the audit trail."""
    author = _own(Author, actor, author_id)
    others = AuthorWork.objects.filter(work=OuterRef("pk")).exclude(author=author)
    works = Work.objects.filter(~Exists(others), authors=author, owner_user=actor.user_id)
    ids = list(works.values_list("pk", flat=True))
    editions = Edition.objects.filter(work__in=ids).count()
    remove(Work, ids)
    # Before the author: shelves keep the works that somebody else wrote, too.
    AuthorWork.objects.filter(author=author).delete()
    remove(Author, [author.pk])
    audit.author_deleted(author, works=len(ids), editions=editions)


def create_work(actor: Actor, given: Given) -> UUID:
    """Make a work by authors whom the reader sees; else NotFoundError names `author_ids[i]`."""
    lock_profile()
    authors = given.pop("author_ids")
    work_id = _create(Work, actor, given)
    _link(actor, work_id, authors)
    return work_id


def change_work(actor: Actor, work_id: UUID, given: Given) -> None:
    authors = given.pop("author_ids", None)
    _change(_own(Work, actor, work_id), given)
    if authors is not None:
        AuthorWork.objects.filter(work=work_id).delete()
        _link(actor, work_id, authors)
        # The links stand in another table, which no trigger of the work's looks at.
        Work.objects.filter(pk=work_id).update(updated_at=Now())


def delete_work(actor: Actor, work_id: UUID) -> None:
    remove(Work, [_own(Work, actor, work_id).pk])


def create_edition(actor: Actor, given: Given) -> UUID:
    """Make an edition of a visible work; a work of the reader's own takes its first as primary."""
    lock_profile()
    work = visible(Work, actor, given["work_id"])
    if work is None:
        raise missing("work_id")
    given["work_id"] = work.pk
    edition_id = _create(Edition, actor, _dated(given))
    if work.owner_user_id and not work.primary_edition_id:
        _make_primary(work, edition_id)
    return edition_id


def change_edition(actor: Actor, edition_id: UUID, given: Given) -> None:
    edition = _own(Edition, actor, edition_id)
    _change(edition, _dated(given, edition.publish_date))


def delete_edition(actor: Actor, edition_id: UUID) -> None:
    """Delete an own edition; where it stood for an own work, the best of the others does now."""
    _own(Edition, actor, edition_id)
    stood_for = Work.objects.filter(primary_edition=edition_id).first()
    remove(Edition, [edition_id])
    if stood_for:
        _make_primary(stood_for, _best_edition(stood_for))


def choose_edition(actor: Actor, work_id: UUID, edition_id: UUID) -> None:
    """Let an edition stand for its work: on an own work for good, on a shared one to the reader."""
    lock_profile()
    work = visible(Work, actor, work_id)
    editions = Edition.objects.visible_to(actor).filter(pk=edition_id, work=work)
    if work is None or not editions.exists():
        raise NotFoundError
    if work.owner_user_id:
        _make_primary(work, edition_id)
    else:
        _make_chosen(actor, work, edition_id)


def missing(field: str) -> NotFoundError:
    """Say that what a field of the body names is not there, or not for this reader."""
    return NotFoundError(details=[{"field": field, "message": NotFoundError.default_detail}])


def _create(model: type[Row], actor: Actor, given: Given) -> UUID:
    row = model(manual=True, owner_user_id=actor.user_id, **given)
    row.save(force_insert=True)
    return row.pk


def _change(row: CatalogRow, given: Given) -> None:
    """Write the columns that were given; triggers keep `updated_at`."""
    if given:
        type(row).objects.filter(pk=row.pk).update(**given)


def _own(model: type[Row], actor: Actor, row_id: UUID) -> Row:
    """Get an own row, to be changed: 404 when it is hidden, 403 when it is shared."""
    lock_profile()
    row = visible(model, actor, row_id)
    if row is None:
        raise NotFoundError
    if row.owner_user_id is None:
        raise ForbiddenError("This is shared by everybody; your own rows alone can be changed.")
    return row


def visible(model: type[Row], actor: Actor, row_id: UUID) -> Row | None:
    """Get a row that the reader sees, also by the id of one that was merged into it."""
    visible = model.objects.visible_to(actor)
    row: Row | None = visible.filter(pk=row_id).first()
    return row or visible.filter(pk__in=merges.stays([row_id]).values()).first()


def _link(actor: Actor, work_id: UUID, author_ids: Sequence[UUID]) -> None:
    """Name a work's authors, each once, in the order given."""
    visible = Author.objects.visible_to(actor)
    known = set(visible.filter(pk__in=author_ids).values_list("pk", flat=True))
    if unknown := set(author_ids) - known:
        stays = merges.stays(unknown)
        author_ids = [stays.get(author_id, author_id) for author_id in author_ids]
        known |= set(stays.values())
    for index, author_id in enumerate(author_ids):
        if author_id not in known:
            raise missing(f"author_ids[{index}]")
    AuthorWork.objects.bulk_create(
        AuthorWork(author_id=author_id, work_id=work_id, position=position)
        for position, author_id in enumerate(dict.fromkeys(author_ids))
    )


def _dated(given: Given, kept: date | None = None) -> Given:
    """Take a missing year from the date, which is `kept` unless a new one is given.

    Raises InvalidError where the two differ.
    """
    day = given.get("publish_date", kept)
    if day is None or not given.keys() & {"publish_date", "publish_year"}:
        return given
    year = given.get("publish_year")
    if year not in (None, day.year):
        raise InvalidError.of("publish_year", f"The date of publication is in {day.year}.")
    return given | {"publish_year": day.year}


def _best_edition(work: Work) -> UUID | None:
    """Choose the earliest with a cover and an ISBN, else the earliest."""
    ranked = work.editions.alias(bare=Q(cover_url=None) | Q(isbn13=None)).order_by(
        "bare", F("publish_year").asc(nulls_last=True), "pk"
    )
    return ranked.values_list("pk", flat=True).first()


def _make_primary(work: Work, edition_id: UUID | None) -> None:
    """Refused by the database for an edition that is of another work or owner."""
    Work.objects.filter(pk=work.pk).update(primary_edition=edition_id)


def _make_chosen(actor: Actor, work: Work, edition_id: UUID) -> None:
    EditionChoice.objects.bulk_create(
        [EditionChoice(user_id=actor.user_id, work=work, edition_id=edition_id)],  # type: ignore[misc]
        update_conflicts=True,
        unique_fields=["user", "work"],
        update_fields=["edition"],
    )
