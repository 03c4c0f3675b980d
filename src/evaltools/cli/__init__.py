"""The command line: parses, calls, prints; each command imports what is heavy by itself."""

from evaltools.cli import (
    building,
    coding,
    exchanging,
    importing_coding,
    importing_reports,
    trusting,
)
from evaltools.cli.main import main, told

__all__ = [
    "building",
    "coding",
    "exchanging",
    "importing_coding",
    "importing_reports",
    "main",
    "told",
    "trusting",
]
