"""The command line: parses, calls, prints; one file a command, imported when it is called."""

from evaltools.cli.main import format_problems, main

__all__ = ["format_problems", "main"]
