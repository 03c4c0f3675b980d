"""The statement of accessibility in docs/accessibility.md, made from checks of built pages.

`make accessibility` checks the report in every language of the study, in every state, width and
colour scheme (`tools/page_checks.py`), and writes what came of it; nothing in it is claimed that
was not checked, and what nobody has checked stands among the shortcomings.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path

import yaml

from evaltools.i18n import numbers as say
from evaltools.i18n.numbers import Language
from evaltools.study import Study, load_study
from tools.page_checks import (
    TARGET,
    WIDTHS,
    Check,
    check_page,
    count_scrolling_tables,
    open_browser,
)

ROOT = Path(__file__).parent.parent
TARGET_FILE = ROOT / "docs" / "accessibility.md"
WORDS = Path(__file__).with_suffix(".yml")
NAMES = ("axe", "overflow", "targets", "headings", "order", "keyboard")
HEAD = "<!-- Made by `make accessibility`; not to be edited. -->\n"


def axe_version() -> str:
    """The version of axe-core that checks, by its own first line."""
    script = files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8")
    found = re.search(r"axe v(\S+)", script[:200])
    return found[1] if found else ""


def find_browser() -> str:
    """The program of a Chromium, as the tests find it; empty where there is none."""
    names = ("chromium", "chromium-browser", "google-chrome")
    own = os.environ.get("EVALTOOLS_BROWSER")
    return own or next(filter(None, map(shutil.which, names)), "")


def find_pages(study: Study) -> dict[Language, Path]:
    """The built page of the default parameters in each language.

    Raises FileNotFoundError for one that has not been built.
    """
    folder = study.root / "reports" / "_build"
    found: dict[Language, Path] = {}
    for language in study.declaration.languages:
        run = "default" if language == study.declaration.languages[0] else f"language-{language}"
        page = folder / run / f"{study.report(language).name}-{language}.html"
        if not page.is_file():
            raise FileNotFoundError(f"{page}: run `evaltools build --all-languages` first")
        found[language] = page
    return found


def write_statement(
    study: Study, language: Language, checks: Sequence[Check], scrolling: int
) -> str:
    """The statement in a language, as markdown.

    Arguments:
        checks: of the page in this language. scrolling: its tables that scroll on a phone.
    """
    words = {key: text[language] for key, text in yaml.safe_load(WORDS.read_text("utf-8")).items()}
    declared = study.declaration
    publisher = declared.printed("publisher", language)
    day = declared.publication.published if declared.publication else None
    faults = [(one, fault) for one in checks for fault in one.faults]
    values: Mapping[str, object] = {
        "title": declared.whole_title(language),
        "publisher": publisher,
        "day": say.date(day, language) if day else "",
        "axe": axe_version(),
        "widths": say.list_of([str(width) for width in WIDTHS], language),
        "target": TARGET,
    }
    rows = []
    for name in NAMES:
        own = [one for one in checks if one.name == name]
        count = sum(len(one.faults) for one in own)
        rows.append(f"| {words[f'check.{name}'].format_map(values)} | {len(own)} | {count} |\n")
    known = [f"- {one.state}, {one.width} px, {one.scheme}: `{fault}`\n" for one, fault in faults]
    most = max(checks, key=lambda one: one.unsure, default=None)
    places = {"count": most.unsure, "drawn": most.drawn} if most else {"count": 0}
    for name, counts in (("unsure", places), ("tables", {"count": scrolling})):
        told = {key: say.number(count, language) for key, count in counts.items()}
        known += [f"- {words[f'known.{name}'].format_map(told)}\n"] if counts["count"] else []
    known += [f"- {words[f'known.{name}']}\n" for name in ("people", "quotations")]
    columns = " | ".join(words[f"column.{name}"] for name in ("check", "runs", "faults"))
    paragraphs = [
        f"## {words['title']}",
        words["about"].format_map(values),
        f"### {words['status']}",
        words["status.failed" if faults else "status.held"],
        f"### {words['checked']}",
        words["checked.text"].format_map(values),
        f"| {columns} |\n|---|--:|--:|\n{''.join(rows)}".rstrip(),
        words["files"],
        f"### {words['known']}",
        "".join(known).rstrip(),
        f"### {words['feedback']}",
        words["feedback.text"].format_map(values),
        f"### {words['authority']}",
        words["authority.text"],
    ]
    return "\n\n".join(paragraphs) + "\n"


def main() -> int:
    """Check the pages and write the statement; 1 where a check found a fault."""
    study = load_study(ROOT)
    program = find_browser()
    if not program:
        print("no Chromium here: see tests/browser.sh", file=sys.stderr)
        return 2
    texts: list[str] = []
    wrong = 0
    with open_browser(program) as browser:
        for language, page in find_pages(study).items():
            checks = check_page(browser, page)
            wrong += sum(len(one.faults) for one in checks)
            texts.append(
                write_statement(study, language, checks, count_scrolling_tables(browser, page))
            )
    TARGET_FILE.write_text(HEAD + "# Accessibility\n\n" + "\n".join(texts), encoding="utf-8")
    print(f"{TARGET_FILE.relative_to(ROOT)}: {wrong} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
