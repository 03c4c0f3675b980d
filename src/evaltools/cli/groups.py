"""The two words under which evidence comes in and codings go out."""

from __future__ import annotations

from evaltools.cli.main import main


@main.group("import")
def import_group() -> None:
    """Bring evidence in: final reports as received, codings of other tools."""


@main.group("export")
def export_group() -> None:
    """Take the coding out, for another tool."""
