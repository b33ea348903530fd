"""What the back-office keeps of its own."""

from moderation.models.screenings import Flag, Likeness, Screening

__all__ = ["Flag", "Likeness", "Screening"]
