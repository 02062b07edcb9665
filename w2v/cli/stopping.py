"""What Ctrl-C and SIGTERM do to a training: it ends after its chunk, or within two seconds."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

# For the chunk, and for a checkpoint after it; the rest of the two seconds is for what is let go.
SECONDS_TO_END = 1.2


@contextmanager
def stopping_gently(within: float | None = SECONDS_TO_END) -> Iterator[Callable[[], bool]]:
    """Let the first Ctrl-C ask training to end after its chunk; a second, or time, ends it at once.

    To end at once is to raise KeyboardInterrupt wherever the main thread is. Yields a function that
    tells whether an end was asked for.

    Parameters
    ----------
    within : float, optional
        Seconds from the first Ctrl-C to the end, whatever the training is at.
    """
    requests: list[int] = []

    def ask(number: int, frame: FrameType | None) -> None:
        if requests:
            end(number, frame)
        requests.append(number)
        # Past Python's buffer, which may be at another line; and whoever read it may be gone.
        with contextlib.suppress(OSError, ValueError):
            os.write(sys.stderr.fileno(), b"\nstopping; once more to stop at once\n")
        if within is not None and hasattr(signal, "setitimer"):  # Windows has none
            signal.setitimer(signal.ITIMER_REAL, within)

    def end(number: int, frame: FrameType | None) -> None:
        disarm()
        raise KeyboardInterrupt

    def disarm() -> None:
        if hasattr(signal, "setitimer"):
            signal.setitimer(signal.ITIMER_REAL, 0)

    handlers = {signal.SIGINT: ask, signal.SIGTERM: ask}
    if hasattr(signal, "setitimer"):
        handlers[signal.SIGALRM] = end
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield lambda: bool(requests)
    finally:
        disarm()
        for number, old_handler in before.items():
            signal.signal(number, old_handler)
