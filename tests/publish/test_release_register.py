"""Earlier releases are known by the study's register, wherever their bundles went."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from published_study import make_candidate, published, whole_report

from evaltools.disclosure.recoverability import PublicCell, PublicTable
from evaltools.disclosure.releases import Release, check_differencing
from evaltools.indicators.disclosure.rules import Rules
from evaltools.problems import ProblemError
from evaltools.provenance.integrity import check_folder
from evaltools.publish.gates import Candidate
from evaltools.publish.register import FILE_NAME, ReleaseRegister, drop_repeated_releases

VALUES = ("1", "2", "3")


def release(counts: tuple[int, ...], projects: range, name: str = "") -> Release:
    """Answers of so many projects, all of them shown."""
    cells = [
        PublicCell((v,), (("value", (v,)),), float(n)) for v, n in zip(VALUES, counts, strict=True)
    ]
    cells.append(PublicCell(("*",), (), float(sum(counts))))
    table = PublicTable("item", "rating/item", (("value", VALUES),), tuple(cells), empty_shown=True)
    return Release(name, (table,), frozenset(f"p{n}" for n in projects))


OLD, NEW = release((10, 12, 18), range(40)), release((10, 13, 20), range(43))


@pytest.fixture(scope="module")
def candidate(tmp_path_factory: pytest.TempPathFactory) -> Candidate:
    return make_candidate(tmp_path_factory.mktemp("register") / "study", whole_report())


@pytest.fixture
def register(tmp_path: Path) -> ReleaseRegister:
    return ReleaseRegister(tmp_path)


@pytest.fixture
def add(candidate: Candidate) -> Callable[[ReleaseRegister, str, Release, str], None]:
    study, parameters = candidate.study, candidate.parameters

    def put(register: ReleaseRegister, name: str, one: Release, digest: str) -> None:
        register.add(replace(one, name=name), study, parameters, "a" * 64, digest)

    return put


Add = Callable[[ReleaseRegister, str, Release, str], None]


def test_a_study_without_a_register_is_told_apart_from_one_that_published_nothing(
    register: ReleaseRegister,
) -> None:
    known = register.read()
    assert (known.registered, known.releases) == (False, ())
    assert "No earlier release is known" in known.note()
    (register.root / "releases").mkdir()
    (register.root / FILE_NAME).write_text("[]\n")
    assert register.read().registered
    assert register.read().note().endswith(": none")


def test_what_was_published_is_read_back_in_its_order(register: ReleaseRegister, add: Add) -> None:
    add(register, "july", OLD, "1" * 64)
    add(register, "august", NEW, "2" * 64)
    known = register.read()
    assert [(one.name, one.tables, one.units) for one in known.releases] == [
        ("july", OLD.tables, OLD.units), ("august", NEW.tables, NEW.units),
    ]  # fmt: skip
    assert known.note().endswith("july, august")


def test_the_same_bundle_is_registered_once_and_the_file_stays_the_same(
    register: ReleaseRegister, add: Add
) -> None:
    add(register, "july", OLD, "1" * 64)
    before = {path: path.read_bytes() for path in sorted(register.root.rglob("*.*"))}
    add(register, "elsewhere", OLD, "1" * 64)
    assert {path: path.read_bytes() for path in sorted(register.root.rglob("*.*"))} == before
    assert len(before) == 3  # the list, tables and findings; nothing half-written beside them


def test_an_entry_tells_the_release_and_reads_no_clock(
    register: ReleaseRegister, add: Add, candidate: Candidate
) -> None:
    add(register, "july", OLD, "1" * 64)
    (entry,) = yaml.safe_load((register.root / FILE_NAME).read_text("utf-8"))
    publication = candidate.study.declaration.publication
    assert publication is not None
    assert entry["published"] == publication.published.isoformat()
    assert entry["parameters"] == candidate.parameters.as_values()
    assert (entry["name"], entry["bundle"], entry["language"]) == ("july", "1" * 64, "fi")


def test_a_registered_release_is_subtracted_wherever_its_bundle_is(
    register: ReleaseRegister, add: Add
) -> None:
    rules = Rules(minimum=5)
    assert check_differencing([], NEW, rules) == []
    add(register, "july", OLD, "1" * 64)
    problems = check_differencing(register.read().releases, NEW, rules)
    assert {problem.code for problem in problems} == {"disclosure.differencing"}
    assert all("against the release july" in problem.where for problem in problems)


def test_a_bundle_named_besides_counts_once() -> None:
    assert drop_repeated_releases((OLD,), (OLD, NEW)) == (OLD, NEW)


@pytest.mark.parametrize(
    ("spoil", "what"),
    [
        (lambda folder: next(folder.glob("*.json")).unlink(), "are missing"),
        (lambda folder: next(folder.glob("*.json")).write_text("{}"), "not those that it"),
        (lambda folder: (folder / "releases.yml").unlink(), "is missing, though"),
        (lambda folder: (folder / "releases.yml").write_text("{a"), "cannot be read"),
        (lambda folder: (folder / "releases.yml").write_text("a: 1\n"), "is no list"),
        (lambda folder: (folder / "releases.yml").write_text("- {name: x}\n"), "lacks one of"),
        (lambda folder: (folder / "releases.yml").write_bytes(b"\xff\xfe"), "cannot be read"),
        (
            lambda folder: (folder / "releases.yml").write_text(
                (folder / "releases.yml").read_text().replace("tables: releases/", "tables: ../")
            ),
            "outside of releases/",
        ),
    ],
)  # fmt: skip
def test_a_register_that_lost_something_refuses_and_says_what(
    register: ReleaseRegister, add: Add, spoil: Callable[[Path], object], what: str
) -> None:
    add(register, "july", OLD, "1" * 64)
    spoil(register.root / "releases")
    with pytest.raises(ProblemError) as refused:
        register.read()
    (problem,) = refused.value.problems
    assert what in problem.what
    assert "version control" in problem.remedy


def test_a_bundle_is_registered_with_its_own_digest_and_does_not_depend_on_it(
    candidate: Candidate, tmp_path: Path
) -> None:
    digests: list[str] = []
    one = published(candidate, tmp_path / "one", register=digests.append)
    assert digests == [one.digest]
    register = ReleaseRegister(candidate.study.root)
    register.add(
        replace(OLD, name="one"),
        candidate.study,
        candidate.parameters,
        candidate.run.key,
        one.digest,
    )
    again = published(candidate, tmp_path / "two")
    assert again.digest == one.digest
    assert check_folder(one.folder).faults == ()


def test_nothing_is_published_that_could_not_be_registered(
    candidate: Candidate, tmp_path: Path
) -> None:
    def fail(digest: str) -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        published(candidate, tmp_path / "out" / "one", register=fail)
    assert list((tmp_path / "out").iterdir()) == []
