"""What our management commands share: help that teaches, progress, a summary, exit codes.

Exit codes: 0 when all went well, 1 when something was refused, 2 when the command was called in a
way that cannot work, 128 and the signal's number when it was stopped.
"""

from __future__ import annotations

import io
import signal
import sys
import threading
import time
from argparse import RawDescriptionHelpFormatter
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.core.management.base import BaseCommand, CommandError, DjangoHelpFormatter
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as RichProgress
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from types import FrameType

    from django.core.management.base import CommandParser, OutputWrapper

PLAIN_LINE_EVERY = 5.0
"""Seconds between two lines of progress where there is no terminal."""


class RefusedError(CommandError):
    """Some of what was brought is not in; the rest is."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=1)


class UsageError(CommandError):
    """The command cannot work like this; the message says what would."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=2)


class StoppedError(CommandError):
    """Ctrl-C, or a termination signal."""

    def __init__(self, message: str, signal_number: int = signal.SIGINT) -> None:
        super().__init__(message, returncode=128 + signal_number)


class _HelpFormatter(DjangoHelpFormatter, RawDescriptionHelpFormatter):
    """Django's order of options, and our line breaks."""


class PlatformCommand(BaseCommand):
    """Shows `help` and `epilog` as they are written, and prints tables and progress."""

    epilog: ClassVar[str] = ""

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        return super().create_parser(
            prog_name, subcommand, formatter_class=_HelpFormatter, epilog=self.epilog, **kwargs
        )

    def say(self, text: str) -> None:
        self.stdout.write(printable(text))

    def warn(self, text: str) -> None:
        self.stderr.write(printable(text), self.style.WARNING)

    def print_table(self, title: str, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Print rows below a header; numbers stand to the right."""
        rows = [list(row) for row in rows]
        table = Table(title=Text(title), title_justify="left", box=None, pad_edge=False)
        for index, name in enumerate(header):
            is_number = bool(rows) and all(isinstance(row[index], int) for row in rows)
            table.add_column(Text(name), justify="right" if is_number else "left", overflow="fold")
        for row in rows:
            table.add_row(*(Text(_cell(value)) for value in row))
        self.stdout.write(_rendered(table))

    def progress(self, unit: str, total: int | None = None) -> Progress:
        return Progress(self.stderr, unit, total)


def printable(text: str) -> str:
    r"""Write what a terminal would obey or could not show as `\x1b`: it may come out of a file."""
    return "".join(
        char if char.isprintable() or char == "\n" else ascii(char)[1:-1] for char in text
    )


def _cell(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) else printable(str(value))


def _rendered(table: Table) -> str:
    text = io.StringIO()
    width = max(Console().width, 80)
    Console(file=text, width=width, color_system=None).print(table)
    return "\n".join(line.rstrip() for line in text.getvalue().splitlines())


class Progress:
    """How much is done, how fast, and how long it will take: a bar, or a line now and then.

    `total` counts what `position` counts, bytes of a file say; None when nobody knows it.
    """

    def __init__(self, stream: OutputWrapper, unit: str, total: int | None) -> None:
        self._stream, self._unit, self._total = stream, unit, total
        self._began = self._told = time.monotonic()
        self._bar = self._make_bar() if stream.isatty() else None

    def _make_bar(self) -> RichProgress:
        bar = RichProgress(
            TextColumn("{task.fields[done]}"),
            BarColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            # Django's wrapper of the stream would end each of the bar's pieces with a line break.
            console=Console(file=sys.stderr),
        )
        self._task = bar.add_task("", total=self._total, done=f"0 {self._unit}")
        return bar

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_exc: object) -> None:
        if self._bar:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Tell what is being done now, on a line of its own."""
        if self._bar:
            self._bar.console.print(Text(text))
        else:
            self._stream.write(text)

    def show(self, done: int, position: int = 0) -> None:
        """Tell that `done` units are done, at `position` of the total."""
        now = time.monotonic()
        told = f"{done:,} {self._unit}, {done / max(now - self._began, 0.001):,.0f}/s"
        if self._bar:
            self._bar.update(self._task, completed=position, done=told)
        elif now - self._told >= PLAIN_LINE_EVERY:
            self._told = now
            self._stream.write(told + self._left(position, now - self._began))

    def _left(self, position: int, elapsed: float) -> str:
        if not self._total or not position:
            return ""
        share = min(position / self._total, 1.0)
        return f", {share:.0%}, about {elapsed / share - elapsed:,.0f} s left"


class Stoppable:
    """Turns the first Ctrl-C or termination into a StoppedError, but never inside `held()`.

    What is held is finished first, so that what was counted is what was done. A second signal
    ends even that.
    """

    def __init__(self, advice: str) -> None:
        self._advice = advice
        self._asked: int | None = None
        self._holding = False

    def __enter__(self) -> Self:
        self._before = {}
        # Python hands signals to the main thread alone.
        if threading.current_thread() is threading.main_thread():
            for number in (signal.SIGINT, signal.SIGTERM):
                self._before[number] = signal.signal(number, self._on_signal)
        return self

    def __exit__(self, *_exc: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        if self._holding and self._asked is None:
            self._asked = number
            return
        raise StoppedError(self._advice, number)

    @contextmanager
    def held(self) -> Iterator[None]:
        self._holding = True
        try:
            yield
        finally:
            self._holding = False
        if self._asked is not None:
            raise StoppedError(self._advice, self._asked)
