"""Two studies of other programmes build in all three formats, with no change in the engine."""

from __future__ import annotations

import re
import shutil
import zipfile
from pathlib import Path

import pytest
from lxml import html

from evaltools.report.build import build_report
from evaltools.study import load_study

HERE = Path(__file__).parent
FOREIGN = re.compile(
    r"municipal|kunt[aien]|kommun|maakun|ministr(?!at)|euro|€|kannustin|incitament", re.I
)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "notice", "money"),
    [
        ("research_fund", "Invented data", r"£[\d.,]+"),
        ("register_only", "Påhittade data", r"[\d\s]+(?:mn\s)?kr"),
    ],
)
def test_a_study_of_another_programme_is_built(
    tmp_path: Path, name: str, notice: str, money: str
) -> None:
    folder = tmp_path / name
    shutil.copytree(HERE / name, folder, ignore=shutil.ignore_patterns("_build"))
    study = load_study(folder)
    report = build_report(study, study.parameters({}), say=lambda line: None)
    files = {path.suffix: path for path in report.files}
    assert {".html", ".pdf", ".docx"} <= set(files)
    # No press release and no slides, since none are declared.
    texts = [path for path in report.files if path.suffix in (".html", ".pdf", ".docx")]
    assert len(texts) == 3
    text = str(html.parse(str(files[".html"])).getroot().find("body").text_content())
    assert notice in text
    assert re.search(money, text)
    with zipfile.ZipFile(files[".docx"]) as parts:
        word = parts.read("word/document.xml").decode("utf-8")
    for shown in (text, re.sub(r"<[^>]*>", " ", word)):
        assert [found.group() for found in FOREIGN.finditer(shown)] == []
