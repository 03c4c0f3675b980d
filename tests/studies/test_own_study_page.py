"""What `docs/own-study.md` lists is what the engine knows: run this file to write it anew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evaltools.evidence.known_tables import READ_WHERE_THERE, known_tables
from evaltools.study.schema import StudyDeclaration

PAGE = Path(__file__).parents[2] / "docs" / "own-study.md"
FOUND = {
    "languages": "those of the title",
    "short_title": "the title",
    "notebooks": "those of `notebooks/`, by name",
    "reports": "`reports/<language>/report.qmd`, called by the study's name",
    "disclosure": "ratings, savings, steering and denials of fewer than 5 projects are withheld",
    "documents": "the general form of a final report",
    "publication": "nothing can be published",
    "codes_of_numbers": "a number is of the code that its key begins with, if there is one",
    "code_kinds": "kinds called like a role have it",
    "raters": "`project` rates itself",
    "judging": "fewer than 10 reports decide nothing, and alpha has to reach .667",
}

REMARKS = {
    "codes": "; definition, include and exclude with the language behind them (`definition_fi`), "
    "or in one language without",
}


def keys() -> Iterator[str]:
    for name, field in sorted(StudyDeclaration.model_fields.items()):
        default = field.get_default(call_default_factory=True)
        plain = f"`{default}`" if isinstance(default, str | int) and default else "none"
        told = "it has to be there" if field.is_required() else FOUND.get(name, plain)
        yield f"| `{name}` | {told} |"


def tables() -> Iterator[str]:
    for name, known in known_tables().items():
        columns = [f"**{one}**" if one in known.needed else one for one in known.columns]
        columns += READ_WHERE_THERE.get(name, ())
        yield f"| `{name}` | {', '.join(columns)}{REMARKS.get(name, '')} |"


def test_every_key_and_every_table_stands_in_the_page() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for rows in (keys(), tables()):
        assert "\n".join(rows) in text


def write() -> None:
    text = PAGE.read_text(encoding="utf-8")
    head, _, rest = text.partition("## Keys of evaluation.yml")
    middle, _, tail = rest.partition("## Tables")
    text = head + "## Keys of evaluation.yml" + _with(middle, keys())
    text += "## Tables" + _with(tail, tables())
    PAGE.write_text(text, encoding="utf-8")


def _with(section: str, rows: Iterator[str]) -> str:
    before, line, after = section.partition("|---|---|\n")
    kept = [one for one in after.splitlines() if not one.startswith(("| `", "<!--"))]
    return before + line + "\n".join([*rows, *kept]) + "\n"


if __name__ == "__main__":
    write()
