"""What a local start fills in, for commands, for `exec` and for pytest."""

import os
import sys
from pathlib import Path

import pytest
import redis

from config.local import environment, keys, servers
from config.local import exec as local_exec
from config.local.processes import PROJECT
from tests.config.local.processes import all_gone, python


def test_local_environment_fills_in_only_what_is_missing(tmp_path):
    filled = environment.for_local(tmp_path, {"SECRET_KEY": "mine", "JWT_SIGNING_KEY": ""})
    assert "SECRET_KEY" not in filled
    assert filled["JWT_SIGNING_KEY"] == keys.read(tmp_path)["JWT_SIGNING_KEY"]
    assert filled["BOOKHUB_LOCAL"] == "1"


def test_data_folder_is_seen_from_the_project():
    assert environment.data_dir({}) == PROJECT / "var"
    assert environment.data_dir({"BOOKHUB_DATA_DIR": "other"}) == PROJECT / "other"
    assert environment.data_dir({"BOOKHUB_DATA_DIR": "/srv"}) == Path("/srv")


@pytest.mark.parametrize(
    "given", [{"SECRET_KEY": "x"}, {"DATABASE_URL": "postgres://x", "REDIS_URL": "redis://x"}]
)
def test_command_with_a_configuration_is_left_alone(bare_environment, given):
    os.environ.update(given)
    before = dict(os.environ)
    with environment.for_command(["manage.py", "migrate"]):
        assert dict(os.environ) == before


def test_help_starts_no_server(bare_environment, monkeypatch, tmp_path):
    monkeypatch.setenv("BOOKHUB_DATA_DIR", str(tmp_path))
    with environment.for_command(["manage.py", "migrate", "--help"]):
        assert os.environ["DATABASE_URL"] == environment.NOWHERE["DATABASE_URL"]
        assert os.environ["SECRET_KEY"]
    assert not (tmp_path / "run").exists()


def test_command_gets_only_the_server_that_is_not_configured(bare_environment, monkeypatch, folder):
    monkeypatch.setenv("BOOKHUB_DATA_DIR", str(folder))
    monkeypatch.setenv("DATABASE_URL", "postgres://elsewhere/bookhub")
    with environment.for_command(["manage.py", "migrate"]):
        assert os.environ["DATABASE_URL"] == "postgres://elsewhere/bookhub"
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            assert client.ping()
        assert servers.lost(folder) == ["postgres"]


def test_exec_gives_servers_alone_and_the_exit_code(bare_environment, monkeypatch, folder, capfd):
    monkeypatch.setenv("BOOKHUB_DATA_DIR", str(folder))
    names = "('DATABASE_URL', 'REDIS_URL', 'SECRET_KEY', 'BOOKHUB_LOCAL')"
    code = f"import os, sys; print([n in os.environ for n in {names}]); sys.exit(3)"
    assert local_exec.main(["--", sys.executable, "-c", code]) == 3
    assert capfd.readouterr().out == "[True, True, False, False]\n"
    assert local_exec.main([]) == 2


def test_pytest_gets_servers_of_its_own(tmp_path):
    (tmp_path / "test_it.py").write_text(
        "import os, psycopg, config.local.keys as keys\n"
        "def test_it():\n"
        "    with psycopg.connect(os.environ['DATABASE_URL']) as connection:\n"
        "        assert connection.execute('SHOW fsync').fetchone() == ('off',)\n"
        "    assert os.environ['BOOKHUB_LOCAL'] == '1'\n"
        "    assert len(os.environ['SECRET_KEY']) == 64\n"
    )
    plugins = ["-p", "config.local.pytest_plugin", "-p", "no:cacheprovider"]
    command = ["-m", "pytest", "-q", "-c", os.devnull, *plugins, str(tmp_path)]
    env = {"BOOKHUB_DATA_DIR": str(tmp_path / "data"), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    with python(*command, env=env) as process:
        output = process.communicate()[0]
    assert process.returncode == 0, output
    assert "1 passed" in output
    assert all_gone(tmp_path / "data" / "test")
