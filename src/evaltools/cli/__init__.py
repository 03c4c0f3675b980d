"""The command line: parses, calls, prints; each command imports what is heavy by itself."""

from evaltools.cli import (
    build,
    check,
    code,
    compare,
    explain,
    export_codings,
    import_codings,
    import_reports,
    lab,
    lint,
    publish,
    verify,
)
from evaltools.cli.main import format_problems, main

__all__ = [
    "build",
    "check",
    "code",
    "compare",
    "explain",
    "export_codings",
    "format_problems",
    "import_codings",
    "import_reports",
    "lab",
    "lint",
    "main",
    "publish",
    "verify",
]
