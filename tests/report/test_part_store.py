"""What was made before is taken again only where everything that it rests on is the same."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from evaltools.report.part_store import FOLDER, MOST, PartStore


class Maker:
    """Makes a part, and counts how often."""

    def __init__(self, part: object) -> None:
        self.part, self.times = part, 0

    def __call__(self) -> object:
        self.times += 1
        return self.part


def test_it_is_made_once_and_again_after_any_change(tmp_path: Path) -> None:
    parts, maker = PartStore.of(tmp_path, "run"), Maker({"a": [1, None, "ä\u2028"]})
    assert [parts.recall("part", ["x"], maker) for _ in range(3)] == [maker.part] * 3
    assert maker.times == 1
    for number, (other, name, rests_on) in enumerate(
        [
            (parts, "part", ["y"]),
            (parts, "another", ["x"]),
            (PartStore.of(tmp_path, "another run"), "part", ["x"]),
            (PartStore.of(tmp_path, "run", anew=True), "part", ["x"]),
            (PartStore(), "part", ["x"]),
        ],
        2,
    ):
        assert other.recall(name, rests_on, maker) == maker.part
        assert maker.times == number
    maker.part = "newer"
    assert PartStore.of(tmp_path, "run", anew=True).recall("part", ["x"], maker) == "newer"
    assert parts.recall("part", ["x"], maker) == "newer"  # what was made anew is what is kept


def test_other_code_takes_nothing_of_what_this_code_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = Maker("part")
    PartStore.of(tmp_path, "run").recall("part", [], maker)
    monkeypatch.setattr(
        "evaltools.report.part_store.hash_package", lambda: {"evaltools/new.py": "1"}
    )
    PartStore.of(tmp_path, "run").recall("part", [], maker)
    assert maker.times == 2


@pytest.mark.parametrize("damage", [b"", b"x", b"\xff", b"0\n[1]"])
def test_what_is_cut_off_or_altered_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    parts, maker = PartStore.of(tmp_path, "run"), Maker([1])
    parts.recall("part", [], maker)
    (path,) = (tmp_path / "parts").iterdir()
    altered = path.read_bytes().replace(b"[1]", b"[2]")
    for content in (damage, altered):
        path.write_bytes(content)
        assert parts.recall("part", [], maker) == [1]
    assert maker.times == 3


def test_files_come_back_as_the_bytes_that_they_were(tmp_path: Path) -> None:
    parts, made = PartStore.of(tmp_path, "run"), {"b.pdf": bytes(range(256)), "a": b""}
    for _ in range(2):
        files, told = parts.recall_files("files", [], lambda: (made, ["a line"]))
        assert (list(files.items()), told) == (list(made.items()), ["a line"])
    assert parts.recall_files("files", [], lambda: ({}, [])) == (made, ["a line"])


def test_of_several_texts_only_new_ones_are_made(tmp_path: Path) -> None:
    parts, asked = PartStore.of(tmp_path, "run"), list[list[str]]()

    def upper(texts: list[str]) -> dict[str, str]:
        asked.append(texts)
        return {text: text.upper() for text in texts}

    assert parts.recall_each("texts", ["a", "b"], upper) == {"a": "A", "b": "B"}
    assert parts.recall_each("texts", ["b", "c"], upper) == {"b": "B", "c": "C"}
    assert parts.recall_each("texts", ["c", "b"], upper) == {"b": "B", "c": "C"}
    assert asked == [["a", "b"], ["c"]]


def test_what_was_used_longest_ago_goes(tmp_path: Path) -> None:
    parts = PartStore.of(tmp_path, "run")
    for number in range(MOST + 3):
        parts.recall("part", number, Maker(number))
    assert len(list((tmp_path / "parts").iterdir())) == MOST


def test_what_is_just_made_stays_though_the_clock_was_set_back(tmp_path: Path) -> None:
    parts, maker = PartStore.of(tmp_path, "run"), Maker("part")
    for number in range(MOST):
        parts.recall("old", number, maker)
    for path in (tmp_path / FOLDER).iterdir():
        os.utime(path, (2**32, 2**32))
    parts.recall("new", [], maker)
    made = maker.times
    parts.recall("new", [], maker)
    assert maker.times == made


def test_a_place_that_cannot_be_written_to_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "parts").write_text("a file where the folder would be")
    maker = Maker("part")
    parts = PartStore.of(tmp_path, "run")
    assert [parts.recall("part", [], maker) for _ in range(2)] == ["part", "part"]
    assert maker.times == 2


def test_what_makes_parts_is_loaded_where_they_are_made(tmp_path: Path) -> None:
    heavy = ("matplotlib", "scipy.stats", "openpyxl", "simplemma", "pypandoc", "typst", "pikepdf")
    code = (
        "import sys, evaltools.report.document_set, evaltools.report.renderer.conversion\n"
        f"print(*(name for name in {heavy} if name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("\n", "")


def test_what_is_made_meanwhile_is_kept_and_made_once(tmp_path: Path) -> None:
    def ask(store: PartStore) -> list[str]:
        with store.recall_apart("part", ["x"], lambda: [os.urandom(8).hex()]) as wait:
            found: list[str] = wait()
        return found

    store = PartStore(tmp_path, "run")
    with store.recall_apart("part", ["x"], lambda: ["nobody asked for it"]):
        pass
    first = ask(store)
    assert ask(store) == store.recall("part", ["x"], lambda: ["again"]) == first
    anew = ask(PartStore(tmp_path, "run", anew=True))
    assert anew != first
    assert ask(store) == anew
