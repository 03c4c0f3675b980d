"""Ctrl-C that is never lost.

Python raises KeyboardInterrupt wherever the main thread happens to be. Compiled modules drop it
while they are imported, and so do callbacks whose errors go nowhere; whoever waits afterwards
waits in vain. So an interrupt is noted as well, and whoever waits looks at what was noted.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from types import FrameType


class Interrupts:
    """Interrupts of this process since it began to note them."""

    def __init__(self) -> None:
        self.noted = False
        self._deferred = False

    def check(self) -> None:
        """Stop here, by KeyboardInterrupt, if there was an interrupt."""
        if self.noted:
            raise KeyboardInterrupt

    @contextlib.contextmanager
    def defer(self, deferred: bool = True) -> Iterator[None]:
        """Have interrupts noted, and not raised where they would break what is going on."""
        before, self._deferred = self._deferred, deferred
        try:
            yield
        finally:
            self._deferred = before

    @contextlib.contextmanager
    def raise_again(self) -> Iterator[None]:
        """Have interrupts raised again, within work that may take long and may be broken off."""
        with self.defer(False):
            self.check()
            yield
            self.check()

    def note(self, number: int, frame: FrameType | None) -> None:
        """The handler of the signal; raises KeyboardInterrupt unless that is deferred."""
        self.noted = True
        if not self._deferred:
            raise KeyboardInterrupt


_current: Interrupts | None = None


@contextlib.contextmanager
def note_interrupts() -> Iterator[Interrupts]:
    """Note interrupts from now on; within itself it gives the same notes.

    Only the main thread is interrupted, and only where nobody else has taken the signal. At the
    end an interrupt that nothing had come of is raised.
    """
    global _current
    if _current is not None:
        yield _current
        return
    interrupts = Interrupts()
    ours = (
        threading.current_thread() is threading.main_thread()
        and signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not ours:
        yield interrupts
        return
    _current = interrupts
    signal.signal(signal.SIGINT, interrupts.note)
    try:
        yield interrupts
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _current = None
    interrupts.check()
