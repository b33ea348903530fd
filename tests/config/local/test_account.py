"""The account that PostgreSQL runs as, which is never root's."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config.local import account, servers
from config.local.processes import PROJECT, works
from tests.config.local.processes import holder_of, lock_of


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has another account to run as")
def test_root_starts_postgres_as_somebody_else_and_opens_no_folder(tmp_path):
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    with servers.borrowed("postgres", private / "data", durable=False):
        pid = holder_of(lock_of(private / "data", "postgres", "server"))
        assert Path(f"/proc/{pid}").stat().st_uid != 0
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_ordinary_user_starts_servers_as_themselves(tmp_path):
    tmp_path.chmod(0o777)
    become = account._with_root_access(65534, 65534)
    if not works(*become, "true"):
        pytest.skip("setpriv cannot pass on the right to read the virtual environment")
    code = "import os; print(os.geteuid(), os.environ['DATABASE_URL'])"
    command = [sys.executable, "-m", "config.local.exec", "--", sys.executable, "-c", code]
    env = {**os.environ, "BOOKHUB_DATA_DIR": str(tmp_path / "data")}
    env = {name: env[name] for name in env if name not in ("DATABASE_URL", "REDIS_URL")}
    answer = subprocess.check_output([*become, *command], cwd=PROJECT, env=env, text=True)
    assert answer.startswith("65534 postgres://")
    assert (tmp_path / "data" / "postgres").stat().st_uid == 65534


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a capability to pass on")
def test_account_of_root_reaches_programs_in_a_closed_folder(tmp_path):
    tmp_path.chmod(0o700)
    program = tmp_path / "program"
    program.touch(mode=0o755)
    prefix = account.for_cluster(tmp_path / "none").prefix
    if not prefix:
        pytest.skip("setpriv cannot pass on the capability")
    assert works(*prefix, "test", "-x", str(program))
    assert not works(*prefix, "test", "-x", str(tmp_path / "missing"))


def test_without_the_capability_only_passing_through_is_allowed(tmp_path):
    inner = tmp_path / "closed"
    inner.mkdir(mode=0o700)
    account.Account(1, 1, prefix=("setpriv",)).open_way_to(inner / "data")
    assert stat.S_IMODE(inner.stat().st_mode) == 0o700
    account.Account(1, 1, user=1, group=1).open_way_to(inner / "data")
    assert stat.S_IMODE(inner.stat().st_mode) == 0o701
