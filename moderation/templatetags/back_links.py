"""Ways back to a list, as somebody left it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

if TYPE_CHECKING:
    from django.template.context import RequestContext

register = template.Library()


@register.simple_tag(takes_context=True)
def as_narrowed(context: RequestContext, link: str) -> str:
    """Give the address of a list with the filters under which the page at hand was opened."""
    # Django loads all tags before there are model admins.
    from moderation.books.neighbours import PRESERVED  # noqa: PLC0415

    filters = context["request"].GET.get(PRESERVED)
    return f"{link}?{filters}" if filters else str(link)
