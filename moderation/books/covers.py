"""Covers as the back-office shows them: from known hosts alone, and told nothing of who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from django.utils.html import format_html

from catalog.covers import allowed_cover

if TYPE_CHECKING:
    from django.utils.safestring import SafeString

Size = Literal["small", "large"]
PIXELS: dict[Size, tuple[int, int]] = {"small": (40, 60), "large": (160, 240)}


def cover(url: str | None, alt: str, size: Size) -> SafeString:
    """Show an image, if it is on a host that covers may come from today; else an empty box.

    `alt` is what a reader hears in place of the image; "" where the title stands beside it.
    """
    width, height = PIXELS[size]
    allowed = allowed_cover(url)
    if not allowed:
        return _empty_box(width, height)
    return format_html(
        '<img class="book-cover" src="{}" alt="{}" width="{}" height="{}" loading="lazy"'
        ' decoding="async" referrerpolicy="no-referrer">',
        allowed,
        alt,
        width,
        height,
    )


def _empty_box(width: int, height: int) -> SafeString:
    return format_html(
        '<svg class="book-cover" width="{}" height="{}" role="img" aria-label="No cover">'
        '<rect width="100%" height="100%" rx="4" fill="currentColor" fill-opacity="0.12"/></svg>',
        width,
        height,
    )
