"""The notebook that shows a panel: two cells, made once for a coder and then left alone."""

from __future__ import annotations

import json
from pathlib import Path

from evaltools.coding.session import load_words
from evaltools.study import Language, Study


def write_coding_notebook(
    study: Study, coder_id: str, round_: int, language: Language, document: str | None
) -> Path:
    """The notebook of a coder and round, below what is built; written where it is missing.

    A document that is opened first has a notebook of its own.
    """
    named = f"-{document}" if document else ""
    path = study.build / "lab" / f"coding-{coder_id}" / f"round-{round_}{named}-{language}.ipynb"
    more = f", document={document!r}" if document else ""
    given = f"coder={coder_id!r}, round={round_}, language={language!r}{more}"
    return _write(path, language, "CodingPanel", given)


def write_disagreement_notebook(study: Study, round_: int, language: Language) -> Path:
    """The notebook of the disagreement browser for a round; written where it is missing."""
    path = study.build / "lab" / "disagreements" / f"round-{round_}-{language}.ipynb"
    return _write(path, language, "DisagreementPanel", f"round={round_}, language={language!r}")


def _write(path: Path, language: Language, panel: str, given: str) -> Path:
    if path.exists():
        return path
    source = f"from evaltools.coding import {panel}\n\n{panel}({given})"
    instructions = load_words(language)["notebook"]
    notebook = {
        "cells": [
            {"cell_type": "markdown", "id": "how", "metadata": {}, "source": instructions},
            {"cell_type": "code", "id": "panel", "metadata": {}, "execution_count": None,
             "outputs": [], "source": source},
        ],
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
