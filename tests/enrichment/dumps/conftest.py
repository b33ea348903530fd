"""Processes that read the files of dumps, for all loads of a module."""

from __future__ import annotations

import queue

import pytest

from enrichment.dumps.reading import Reading


@pytest.fixture(autouse=True, scope="module")
def _readers_stay():
    """Keep those that have nothing left to read for the next load: to start one takes longest.

    A load starts five of them. Those that still read when it is cut off are ended as ever.
    """
    processes, idle = [], queue.SimpleQueue()
    begin = Reading.__init__

    def begin_with_them(reading, *args, **kwargs):
        begin(reading, *args, **kwargs)
        reading._processes, reading._idle = processes, idle

    def end_the_others(_reading):
        kept = [idle.get_nowait() for _ in range(idle.qsize())]
        _end([process for process in processes if process not in kept])
        processes[:] = kept
        for process in kept:
            idle.put(process)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reading, "__init__", begin_with_them)
        patch.setattr(Reading, "stop", end_the_others)
        yield
    _end(processes)


def _end(processes):
    for process in processes:
        process.kill()
        process.communicate()
