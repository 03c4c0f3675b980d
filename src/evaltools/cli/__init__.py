"""The command line: parses, calls, prints; its modules are imported when a command is called."""

from evaltools.cli.main import format_problems, main

__all__ = ["format_problems", "main"]
