"""The services outside, on this machine: `python -m enrichment.stand_in PORT`, until a signal.

Open Library is at `/ol`, Google Books at `/gb` and Legimi at `/legimi`; each answers from the
records beside this, which are BookHub's own (records/README.md).
"""

from __future__ import annotations

import signal
import sys

from enrichment.stand_in.replay import Replay


def main(port: int) -> None:
    """Serve until SIGTERM or Ctrl-C."""
    signals = {signal.SIGTERM, signal.SIGINT}
    # Blocked in every thread, they wait to be asked for.
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    with Replay(port):
        signal.sigwait(signals)


if __name__ == "__main__":
    main(int(sys.argv[1]))
