"""The page that asks before a step of the back-office is taken: what will happen, and to what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from django.template.response import TemplateResponse
from django.urls import reverse

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from django.http import HttpRequest, HttpResponse

    from config.model_admin import ModeratedAdmin

NAMED = 50
"""Rows that the page names; of the others it says how many they are."""


class Question(NamedTuple):
    """What is asked: the action's name, its verb, and a sentence on what comes of it."""

    action: str
    verb: str
    outcome: str
    is_dangerous: bool = False


def ask(
    model_admin: ModeratedAdmin, request: HttpRequest, rows: QuerySet[Any], question: Question
) -> HttpResponse | None:
    """Give the page that asks; None when its answer has come. A list and one row's page use it."""
    if "confirmed" in request.POST:
        return None
    opts, chosen = model_admin.opts, list(rows)
    noun = opts.verbose_name if len(chosen) == 1 else opts.verbose_name_plural
    context = {
        **model_admin.admin_site.each_context(request),
        "title": f"{question.verb}: {len(chosen):,} {noun}?",
        "opts": opts,
        "question": question,
        "chosen": chosen,
        "named": chosen[:NAMED],
        "more": len(chosen[NAMED:]),
        "back": reverse(f"admin:{opts.app_label}_{opts.model_name}_changelist"),
    }
    return TemplateResponse(request, "admin/confirm.html", context)
