"""Folders that are there whole or not at all, and locks."""

from pathlib import Path

import pytest

from evaltools.files import build_beside, clear_leftovers, hold_lock, put_in_place


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_folder_is_there_when_it_is_put_in_place_and_nothing_before(tmp_path: Path) -> None:
    target = tmp_path / "above" / "out"
    with build_beside(target) as building:
        (building / "a").mkdir()
        (building / "a" / "b.txt").write_text("b")
        assert not target.exists()
        put_in_place(building, target)
    assert (target / "a" / "b.txt").read_text() == "b"
    assert names(target.parent) == ["out"]


def test_nothing_is_left_of_what_was_not_put_in_place(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), build_beside(tmp_path / "out") as building:
        (building / "none" / "a.txt").write_text("a")
    with build_beside(tmp_path / "out") as building:
        (building / "a.txt").write_text("a")
    assert names(tmp_path) == []


def test_what_is_there_is_replaced_only_where_that_is_asked_for(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.txt").write_text("old")
    with build_beside(target) as building:
        (building / "new.txt").write_text("new")
        with pytest.raises(OSError, match="not empty"):
            put_in_place(building, target)
        assert names(target) == ["old.txt"]
        put_in_place(building, target, replace=True)
    assert names(target) == ["new.txt"]
    assert names(tmp_path) == ["out"]


def test_what_was_there_stays_where_the_new_cannot_be_put(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "old.txt").write_text("old")
    with build_beside(target) as building:
        building.rmdir()
        with pytest.raises(FileNotFoundError):
            put_in_place(building, target, replace=True)
    assert names(target) == ["old.txt"]
    assert names(tmp_path) == ["out"]


def test_leftovers_go_by_the_name_of_their_target(tmp_path: Path) -> None:
    for name in ("out", "[o]ut", "other"):
        (tmp_path / f".{name}.building-00000000").mkdir()
    clear_leftovers(tmp_path, "[o]ut")
    assert names(tmp_path) == [".other.building-00000000", ".out.building-00000000"]
    with build_beside(tmp_path / "other") as building:
        assert names(tmp_path) == sorted([building.name, ".out.building-00000000"])
        clear_leftovers(tmp_path)
        assert names(tmp_path) == [building.name]


@pytest.mark.parametrize("name", ["", "lock"])
def test_lock_is_held_by_one_and_another_may_refuse_to_wait(tmp_path: Path, name: str) -> None:
    def refuse() -> None:
        raise LookupError

    with hold_lock(tmp_path / name), pytest.raises(LookupError), hold_lock(tmp_path / name, refuse):
        pass
    with hold_lock(tmp_path / name, refuse):
        pass
