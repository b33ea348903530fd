"""Where Django looks for model admins; importing each module registers its classes."""

from moderation.books import admin as books  # noqa: F401
from moderation.catalog import admin as catalog  # noqa: F401
from moderation.merging import admin as merging  # noqa: F401
