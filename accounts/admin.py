"""Where Django looks for model admins; importing each module registers its classes."""

from accounts.back_office import audit, events, groups, publishers, users  # noqa: F401
from accounts.second_factor import pages  # noqa: F401
