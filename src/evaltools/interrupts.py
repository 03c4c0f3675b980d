"""Ctrl-C, and a request to end, that is never lost.

Python raises KeyboardInterrupt wherever the main thread happens to be. Compiled modules drop it
while they are imported, and so do callbacks whose errors go nowhere; whoever waits afterwards
waits in vain. So an interrupt is noted as well, and whoever waits looks at what was noted. SIGTERM
and SIGHUP, which would end the process where it stands, are taken in the same way.
"""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from types import FrameType
from typing import Any

_SIGNALS: Mapping[signal.Signals, Callable[[int, FrameType | None], Any] | signal.Handlers] = {
    signal.SIGINT: signal.default_int_handler,
    signal.SIGTERM: signal.SIG_DFL,
    signal.SIGHUP: signal.SIG_DFL,
}
"""Signals that are taken, each where it still does what Python has it do."""


class Interrupts:
    """Interrupts of this process since it began to note them."""

    def __init__(self) -> None:
        self.number = 0
        """The signal that came first; 0 where none came."""
        self._deferred = False

    def check(self) -> None:
        """Stop here, by KeyboardInterrupt, if there was an interrupt."""
        if self.number:
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
        """The handler of the signals; raises KeyboardInterrupt unless that is deferred."""
        self.number = self.number or number
        if not self._deferred:
            raise KeyboardInterrupt


_current: Interrupts | None = None


@contextlib.contextmanager
def note_interrupts() -> Iterator[Interrupts]:
    """Note interrupts from now on; within itself it gives the same notes.

    Only the main thread is interrupted, and only by signals that nobody else has taken. At the end
    an interrupt that nothing had come of is raised.
    """
    global _current
    if _current is not None or threading.current_thread() is not threading.main_thread():
        yield _current or Interrupts()
        return
    interrupts = Interrupts()
    ours = [one for one, usual in _SIGNALS.items() if signal.getsignal(one) is usual]
    _current = interrupts
    for number in ours:
        signal.signal(number, interrupts.note)
    try:
        yield interrupts
    finally:
        for number in ours:
            signal.signal(number, _SIGNALS[number])
        _current = None
    interrupts.check()
