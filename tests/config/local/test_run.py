"""`make run`, with small stand-ins for its parts."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from config.local import run
from config.local.processes import StartError
from tests.config.local.processes import all_gone, holder_of, holds_within, lock_of, python

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


on_linux = pytest.mark.skipif(sys.platform != "linux", reason="asks /proc, and Linux's kernel")


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
