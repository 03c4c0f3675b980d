"""Work in a process of its own that kills itself before one of its steps of writing to disk."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

Step = Callable[..., Any]


def killed_before(work: Callable[[], Any], step: int, *kinds: Step) -> bool:
    """Do it elsewhere, up to the step.

    Arguments:
        work: what is done.
        step: how many steps are carried out before the process kills itself.
        kinds: what counts as a step, of Path.replace, Path.unlink and os.fsync.

    Returns whether it was killed, and did not come to its end first.
    """
    child = os.fork()
    if child == 0:
        try:
            _count_down(step, kinds)
            work()
        finally:
            os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def _count_down(left: int, kinds: tuple[Step, ...]) -> None:
    def counted(real: Step) -> Step:
        def one(*given: Any, **named: Any) -> Any:
            nonlocal left
            if left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left -= 1
            return real(*given, **named)

        return one

    for home, name in ((Path, "replace"), (Path, "unlink"), (os, "fsync")):
        if getattr(home, name) in kinds:
            setattr(home, name, counted(getattr(home, name)))
