"""What the back-office keeps of its own."""

from moderation.models.screenings import (
    DUPLICATES,
    CoverCheck,
    DueScreening,
    Flag,
    Likeness,
    Screening,
)

__all__ = ["DUPLICATES", "CoverCheck", "DueScreening", "Flag", "Likeness", "Screening"]
