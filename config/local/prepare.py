"""Migrations and the demo, in one process: starting Django twice would cost a second start more."""

from __future__ import annotations

import sys

import django
from django.core.management import call_command


def main() -> None:
    """Migrate in silence, then load the demo, which prints the passwords."""
    django.setup()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_demo")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
