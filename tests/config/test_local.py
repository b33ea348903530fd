"""The embedded servers, the environment of a laptop, and `make run` with small stand-ins."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.request import urlopen

import environ
import psycopg
import pytest
import redis
from psycopg.conninfo import conninfo_to_dict
from redis.backoff import NoBackoff
from redis.retry import Retry

from config.local import account, children, environment, keys, postgres, run, servers, sources
from config.local import exec as local_exec
from config.local.locks import Lock, is_held
from config.local.processes import PROJECT, StartError, works

KINDS = ("postgres", "valkey")
HOLD = """
import sys, time
from pathlib import Path
from config.local import servers
with servers.running(Path(sys.argv[1])) as urls:
    print(urls.database_url, flush=True)
    sys.stdin.read()
"""
# Two parts: one answers HTTP, one has a child of its own and ignores polite signals.
RUN = """
import os, signal, sys
from config.local import run, supervisor
from config.local.children import Part
from config.local.parts import _answers_http

SERVE = '''
import http.server, sys
class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Answer).serve_forever()
'''
SLEEP = 'import subprocess; subprocess.run(["sleep", "1000"])'

supervisor.STEADY_SECONDS = float(os.environ.get("STEADY", "10"))

def parts(folder, port):
    other = [sys.executable, "-c", sys.argv[1] if len(sys.argv) > 1 else SLEEP]
    return [
        Part("web", [sys.executable, "-c", SERVE, str(port)], _answers_http(port)),
        Part("worker", other, lambda: True),
    ]

sys.exit(run.main(parts, [sys.executable, "-c", "print('the demo is loaded')"]))
"""


@pytest.fixture(scope="module")
def folder():
    """A data folder with a short path, used by one test after the other."""
    path = Path(tempfile.mkdtemp(prefix="bookhub-test-", dir="/tmp"))
    # Making the cluster waits for the disk unless it may be forgotten.
    with servers.running(path, durable=False):
        pass
    yield path
    shutil.rmtree(path)


@pytest.fixture
def bare_environment(monkeypatch):
    """A laptop on which nothing is configured."""
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "JWT_SIGNING_KEY", "BOOKHUB_LOCAL"):
        monkeypatch.delenv(name, raising=False)
    saved = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(saved)


def python(*arguments, **options):
    inherited = {"SECRET_KEY", "DATABASE_URL", "REDIS_URL", "PORT", "BOOKHUB_LOCAL"}
    clean = {name: value for name, value in os.environ.items() if name not in inherited}
    return subprocess.Popen(
        [sys.executable, *arguments],
        cwd=PROJECT,
        env={**clean, **options.pop("env", {})},
        stdout=subprocess.PIPE,
        text=True,
        **options,
    )


@contextmanager
def holder(folder):
    """Another process that uses the servers until its standard input ends."""
    with python("-c", HOLD, str(folder), stdin=subprocess.PIPE) as process:
        assert process.stdout.readline().startswith("postgres://")
        yield process


def holds_within(seconds, condition):
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def lock_of(folder, kind, name):
    return folder / "run" / kind / f"{name}.lock"


def all_gone(folder):
    return not any(
        is_held(lock_of(folder, kind, name)) for kind in KINDS for name in ("keeper", "server")
    )


def holder_of(path):
    with Lock(path) as lock:
        return lock.read_pid()


def query(url, sql):
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        return cursor.fetchall() if cursor.description else None


# --- The servers --------------------------------------------------------------------------------


def test_database_has_an_owner_without_special_rights_and_the_extensions(folder):
    with servers.running(folder) as urls:
        [facts] = query(
            urls.database_url,
            """SELECT current_user, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole,
                      pg_get_userbyid(datdba), datlocprovider::text, datlocale,
                      pg_encoding_to_char(encoding), current_setting('fsync')
               FROM pg_roles, pg_database
               WHERE rolname = current_user AND datname = current_database()""",
        )
        query(urls.database_url, "CREATE DATABASE copied")
        copied = urls.database_url.replace("/bookhub?", "/copied?")
        extensions = {name for (name,) in query(copied, "SELECT extname FROM pg_extension")}
    assert facts == (
        *("bookhub", False, False, True, True),
        *("bookhub", "b", "C.UTF-8", "UTF8", "on"),
    )
    assert extensions >= set(postgres.EXTENSIONS)


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


# --- The environment ----------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/var/lib/bookhub", "/srv/a b/100%/ü+&x=1"])
def test_url_means_the_same_to_django_and_to_libpq(path):
    url = postgres.url(Path(path))
    parsed = environ.Env.db_url_config(url)
    assert (parsed["USER"], parsed["NAME"], parsed["PORT"]) == ("bookhub", "bookhub", 5432)
    assert parsed["OPTIONS"]["host"] == path
    libpq = conninfo_to_dict(url)
    assert (libpq["user"], libpq["dbname"], libpq["port"]) == ("bookhub", "bookhub", "5432")
    assert libpq["host"] == path


def test_keys_are_made_once_and_are_private(tmp_path):
    makers = [
        python("-c", f"from config.local import keys, processes; print(keys.read({where}))")
        for where in [f"processes.Path({str(tmp_path)!r})"] * 3
    ]
    answers = {maker.communicate()[0] for maker in makers}
    assert len(answers) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["keys.json"]
    assert stat.S_IMODE((tmp_path / "keys.json").stat().st_mode) == 0o600
    assert all(len(value) == 64 for value in keys.read(tmp_path).values())


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


# --- The sources outside --------------------------------------------------------------------------


@pytest.fixture
def offline(bare_environment, monkeypatch, folder):
    """A laptop on a plane."""
    for variable, (_path, needed) in sources.SERVICES.items():
        for name in (variable, *needed):
            monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOOKHUB_DATA_DIR", str(folder))
    monkeypatch.setenv(sources.SWITCH, "1")
    return folder


def test_commands_find_the_stand_in_that_runs_and_end_it_after_them(offline):
    with environment.with_sources(offline) as first:
        with environment.for_command(["manage.py", "import_openlibrary"]):
            url = os.environ["OPENLIBRARY_BASE_URL"]
            assert first["OPENLIBRARY_BASE_URL"] == url
            with urlopen(f"{url}/search/authors.json?q=Lem") as answer:
                assert json.load(answer)["numFound"] == 1
        assert servers.lost(offline, ["sources"]) == []
    assert servers.lost(offline, ["sources"]) == ["sources"]


def test_killed_stand_in_is_noticed(offline):
    with environment.with_sources(offline):
        os.kill(holder_of(lock_of(offline, "sources", "server")), signal.SIGKILL)
        assert holds_within(10, lambda: servers.lost(offline, ["sources"]) == ["sources"])


@pytest.mark.parametrize("said", [None, "", "0", "off", "of"])
def test_sources_are_the_real_ones_unless_the_person_says_so(tmp_path, monkeypatch, said):
    monkeypatch.setenv(sources.SWITCH, said or "")
    if said is None:
        monkeypatch.delenv(sources.SWITCH)
    with environment.with_sources(tmp_path) as variables:
        assert variables == {}
    assert list(tmp_path.iterdir()) == []


def test_a_source_that_the_person_has_set_up_stays_theirs():
    given = {"GOOGLE_BOOKS_BASE_URL": "http://mine", "OPENLIBRARY_CONTACT": "me@example.org"}
    assert sources.variables("http://here", given) == {
        "OPENLIBRARY_BASE_URL": "http://here/ol",
        "LEGIMI_BASE_URL": "http://here/legimi",
        "LEGIMI_ENABLED": "1",
    }


# --- make run -----------------------------------------------------------------------------------


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def running_platform(folder, *arguments, **variables):
    """`make run` with stand-ins; the lines it has printed before and with `ready`."""
    env = {"PORT": str(free_port()), "BOOKHUB_DATA_DIR": str(folder), **variables}
    with python("-c", RUN, *arguments, env=env, stderr=subprocess.STDOUT) as process:
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            if line.startswith("ready"):
                break
        try:
            yield process, lines
        finally:
            with suppress(ProcessLookupError):
                process.kill()


def descendants(pid):
    children_of = Path(f"/proc/{pid}/task/{pid}/children")
    found = [int(child) for child in children_of.read_text().split()]
    return found + [far for child in found for far in descendants(child)]


def alive(pid):
    status = Path(f"/proc/{pid}/stat")
    with suppress(OSError):
        return status.read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc, and Linux's kernel")


@on_linux
@pytest.mark.parametrize("signum", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_run_says_ready_once_and_a_signal_ends_everything_well(folder, signum):
    with running_platform(folder) as (process, lines):
        family = descendants(process.pid)
        assert lines[-1].startswith("ready http://127.0.0.1:")
        assert "the demo is loaded" in lines
        assert run.SOURCES[False] in lines
        process.send_signal(signum)
        rest = process.stdout.read()
        assert (process.wait(20), rest.count("ready http")) == (0, 0)
        assert not any(alive(pid) for pid in family)
    assert len(family) >= 2
    assert all_gone(folder)


@on_linux
def test_run_with_the_stand_in_says_so_and_watches_it(folder):
    with running_platform(folder, BOOKHUB_OFFLINE_SOURCES="1") as (process, lines):
        assert run.SOURCES[True] in lines
        os.kill(holder_of(lock_of(folder, "sources", "server")), signal.SIGKILL)
        assert "The embedded server has ended: sources." in process.stdout.read()
        assert process.wait(20) == 1
    assert all_gone(folder)


@on_linux
def test_killed_run_leaves_no_orphan(folder):
    with running_platform(folder) as (process, _lines):
        family = descendants(process.pid)
        process.kill()
        assert holds_within(10, lambda: all_gone(folder))
        # The grandchild of the stand-in has no such arrangement with the kernel.
        direct = family[:2]
        assert holds_within(10, lambda: not any(alive(pid) for pid in direct))
        for pid in family:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def test_part_that_ends_takes_all_down_and_shows_its_log(folder):
    with running_platform(folder, "print('no such table'); raise SystemExit(7)") as (process, seen):
        output = "\n".join([*seen, process.stdout.read()])
        assert process.wait(20) == 1
    assert "worker has ended (exit code 7)" in output
    assert "no such table" in output


@on_linux
def test_part_that_ran_for_a_while_is_started_again(folder):
    with running_platform(folder, STEADY="0") as (process, _lines):
        os.kill(descendants(process.pid)[0], signal.SIGKILL)
        # What the part itself has said may come first.
        assert any("web has ended (-9), and is started again" in line for line in process.stdout)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0


def test_lost_server_takes_all_down(folder):
    with running_platform(folder) as (process, _lines):
        os.kill(holder_of(lock_of(folder, "valkey", "server")), signal.SIGKILL)
        assert "The embedded server has ended: valkey." in process.stdout.read()
        assert process.wait(20) == 1


def test_port_in_use_is_said_before_anything_starts(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        env = {"PORT": port, "BOOKHUB_DATA_DIR": str(tmp_path / "data")}
        with python("-m", "config.local.run", env=env) as process:
            output = process.communicate()[0]
    assert process.returncode == 1
    assert f"Port {port} cannot be used" in output
    assert "make run PORT=8001" in output
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("text", ["", "http", "0", "70000", "-1"])
def test_port_that_is_none_is_refused(text):
    with pytest.raises(StartError, match="PORT must be a number"):
        run._free_port(text)


def test_second_run_on_a_folder_is_refused(tmp_path):
    with (
        run._alone_in(tmp_path),
        pytest.raises(StartError, match="runs already"),
        run._alone_in(tmp_path),
    ):
        pass


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ({"level": "info", "event": "request_finished"}, ""),
        ({"level": "warning", "event": "slow"}, "warning: slow"),
        (
            {"source": "legimi", "event": "late", "level": "error", "user_id": 7},
            "late source=legimi",
        ),
        ({"level": "error", "event": "failed", "exception": "Trace\nKeyError: 1\n"}, "KeyError: 1"),
        ({"event": "no level"}, ""),
    ],
)
def test_terminal_shows_warnings_alone(line, shown):
    text = children.worth_showing(json.dumps(line).encode())
    assert text.endswith(shown)
    assert bool(text) == bool(shown)


@pytest.mark.parametrize(
    "line",
    [
        b"[2026-01-01 10:00:00 +0000] [77] [%s] Booting worker with pid: 77\n",
        b"[2026-01-01 10:00:00,000: %s/MainProcess] celery@here ready.\n",
    ],
)
def test_terminal_shows_warnings_of_plain_formats_alone(line):
    assert children.worth_showing(line % b"INFO") == ""
    assert children.worth_showing(line % b"WARNING") != ""


def test_terminal_shows_what_is_no_log_entry():
    assert children.worth_showing(b"Traceback (most recent call last):\n").startswith("Traceback")
    assert children.worth_showing(b"[1, 2]\n") == "[1, 2]"
    assert len(children.worth_showing(b"x" * 10_000)) == children.SHOWN_WIDTH
