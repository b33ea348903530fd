"""Imports flow one way: accounts <- catalog <- shelves <- enrichment <- moderation, all of them on the floor.

The floor is config, but for its roof. Imports inside functions and for type checking count, too.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {
    "accounts": set(),
    "catalog": {"accounts"},
    "shelves": {"accounts", "catalog"},
    "enrichment": {"accounts", "catalog", "shelves"},
    "moderation": {"accounts", "catalog", "shelves", "enrichment"},
}
ROOF = {"config.settings", "config.urls", "config.wsgi", "config.gunicorn"}
"""What names everything, and what nothing else may import."""
OUTSIDE = {"requests", "httpx", "urllib3", "aiohttp", "urllib.request", "http.client"}
"""Ways to talk to the outside: `enrichment/http.py` alone has the limits that this needs."""
DOORS = {
    "enrichment/http.py",
    "enrichment/outside/connections.py",  # what that door sends by: checked addresses, in time
    "config/local/parts.py",  # asks whether the server beside it answers
    "accounts/keys.py",  # fetches another issuer's public keys
}


@cache
def imported(path):
    """Give (line, module) for every import of a file; `from a import b` may name module a.b."""
    package = path.relative_to(ROOT).parts[:-1]
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found += [(node.lineno, name.name) for name in node.names]
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            module = ".".join([*above, node.module or ""]).strip(".")
            found += [(node.lineno, module)]
            found += [(node.lineno, f"{module}.{name.name}") for name in node.names]
    return found


def files(*folders):
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def wrong(paths, is_wrong):
    """Give the imports that break a rule, as text that leads to them."""
    return sorted(
        f"{path.relative_to(ROOT)}:{line} imports {module}"
        for path in paths
        for line, module in imported(path)
        if is_wrong(module)
    )


def _app(module):
    return module.partition(".")[0]


@pytest.mark.parametrize("app", MAY_IMPORT)
def test_an_app_imports_only_what_is_below_it(app):
    above = set(MAY_IMPORT) - MAY_IMPORT[app] - {app}
    assert wrong(files(app), lambda module: _app(module) in above) == []


def test_the_floor_imports_no_app():
    assert wrong(files("config"), lambda module: _app(module) in MAY_IMPORT) == []


def test_nothing_imports_the_roof():
    assert wrong(files("config", *MAY_IMPORT), lambda module: module in ROOF) == []


def test_the_local_start_stands_apart():
    """The platform runs on servers of somebody's own without it."""
    others = [path for path in files("config") if "local" not in path.parts]
    assert wrong(others + files(*MAY_IMPORT), lambda m: m.startswith("config.local")) == []


def test_one_module_talks_to_the_outside():
    inside = [p for p in files("config", *MAY_IMPORT) if str(p.relative_to(ROOT)) not in DOORS]
    assert wrong(inside, lambda module: module in OUTSIDE or _app(module) in OUTSIDE) == []


def test_what_runs_needs_no_tests():
    running = [p for p in files("config", *MAY_IMPORT) if p.name != "pytest_plugin.py"]
    assert wrong(running, lambda module: _app(module) in {"tests", "pytest"}) == []


@pytest.mark.parametrize(
    ("text", "modules"),
    [
        ("import requests.adapters", ["requests.adapters"]),
        ("from catalog import models", ["catalog", "catalog.models"]),
        (
            "def f():\n    from catalog.models import Book",
            ["catalog.models", "catalog.models.Book"],
        ),
        ("from . import b", ["catalog.sub", "catalog.sub.b"]),
        ("from ..models import Book", ["catalog.models", "catalog.models.Book"]),
    ],
)
def test_no_way_to_import_is_overlooked(tmp_path, monkeypatch, text, modules):
    monkeypatch.setattr("tests.test_import_direction.ROOT", tmp_path)
    path = tmp_path / "catalog" / "sub" / "a.py"
    path.parent.mkdir(parents=True)
    path.write_text(text)
    assert [module for _, module in imported(path)] == modules
