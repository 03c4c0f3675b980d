"""The engine knows no programme: words of the first study stand in that study's own files."""

from __future__ import annotations

import re
from pathlib import Path

import evaltools

ENGINE = Path(evaltools.__file__).parent
SUFFIXES = (".py", ".yml", ".lua", ".typ", ".css", ".js", ".html")

WORDS = re.compile(
    r"municipal|\bkunt\w|\bkunna[nts]|\bkunni|kommun(?!ik)|maakun|landskap|\bministr(?!a)|ministeri"
    r"|kannust|incitament|digikan|Y-tunnus|FO-nummer|rooting|_eur",
    re.IGNORECASE,
)
ALLOWED = {
    "evidence/former_names.yml": "what data packages of earlier versions call tables and columns",
    "lint/lexicon": "words of Finnish, Swedish and English that the lint looks for",
    "disclosure/forms/names.yml": "names of bodies, which are no persons",
}


def _lines() -> list[tuple[str, int, str]]:
    return [
        (path.relative_to(ENGINE).as_posix(), number, line)
        for path in sorted(ENGINE.rglob("*"))
        if path.suffix in SUFFIXES
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
    ]


def test_no_word_of_the_first_study_stands_in_the_engine() -> None:
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, number, line in _lines()
        if not name.startswith(tuple(ALLOWED)) and WORDS.search(line)
    ]
    assert found == []


def test_every_allowance_is_needed() -> None:
    needed = {name for name, _, line in _lines() if WORDS.search(line)}
    assert [each for each in ALLOWED if not any(name.startswith(each) for name in needed)] == []
