"""Earlier states are found again by content, in folders and in the history of the repository."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_runs import INGREDIENTS

from evaltools.compare.recompute import (
    find_data_folder,
    find_matching_data,
    find_revision,
    find_source_folder,
    list_differing_code,
    list_differing_data,
    open_earlier_state,
)
from evaltools.problems import ProblemError
from evaltools.provenance.hashes import hash_data, hash_files
from evaltools.provenance.manifest import Ingredients


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two revisions of a small study; the second changes a row of its data."""
    root = tmp_path / "repository"
    (root / "data" / "coding").mkdir(parents=True)
    (root / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    (root / "src" / "evaltools" / "indicators").mkdir(parents=True)
    (root / "src" / "evaltools" / "indicators" / "goals.py").write_text("", encoding="utf-8")
    git(root, "init", "-q")
    for text in ("first", "second"):
        (root / "data" / "coding" / "codings.csv").write_text(text, encoding="utf-8")
        git(root, "add", ".")
        git(root, "-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "-qm", text)
    return root


def git(root: Path, *arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(root), *arguments], check=True, capture_output=True, text=True
    ).stdout


def ingredients(root: Path, **files: str) -> Ingredients:
    hashes = {f"data/{name}": digest
              for name, digest in hash_data(root / "data", root / "data").items()}  # fmt: skip
    return replace(INGREDIENTS, files=hashes | {"evaluation.yml": "1"} | files)


def test_data_are_recognised_by_every_byte(repository: Path) -> None:
    then = ingredients(repository)
    assert list_differing_data(then, repository / "data") == []
    (repository / "data" / "extra.csv").write_text("a", encoding="utf-8")
    (repository / "data" / "coding" / "codings.csv").write_text("third", encoding="utf-8")
    assert list_differing_data(then, repository / "data") == ["coding/codings.csv", "extra.csv"]
    assert find_matching_data(then, [repository / "data"]) is None


def test_revision_is_found_by_the_data_it_holds(repository: Path) -> None:
    git(repository, "checkout", "-q", "HEAD~1")
    then = ingredients(repository)
    first = git(repository, "rev-parse", "HEAD").strip()
    git(repository, "checkout", "-q", "-")
    differing = list_differing_data(then, repository / "data")
    assert differing == ["coding/codings.csv"]
    assert find_revision(then, repository, differing) == first
    with open_earlier_state(first, repository) as place:
        assert find_data_folder(place) == place / "data"
        assert find_matching_data(then, [place / "data"]) == place / "data"
        assert find_source_folder(place) == place / "src"
    assert not place.exists()
    assert (repository / "data" / "coding" / "codings.csv").read_text() == "second"


def test_data_that_were_never_committed_are_in_no_revision(repository: Path) -> None:
    (repository / "data" / "coding" / "codings.csv").write_text("third", encoding="utf-8")
    then = ingredients(repository)
    (repository / "data" / "coding" / "codings.csv").write_text("fourth", encoding="utf-8")
    assert find_revision(then, repository, ["coding/codings.csv"]) is None


@pytest.mark.parametrize("given", ["no-such-thing", "--output=x", "", "HEAD; touch x", "-"])
def test_what_is_neither_folder_nor_revision_is_refused(repository: Path, given: str) -> None:
    with (
        pytest.raises(ProblemError, match="neither a folder nor a revision"),
        open_earlier_state(given, repository),
    ):
        pass
    assert not (repository / "x").exists()


def test_outside_a_repository_there_is_no_history(tmp_path: Path) -> None:
    then = replace(INGREDIENTS, files={"data/datapackage.json": "1", "data/a.csv": "2"})
    assert find_revision(then, tmp_path, ["a.csv"]) is None


def test_data_and_code_are_found_below_a_bundle(tmp_path: Path) -> None:
    (tmp_path / "deep" / "data").mkdir(parents=True)
    (tmp_path / "deep" / "data" / "datapackage.json").write_text("{}", encoding="utf-8")
    (tmp_path / "code" / "evaltools" / "indicators").mkdir(parents=True)
    assert find_data_folder(tmp_path) == tmp_path / "deep" / "data"
    assert find_source_folder(tmp_path) == tmp_path / "code"
    assert find_data_folder(tmp_path / "code") is None
    assert find_source_folder(tmp_path / "deep") is None


def test_code_is_compared_only_in_rooms_that_the_run_depends_on(tmp_path: Path) -> None:
    package = tmp_path / "evaltools"
    for room, text in (("indicators", "a"), ("report", "b")):
        (package / room).mkdir(parents=True)
        (package / room / "x.py").write_text(text, encoding="utf-8")
    files = hash_files(tmp_path, [package])
    then = replace(
        INGREDIENTS, code={"evaltools/indicators/x.py": files["evaltools/indicators/x.py"]}
    )
    assert list_differing_code(then, package) == []
    (package / "indicators" / "y.py").write_text("", encoding="utf-8")
    assert list_differing_code(then, package) == ["evaltools/indicators/y.py"]
