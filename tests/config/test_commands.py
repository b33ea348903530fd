"""Help, tables, progress and signals of our management commands."""

import io
import os
import pty
import signal
import sys
from contextlib import suppress

import pytest
from django.core.management.base import CommandError, OutputWrapper

from config import commands
from config.commands import (
    PlatformCommand,
    Progress,
    RefusedError,
    Stoppable,
    StoppedError,
    UsageError,
    printable,
)


class Sample(PlatformCommand):
    help = "First line.\n  Second line, indented."
    epilog = "examples:\n  manage.py sample x"

    def handle(self, *args, **options):
        self.print_table("Books", ("count", "what"), [(1234, "new"), (5, "\x1b[31mred")])
        self.warn("careful\x07")


@pytest.fixture
def command():
    return Sample(stdout=io.StringIO(), stderr=io.StringIO(), no_color=True)


def test_help_keeps_its_lines(command):
    told = command.create_parser("manage.py", "sample").format_help()
    assert command.help in told
    assert command.epilog in told


def test_a_table_is_aligned_and_shows_no_control_characters(command):
    command.handle()
    assert command.stdout._out.getvalue().splitlines() == [
        "Books",
        "count  what",
        "1,234  new",
        r"    5  \x1b[31mred",
    ]
    assert command.stderr._out.getvalue() == "careful\\x07\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [(RefusedError("x"), 1), (UsageError("x"), 2), (StoppedError("x", signal.SIGTERM), 143)],
)
def test_exit_codes(error, code):
    assert isinstance(error, CommandError)
    assert error.returncode == code


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Zażółć — 本\n", "Zażółć — 本\n"),
        ("\x00\x9b\ud800", "\\x00\\x9b\\ud800"),
        ("\u202e", "\\u202e"),
    ],
)
def test_printable(text, shown):
    assert printable(text) == shown


class TestProgress:
    def test_a_line_now_and_then_where_there_is_no_terminal(self, monkeypatch):
        out = io.StringIO()
        with Progress(OutputWrapper(out), "rows", total=1000) as progress:
            progress.show(1, 1)
            assert out.getvalue() == ""
            monkeypatch.setattr(commands, "PLAIN_LINE_EVERY", 0)
            progress.show(1500, 250)
        assert out.getvalue().startswith("1,500 rows, ")
        assert "/s, 25%, about " in out.getvalue()

    def test_no_share_where_nobody_knows_the_total(self, monkeypatch):
        monkeypatch.setattr(commands, "PLAIN_LINE_EVERY", 0)
        out = io.StringIO()
        with Progress(OutputWrapper(out), "rows", total=None) as progress:
            progress.show(3)
        assert "%" not in out.getvalue()
        assert "3 rows" in out.getvalue()

    def test_a_bar_on_a_terminal(self, monkeypatch):
        ours, theirs = pty.openpty()
        with os.fdopen(theirs, "w") as terminal, monkeypatch.context() as patch:
            patch.setattr(sys, "stderr", terminal)
            patch.setenv("TERM", "xterm")
            with Progress(OutputWrapper(terminal), "rows", total=100) as progress:
                progress.show(40, 50)
        shown = _all_of(ours)
        os.close(ours)
        assert "40 rows" in shown
        assert "\x1b[" in shown


def _all_of(terminal):
    """Read what was written, in however many parts, until the other end turns out to be closed."""
    text = b""
    with suppress(OSError):
        while part := os.read(terminal, 100_000):
            text += part
    return text.decode()


def stoppable(work):
    with Stoppable("Try again.") as stop:
        work(stop)


class TestStoppable:
    def test_outside_of_held_it_stops_at_once(self):
        def work(_stop):
            os.kill(os.getpid(), signal.SIGTERM)
            pytest.fail("went on")

        with pytest.raises(StoppedError, match=r"Try again\.") as stopped:
            stoppable(work)
        assert stopped.value.returncode == 128 + signal.SIGTERM

    def test_what_is_held_is_finished_first(self):
        done = []

        def work(stop):
            with stop.held():
                os.kill(os.getpid(), signal.SIGINT)
                done.append("held")
            done.append("after")

        with pytest.raises(StoppedError):
            stoppable(work)
        assert done == ["held"]

    def test_a_second_signal_ends_even_what_is_held(self):
        def work(stop):
            with stop.held():
                os.kill(os.getpid(), signal.SIGINT)
                os.kill(os.getpid(), signal.SIGINT)
                pytest.fail("went on")

        with pytest.raises(StoppedError):
            stoppable(work)

    def test_an_error_in_what_is_held_is_told(self):
        def work(stop):
            with stop.held():
                os.kill(os.getpid(), signal.SIGINT)
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            stoppable(work)

    def test_afterwards_signals_are_as_before(self):
        before = signal.getsignal(signal.SIGINT)
        with Stoppable("Try again."):
            assert signal.getsignal(signal.SIGINT) != before
        assert signal.getsignal(signal.SIGINT) == before
