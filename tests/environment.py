"""The environment of a process that a test starts beside itself."""

import os
from urllib.parse import urlsplit

from django.db import connection


def beside_this_test(**more):
    """Give our own environment with the test's database in DATABASE_URL, and `more`."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    return os.environ | {"DATABASE_URL": url.geturl()} | more
