import hashlib
from pathlib import Path

from evaltools.provenance.hashes import (
    changed_keys,
    hash_data,
    hash_environment,
    hash_files,
    hash_package,
    hash_value,
    installed_packages,
)


def test_files_are_hashed_by_path_and_bytes(tmp_path: Path) -> None:
    (tmp_path / "data" / "sub").mkdir(parents=True)
    (tmp_path / "data" / "sub" / "b.csv").write_text("b")
    (tmp_path / "data" / "a.csv").write_text("a")
    (tmp_path / "data" / ".hidden").write_text("x")
    (tmp_path / "data" / "__pycache__").mkdir()
    (tmp_path / "data" / "__pycache__" / "c.pyc").write_text("x")
    found = hash_files(tmp_path, [tmp_path / "data"])
    assert list(found) == ["data/a.csv", "data/sub/b.csv"]
    assert found["data/a.csv"] == hashlib.sha256(b"a").hexdigest()


def test_value_hash_knows_order_of_lists_and_not_of_keys() -> None:
    assert hash_value({"a": 1, "b": [1, 2]}) == hash_value({"b": [1, 2], "a": 1})
    assert hash_value([1, 2]) != hash_value([2, 1])
    assert hash_value("1") != hash_value(1)


def test_package_is_hashed_without_the_rooms_that_are_left_out() -> None:
    whole, less = hash_package(), hash_package(without=["report", "cli"])
    assert "evaltools/problems.py" in less
    left_out = set(whole) - set(less)
    assert left_out
    assert all(name.startswith(("evaltools/report/", "evaltools/cli")) for name in left_out)


def test_packages_are_pinned_by_the_lock_or_else_by_what_is_installed(tmp_path: Path) -> None:
    name, digest = hash_environment(tmp_path)
    assert name == "installed packages"
    (tmp_path / "uv.lock").write_text("x")
    assert hash_environment(tmp_path) == ("uv.lock", hashlib.sha256(b"x").hexdigest())
    assert digest != hash_environment(tmp_path)[1]


def test_installed_packages_are_names_and_versions(tmp_path: Path) -> None:
    for name in ("pandas-3.1.0.dist-info", "numpy-2.4.0.dist-info", "numpy"):
        (tmp_path / name).mkdir()
    folders = [str(tmp_path), str(tmp_path / "missing"), str(tmp_path)]
    assert installed_packages(folders) == ["numpy-2.4.0", "pandas-3.1.0"]


def test_changed_keys_are_those_that_differ_or_are_missing() -> None:
    assert changed_keys({"a": 1, "b": None, "c": 1}, {"a": 1, "c": 2, "d": 1}) == ["b", "c", "d"]


def test_what_stands_beside_the_evidence_does_not_make_a_report_stale(tmp_path: Path) -> None:
    data = tmp_path / "data"
    for name in ("coding/codings.csv", "reports/text/a.txt", "reports/received/a.pdf",
                 "coding/coders/coder-1/round-1.jsonl", "reports/import.csv"):  # fmt: skip
        (data / name).parent.mkdir(parents=True, exist_ok=True)
        (data / name).write_text(name)
    before = hash_data(tmp_path, data)
    assert list(before) == ["data/coding/codings.csv", "data/reports/text/a.txt"]
    for name in ("reports/received/a.pdf", "coding/coders/coder-1/round-1.jsonl"):
        (data / name).write_text("more")
    assert hash_data(tmp_path, data) == before
    (data / "reports/text/a.txt").write_text("other words")
    assert hash_data(tmp_path, data) != before
