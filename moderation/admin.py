"""Where Django looks for model admins; importing each module registers its classes."""

from moderation.books import admin as books  # noqa: F401
