from pathlib import Path

import pytest

from evaltools.pipeline.run import RunStore

KEY = "0123456789abcdef" * 4
OTHER = "fedcba9876543210" * 4


def never() -> None:
    raise AssertionError("nobody holds the lock")


def test_folder_appears_only_when_it_is_published(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with store.open_new(KEY, never) as building:
        (building / "a.txt").write_text("a")
        assert not store.folder(KEY).exists()
        assert store.publish(building, KEY) == store.folder(KEY)
    assert (store.folder(KEY) / "a.txt").read_text() == "a"
    assert [path.name for path in store.runs.iterdir()] == [KEY[:16]]


def test_failed_building_leaves_nothing(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    with pytest.raises(LookupError), store.open_new(KEY, never):
        raise LookupError
    assert list(store.runs.iterdir()) == []


def test_publishing_replaces_what_was_there(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    for text in ("old", "new"):
        with store.open_new(KEY, never) as building:
            (building / "a.txt").write_text(text)
            store.publish(building, KEY)
    assert (store.folder(KEY) / "a.txt").read_text() == "new"
    assert len(list(store.runs.iterdir())) == 1


def test_what_dead_processes_left_goes_and_what_living_ones_build_stays(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    dead = store.runs / f".{OTHER[:16]}.building-00000000"
    discarded = store.runs / f".{KEY[:16]}.building-00000000"
    for folder in (dead, discarded):
        (folder / "notebooks").mkdir(parents=True)
    with store.open_new("a" * 64, never) as living, store.open_new(KEY, never):
        assert not dead.exists()
        assert not discarded.exists()
        assert living.exists()


def test_newest_run_is_the_one_completed_last_and_rubbish_is_passed_over(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    assert store.newest() is None
    (store.runs / "rubbish").mkdir(parents=True)
    (store.runs / "rubbish" / "manifest.json").write_text("{")
    assert store.newest() is None
