"""What the back-office keeps of its own."""

from moderation.models.screenings import CoverCheck, DueScreening, Flag, Likeness, Screening

__all__ = ["CoverCheck", "DueScreening", "Flag", "Likeness", "Screening"]
