"""Which covers pages may show, and which may be asked for: the one rule, also for what is kept."""

from __future__ import annotations

from rest_framework.exceptions import ValidationError

from catalog.serializers import CoverUrlField

_COVER = CoverUrlField(max_length=2000)


def allowed_cover(url: str | None) -> str:
    """Give an address back if it is https on one of COVER_IMAGE_HOSTS of today, else ""."""
    try:
        return str(_COVER.run_validation(url))
    except ValidationError:
        return ""
