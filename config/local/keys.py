"""The keys that a local start makes for itself, once, in a file that only its user can read."""

from __future__ import annotations

import json
import os
import secrets
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("SECRET_KEY", "JWT_SIGNING_KEY", "VALKEY_PASSWORD")


def read(data_dir: Path) -> dict[str, str]:
    """Give the keys of this data folder, made when it has none yet.

    Of two processes that make them at the same time one wins, and both read the winner's.
    """
    path = data_dir / "keys.json"
    if not path.exists():
        _make(path)
    keys: dict[str, str] = json.loads(path.read_text())
    return keys


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    write_private(draft, json.dumps({name: secrets.token_hex(32) for name in NAMES}, indent=1))
    try:
        # Unlike a rename, a link never replaces what another process has put there meanwhile.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()


def write_private(path: Path, text: str) -> None:
    """Write a file whole or not at all, and never readable by others."""
    draft = path.with_name(f"{path.name}.draft")
    fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(fd, "w") as file:
        file.write(text)
    draft.replace(path)
