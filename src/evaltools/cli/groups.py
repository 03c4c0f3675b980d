"""The two words under which evidence comes in and codings go out."""

from __future__ import annotations

from evaltools.cli.main import CommandGroup, main

IMPORTS = {
    "codebook": (
        "import_codings",
        "Take the codes in FILE, a REFI-QDA codebook (.qdc) or project.",
    ),
    "coding": (
        "import_codings",
        "Take the coding in FILE: REFI-QDA, QualCoder, Taguette, spreadsheets, evaltools' own.",
    ),
    "reports": (
        "import_reports",
        "Take the reports of FOLDER into the study: Word, PDF and spreadsheet files.",
    ),
}
EXPORTS = {
    "codebook": ("export_codings", "Write the study's codebook as a REFI-QDA codebook."),
    "coding": (
        "export_codings",
        "Write the study's coding as a REFI-QDA project, or as a folder of tables.",
    ),
}


@main.group("import", cls=CommandGroup, modules=IMPORTS)
def import_group() -> None:
    """Bring evidence in: final reports as received, codings of other tools."""


@main.group("export", cls=CommandGroup, modules=EXPORTS)
def export_group() -> None:
    """Take the coding out, for another tool."""
