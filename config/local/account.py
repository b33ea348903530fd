"""The system account that PostgreSQL runs under, because it refuses to run as root."""

from __future__ import annotations

import os
import pwd
import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from config.local.processes import works

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class Account:
    """How to start a command as somebody: by a prefix, by Popen's `user`, or as oneself."""

    uid: int
    gid: int
    prefix: tuple[str, ...] = ()
    user: int | None = None
    group: int | None = None

    def give(self, path: Path) -> None:
        """Make the account the owner of a file or folder."""
        os.chown(path, self.uid, self.gid)

    def open_way_to(self, *paths: Path) -> None:
        """Let the account walk through the folders above, unless its capability does that."""
        if self.user is not None:
            for folder in {parent for path in paths for parent in path.parents}:
                _allow_passing(folder)


def for_cluster(cluster: Path) -> Account:
    """Choose the account: oneself, or for root the cluster's owner, or `nobody`.

    As root, the kernel's CAP_DAC_OVERRIDE goes along where that is possible: PostgreSQL asks only
    for another user id, and the folders above (a home of mode 0700) stay closed to everybody.
    """
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    uid, gid = _owner(cluster) or pwd.getpwnam("nobody")[2:4]
    prefix = _with_root_access(uid, gid)
    if works(*prefix, "true"):
        return Account(uid, gid, prefix=prefix)
    return Account(uid, gid, user=uid, group=gid)


def _owner(cluster: Path) -> tuple[int, int] | None:
    """Give who made the cluster, which may be an ordinary user whom root helps out."""
    if not cluster.exists():
        return None
    facts = cluster.stat()
    return facts.st_uid, facts.st_gid


def _with_root_access(uid: int, gid: int) -> tuple[str, ...]:
    capability = "+dac_override"
    # access(2), by which initdb looks for its programs, would otherwise ignore the capability.
    keep = "--securebits=+no_setuid_fixup"
    ids = (f"--reuid={uid}", f"--regid={gid}", "--clear-groups")
    return ("setpriv", keep, *ids, f"--inh-caps={capability}", f"--ambient-caps={capability}")


def _allow_passing(folder: Path) -> None:
    mode = stat.S_IMODE(folder.stat().st_mode)
    if not mode & stat.S_IXOTH:
        folder.chmod(mode | stat.S_IXOTH)
