"""The command line: parses, calls, prints; its modules are imported when a command is called."""

import signal
import threading

_taken = (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.default_int_handler
)
if _taken:  # until a command is there to tell of it, Ctrl-C ends the process without a traceback
    signal.signal(signal.SIGINT, signal.SIG_DFL)

from evaltools.cli.main import format_problems, main  # noqa: E402

if _taken:
    signal.signal(signal.SIGINT, signal.default_int_handler)

__all__ = ["format_problems", "main"]
