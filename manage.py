#!/usr/bin/env python
"""Django's command line; on a laptop with nothing configured it finds the embedded servers."""

from __future__ import annotations

import os
import sys

from django.core.management import execute_from_command_line

from config.local.environment import for_command
from config.local.processes import StartError


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    with for_command(sys.argv):
        execute_from_command_line(sys.argv)


if __name__ == "__main__":
    try:
        main()
    except StartError as error:
        sys.exit(f"manage.py: {error}")
