"""Whoever sets BookHub up finds each variable in docs/operations.md and in .env.example."""

import re
from pathlib import Path

import pytest

from config.local.sources import SWITCH

ROOT = Path(__file__).resolve().parents[2]
READ = re.compile(r"""\b(?:env(?:\.\w+)?|_database|environ\.get)\(\s*['"]([A-Z_]+)['"]""")
SOURCES = ("config/settings.py", "config/gunicorn.py")


def variables():
    found = {name for path in SOURCES for name in READ.findall((ROOT / path).read_text())}
    return found | {"DATABASE_OWNER_URL", "BOOKHUB_DATA_DIR", SWITCH}


@pytest.mark.parametrize("page", ["docs/operations.md", ".env.example"])
def test_every_variable_is_named(page):
    text = (ROOT / page).read_text()
    assert len(variables()) > 30
    assert {name for name in variables() if not re.search(rf"\b{name}\b", text)} == set()


def test_the_example_names_nothing_else():
    named = set(
        re.findall(r"^(?:# )?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    assert named == variables()
