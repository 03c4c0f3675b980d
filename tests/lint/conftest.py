from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.lint.run import lint
from evaltools.problems import Problem

Check = Callable[..., list[Problem]]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    """Lint one text as the whole report of a language: `check("Teksti.", "fi", findings="…")`."""

    def run(
        text: str, language: str = "fi", findings: str = "", waivers: str = ""
    ) -> list[Problem]:
        folder = tmp_path / "reports" / language
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "report.qmd").write_text(text, encoding="utf-8")
        for name, content in (("findings.yml", findings), ("waivers.yml", waivers)):
            (tmp_path / "reports" / name).write_text(content, encoding="utf-8")
        return lint(tmp_path, [language])

    return run
