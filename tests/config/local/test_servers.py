"""The embedded servers: started by their first user, ended by the last, whoever is killed."""

import os
import shutil
import signal
import stat

import pytest
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local import servers
from config.local.processes import StartError
from tests.config.local.processes import (
    KINDS,
    all_gone,
    holder,
    holder_of,
    holds_within,
    lock_of,
    query,
)


def test_data_and_queues_outlive_the_servers(folder):
    with servers.running(folder) as urls:
        query(urls.database_url, "CREATE TABLE kept AS SELECT 42 AS answer")
        with redis.Redis.from_url(urls.redis_url) as client:
            client.rpush("queue", "task")
    assert all_gone(folder)
    with servers.running(folder) as urls:
        assert query(urls.database_url, "SELECT answer FROM kept") == [(42,)]
        with redis.Redis.from_url(urls.redis_url) as client:
            assert client.lrange("queue", 0, -1) == [b"task"]


def test_nobody_gets_in_without_the_password_or_the_folder(folder):
    with servers.running(folder) as urls:
        port = int(urls.redis_url.rsplit(":", 1)[1].split("/")[0])
        stranger = redis.Redis(port=port, retry=Retry(NoBackoff(), 0))
        with stranger, pytest.raises(redis.AuthenticationError):
            stranger.ping()
        closed = [folder / "keys.json", *(folder / "run").glob("*/url"), folder / "postgres"]
        closed += [folder / "run/postgres/socket", folder / "run/valkey/valkey.conf"]
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) & 0o077 for path in closed}
    assert set(modes.values()) == {0}, modes


def test_last_of_two_processes_ends_the_servers(folder):
    with holder(folder) as other:
        with servers.running(folder) as urls:
            assert query(urls.database_url, "SELECT 1") == [(1,)]
        assert not servers.lost(folder)
        other.stdin.close()
        other.wait()
        assert all_gone(folder)


def test_killed_user_leaves_no_server_behind(folder):
    with holder(folder) as other:
        other.kill()
    assert holds_within(10, lambda: all_gone(folder))


def test_killed_postmaster_is_noticed_and_recovered_from(folder):
    with servers.running(folder):
        os.kill(holder_of(lock_of(folder, "postgres", "server")), signal.SIGKILL)
        assert holds_within(10, lambda: servers.lost(folder) == ["postgres"])
        with servers.running(folder) as urls:
            assert query(urls.database_url, "SELECT 1") == [(1,)]


def test_killed_keepers_are_replaced(folder):
    with servers.running(folder):
        for kind in KINDS:
            os.kill(holder_of(lock_of(folder, kind, "keeper")), signal.SIGKILL)
        assert holds_within(10, lambda: servers.lost(folder) == list(KINDS))
        with servers.running(folder) as urls:
            assert query(urls.database_url, "SELECT 1") == [(1,)]
    assert all_gone(folder)


def test_remains_of_a_crash_are_no_hindrance(folder):
    with servers.running(folder):
        pass
    shutil.rmtree(folder / "postgres")
    (folder / "postgres.draft" / "base").mkdir(parents=True)
    with servers.running(folder, durable=False):
        pass
    # After a reboot the process id in the file may be anybody's, for example ours.
    (folder / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder}/postgres\n")
    (folder / "run/postgres/url").write_text("postgres://nowhere")
    with servers.running(folder, durable=False) as urls:
        assert query(urls.database_url, "SHOW fsync") == [("off",)]


def test_two_folders_have_two_pairs_of_servers_and_long_paths_work(folder, tmp_path):
    odd = tmp_path / ("long" * 30) / "with, comma and 'quote' ü"
    with servers.running(folder) as here, servers.running(odd, durable=False) as there:
        assert here.redis_url != there.redis_url
        assert query(there.database_url, "SELECT 1") == [(1,)]
        socket_dir = (odd / "run/postgres/far_socket").readlink()
        assert socket_dir.exists()
    assert not socket_dir.exists()


def test_folder_that_cannot_be_used_is_named(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="BOOKHUB_DATA_DIR"), servers.running(tmp_path / "file"):
        pass


def test_server_that_does_not_start_says_why(tmp_path):
    (tmp_path / "postgres").mkdir()
    with pytest.raises(StartError, match=r"postgres\.log ends:"):
        servers.borrowed("postgres", tmp_path).__enter__()
