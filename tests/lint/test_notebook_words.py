"""What a notebook can show is signed whole, and code that makes words unread is stopped."""

from __future__ import annotations

import datetime
import json
from pathlib import Path
from typing import Any

import pytest

from evaltools.lint.run import lint
from evaltools.lint.signatures import marked_sentences, sign_sentences, unsigned_sentences

DAY = datetime.date(2026, 11, 30)
SHOWING = "# Tulokset {#sec-results}\n\n{{< embed ../../notebooks/a.ipynb#fig-a >}}\n"
CALL = "#| label: fig-a\nchapter.figure(evidence)"


def write(root: Path, *cells: str, tags: tuple[str, ...] = (), **more: Any) -> None:
    content = [
        {"cell_type": "code", "metadata": {"tags": list(tags)}, "source": each, "outputs": []}
        | more
        for each in cells
    ]
    (root / "notebooks").mkdir(exist_ok=True)
    (root / "notebooks" / "a.ipynb").write_text(json.dumps({"cells": content, "nbformat": 4}))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "reports" / "fi").mkdir(parents=True)
    (tmp_path / "reports" / "fi" / "report.qmd").write_text(SHOWING, encoding="utf-8")
    write(tmp_path, CALL)
    return tmp_path


def codes(root: Path) -> list[str]:
    return [each.code for each in lint(root, ["fi"]) if each.where.startswith("notebooks/")]


def unsigned(root: Path) -> list[str]:
    return [each.where for each in unsigned_sentences(root, "fi")]


MADE = {
    "bytes of numbers": ["said = bytes([75, 97, 110])", "chapter.show(said)"],
    "letters by number": ["chapter.show(chr(75) + chr(97))"],
    "another encoding": ["import base64 as b", "said = b.b64decode(x)", CALL],
    "a value of a function's name": ["def kannustin_failed(): pass", CALL],
    "a lambda": ["chapter.title = lambda: x", CALL],
    "an attribute of a helper": ["chapter.caption = evidence", CALL],
    "a part of something": ["said = records[0]", CALL],
    "a loop": ["for each in records:\n    chapter.show(each)"],
    "code in a text": ["exec(code)"],
    "a name from elsewhere": ["from elsewhere import figure", "figure(evidence)"],
    "all names from elsewhere": ["from elsewhere import *"],
    "what has no name": ["evidence.__doc__"],
    "a display": ["display(evidence)"],
    "filled text": ["f'{a}{b}'"],
}


@pytest.mark.parametrize("name", MADE)
def test_code_that_may_make_words_needs_a_mark(root: Path, name: str) -> None:
    assert codes(root) == []
    write(root, *MADE[name])
    assert set(codes(root)) == {"E17"}
    write(root, *MADE[name], tags=("method",))
    assert codes(root) == []
    assert "notebooks/a.ipynb" in unsigned(root)


@pytest.mark.parametrize(
    ("cells", "more"),
    [
        (['said = b"\\x4b\\x61"', CALL], {}),
        ([CALL.replace("figure", "another_figure")], {}),
        ([CALL + "  # Kannustin onnistui"], {}),
        (["#| fig-alt: Onnistui\n" + CALL], {}),
        ([CALL], {"metadata": {"tags": ["method"]}}),
        ([CALL], {"attachments": {"a.png": {"image/png": "AAAA"}}}),
        ([CALL], {"cell_type": "markdown"}),
    ],
)
@pytest.mark.parametrize("shown", [True, False])
def test_a_notebook_is_signed_as_it_stands(
    root: Path, shown: bool, cells: list[str], more: dict[str, Any]
) -> None:
    if not shown:
        (root / "reports" / "fi" / "report.qmd").write_text("# Tulokset {#sec-results}\n")
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    assert unsigned(root) == []
    write(root, *cells, **more)
    assert "notebooks/a.ipynb" in unsigned(root)


def test_what_a_run_computes_needs_no_new_look(root: Path) -> None:
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    shown = {"output_type": "display_data", "data": {"text/plain": "37/52"}, "metadata": {}}
    write(root, CALL, outputs=[shown], execution_count=7)
    assert unsigned(root) == []


def test_a_notebook_that_no_run_executes_is_not_shown(root: Path) -> None:
    (root / "reports" / "fi" / "b.ipynb").write_text("{}")
    text = SHOWING + "\n{{< embed b.ipynb#fig-a >}}\n"
    (root / "reports" / "fi" / "report.qmd").write_text(text, encoding="utf-8")
    assert ("reports/fi/report.qmd:5:1", "E17") in [(p.where, p.code) for p in lint(root, ["fi"])]


def test_prose_of_chapters_on_other_things_is_signed(root: Path) -> None:
    other = "# Tausta {#sec-context}\n\nKannustin onnistui. Luettiin {{< var a.x >}} raporttia.\n"
    (root / "reports" / "fi" / "_other.qmd").write_text(other, encoding="utf-8")
    found = [(each.mark, each.text) for each in marked_sentences(root, "fi")[0]]
    assert ("prose", "Kannustin onnistui.") in found
    sign_sentences(root, ["fi"], "A. Evaluator", DAY)
    changed = other.replace("onnistui", "epäonnistui")
    (root / "reports" / "fi" / "_other.qmd").write_text(changed, encoding="utf-8")
    assert unsigned(root) == ["reports/fi/_other.qmd:3:1"]
