"""What all rules find of a batch of books. A rule that breaks down takes no other one with it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

import structlog
from django.db import transaction
from django.utils import timezone

from catalog.covers import allowed_cover
from catalog.models import Book
from config.row_security import SYSTEM, acting_as
from config.statements import rows
from moderation.models import CoverCheck, Flag
from moderation.screening import candidates, covers, duplicates, languages, prices, sentences
from moderation.screening.findings import Findings, Subject

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from uuid import UUID

    from moderation.screening.candidates import Found

    Rule = Callable[[Subject, "Known", Findings], None]

USUAL = """
    SELECT book_format, currency, percentile_cont(ARRAY[0.25, 0.75]) WITHIN GROUP (ORDER BY price)
    FROM books WHERE status = 'ACTIVE' AND price > 0 AND price < %(highest)s::numeric
    GROUP BY book_format, currency HAVING count(*) >= %(enough)s
"""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database says beside the books themselves."""

    found: Sequence[Found]
    usual: prices.Usual
    answers: Mapping[str, str]
    """Of covers' addresses, as far as they are known and fresh."""


def usual_prices() -> prices.Usual:
    """Ask what is usual by the prices of today; of 100,000 books this takes a tenth of a second."""
    asked = {"highest": prices.HIGHEST, "enough": prices.ENOUGH}
    with acting_as(SYSTEM):
        found = rows(USUAL, asked)
    return {(kind, currency): prices.usual_range(*middle) for kind, currency, middle in found}


def examine(ids: Sequence[UUID], usual: prices.Usual) -> dict[UUID, tuple[Subject, Findings]]:
    """Give what is found of those of the books that are pending."""
    with acting_as(SYSTEM):
        books = Book.objects.filter(pk__in=ids, status=Book.Status.PENDING)
        subjects = [_subject(book) for book in books]
        known = Known(
            found=[_searched(name, ids) for name in candidates.SEARCHES],
            usual=usual,
            answers=_answers([url for subject in subjects for url in subject.covers[:1]]),
        )
    return {subject.id: (subject, _judged(subject, known)) for subject in subjects}


def _subject(book: Book) -> Subject:
    return Subject(
        id=book.pk,
        version=book.updated_at,
        title=book.title,
        authors=tuple(book.authors),
        isbn13=book.isbn13,
        price=book.price,
        currency=book.currency,
        book_format=book.book_format,
        language=book.language,
        description=book.description,
        covers=tuple(book.cover_images),
    )


def _searched(name: str, ids: Sequence[UUID]) -> Found:
    try:
        with transaction.atomic():
            return candidates.SEARCHES[name](ids)
    except Exception:  # noqa: BLE001  (the others shall have their say)
        _log.exception("screening_search_failed", search=name)
        return {}


def _answers(urls: Sequence[str]) -> dict[str, str]:
    checks = CoverCheck.objects.filter(url__in=urls, ask_again_at__gt=timezone.now())
    return dict(checks.values_list("url", "answer"))


def _judged(subject: Subject, known: Known) -> Findings:
    findings = Findings()
    for rule in RULES:
        try:
            rule(subject, known, findings)
        except Exception:  # noqa: BLE001  (the others shall have their say)
            _log.exception("screening_rule_failed", rule=rule.__name__, book=str(subject.id))
            findings.failed.append(rule.__name__)
    return findings


def _duplicates(subject: Subject, known: Known, findings: Findings) -> None:
    found = chain.from_iterable(each.get(subject.id, ()) for each in known.found)
    judged = duplicates.judge(subject, found)
    findings.likenesses = duplicates.likenesses(judged)
    findings.facts |= sentences.facts(subject, judged)


def _cover(subject: Subject, known: Known, findings: Findings) -> None:
    """Look at the first cover, which is the one that the catalog shows."""
    if not subject.covers:
        findings.facts[Flag.NO_COVER] = covers.NONE
        return
    url = subject.covers[0]
    answer = known.answers.get(url)
    if broken := covers.broken_fact(url, answer):
        findings.facts[Flag.BROKEN_COVER] = broken
    is_open = answer in {None, CoverCheck.Answer.NOT_KNOWN}
    findings.awaits_cover = is_open and bool(allowed_cover(url))


def _price(subject: Subject, known: Known, findings: Findings) -> None:
    book = subject
    if odd := prices.fact(book.price, book.currency, book.book_format, known.usual):
        findings.facts[Flag.ODD_PRICE] = odd


def _language(subject: Subject, _known: Known, findings: Findings) -> None:
    if other := languages.fact(subject.title, subject.description, subject.language):
        findings.facts[Flag.OTHER_LANGUAGE] = other


RULES: tuple[Rule, ...] = (_duplicates, _cover, _price, _language)
