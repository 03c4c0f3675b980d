"""Whatever is changed in a bundle is named, however well the forger makes its lists fit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from forging import CRATE, MANIFEST, forged, refresh_lists
from published_study import make_candidate

from evaltools.problems import ProblemError
from evaltools.provenance.hashes import hash_folder
from evaltools.provenance.integrity import check_folder
from evaltools.publish.bundle import Bundle, assemble_bundle
from evaltools.publish.verify import (
    Cause,
    Rebuild,
    RebuiltFiles,
    Verification,
    compare_files,
    read_record,
)


@pytest.fixture(scope="session")
def anew(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> RebuiltFiles:
    """What the study of the bundle makes, made once more elsewhere."""
    folder = tmp_path_factory.mktemp("anew")
    candidate = make_candidate(folder / "study", files)
    (folder / "bundle").mkdir()
    assemble_bundle(folder / "bundle", candidate, None)
    run = hash_folder(candidate.run.folder)
    return RebuiltFiles({"run": run, "bundle": hash_folder(folder / "bundle")})


def rebuilt(folder: Path, anew: RebuiltFiles) -> Rebuild:
    return compare_files(read_record(folder), check_folder(folder).inventory.hashes(), anew)


def named(folder: Path, anew: RebuiltFiles) -> set[str]:
    try:
        return {item.file for item in rebuilt(folder, anew).differences}
    except ProblemError as error:
        return {problem.where for problem in error.problems}


def test_what_nobody_touched_comes_out_the_same(bundle: Bundle, anew: RebuiltFiles) -> None:
    assert check_folder(bundle.folder).faults == ()
    assert rebuilt(bundle.folder, anew).same


def test_every_forged_byte_of_every_file_is_named(own: Bundle, anew: RebuiltFiles) -> None:
    kept = {name: (own.folder / name).read_bytes() for name in own.files}
    for name, content in kept.items():
        for other in forged(content):
            (own.folder / name).write_bytes(other)
            refresh_lists(own.folder, name)
            assert name in named(own.folder, anew), name
            for again, as_it_was in kept.items():
                (own.folder / again).write_bytes(as_it_was)
    assert rebuilt(own.folder, anew).same


def test_a_good_forger_makes_all_lists_fit(own: Bundle, anew: RebuiltFiles) -> None:
    """So that the tests above are of the comparison and not of a list that was forgotten."""
    path = own.folder / "tables" / "indicators.json"
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.1"))
    refresh_lists(own.folder, "tables/indicators.json")
    assert check_folder(own.folder).faults == ()
    assert "tables/indicators.json" in named(own.folder, anew)


def test_a_forgery_is_called_one_where_all_that_it_was_made_of_agrees(
    own: Bundle, anew: RebuiltFiles
) -> None:
    path = own.folder / "method-card.html"
    path.write_bytes(path.read_bytes().replace(b"</html>", b"<p>37/52</p></html>"))
    refresh_lists(own.folder, "method-card.html")
    found = rebuilt(own.folder, anew)
    assert found.causes == (Cause("altered"),)
    lines = Verification("bundle", "b", 1, (), found).lines()
    assert "    method-card.html differs from what the study makes anew" in lines
    assert lines[-1].startswith("  forged or altered after it was made")
    other = RebuiltFiles(anew.files, (Cause("lock", ("uv.lock",)),))
    lines = Verification("bundle", "b", 1, (), rebuilt(own.folder, other)).lines()
    assert lines[-2].startswith("  made with other versions")
    assert lines[-1] == "    installed packages are not those it was made with: uv.lock"
    assert not any("forged" in line for line in lines)


def test_files_put_in_and_taken_away_are_named_for_what_they_are(
    own: Bundle, anew: RebuiltFiles
) -> None:
    (own.folder / "tables" / "more.csv").write_text("a\n", encoding="utf-8")
    (own.folder / "findings.json").unlink()
    told = [str(item) for item in rebuilt(own.folder, anew).differences]
    assert "tables/more.csv is nothing that the study makes" in told
    assert "findings.json is made anew and not there" in told


def crate(folder: Path, change: Callable[[list[dict[str, object]]], None]) -> None:
    content = json.loads((folder / CRATE).read_text(encoding="utf-8"))
    change(content["@graph"])
    (folder / CRATE).write_text(json.dumps(content), encoding="utf-8")
    refresh_lists(folder, CRATE)


def entity(graph: list[dict[str, object]], name: str) -> dict[str, object]:
    return next(item for item in graph if item["@id"] == name)


INDICATORS = "tables/indicators.csv"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda graph: entity(graph, INDICATORS).update(sha256="0" * 64),
         f"{INDICATORS} contradicts itself: {CRATE} has another SHA-256 of it"),
        (lambda graph: entity(graph, INDICATORS).update(contentSize="7"),
         f"{INDICATORS} contradicts itself: {CRATE} has another size of it"),
        (lambda graph: entity(graph, INDICATORS).update({"@id": "tables/others.csv"}),
         f"{CRATE} cannot be read: has tables/indicators.csv on one of its own lists only"),
        (lambda graph: graph.append(dict(entity(graph, INDICATORS))),
         f"{CRATE} cannot be read: lists {INDICATORS} twice"),
        (lambda graph: entity(graph, "#input/evaluation.yml").update(sha256="0" * 64),
         f"{CRATE} contradicts itself: of the input evaluation.yml it says other than {MANIFEST}"),
    ],
)  # fmt: skip
def test_every_list_is_held_against_the_files_and_the_other_lists(
    own: Bundle, change: Callable[[list[dict[str, object]]], None], told: str
) -> None:
    crate(own.folder, change)
    assert told in [str(fault) for fault in check_folder(own.folder).faults]


def test_a_list_refreshed_alone_is_told_by_the_others(own: Bundle) -> None:
    """As it was tried: the table is forged, and the checklist alone is made to fit."""
    path = own.folder / INDICATORS
    path.write_bytes(path.read_bytes().replace(b"0.5", b"0.1"))
    crate_file = (own.folder / CRATE).read_bytes()
    refresh_lists(own.folder, INDICATORS)
    (own.folder / CRATE).write_bytes(crate_file)
    refresh_lists(own.folder, CRATE)
    (fault,) = check_folder(own.folder).faults
    assert (fault.file, fault.kind) == (INDICATORS, "contradiction")
    assert CRATE in fault.detail


def test_a_folder_that_was_taken_away_is_told_by_its_files(own: Bundle) -> None:
    shutil.rmtree(own.folder / "report")
    faults = check_folder(own.folder).faults
    assert {fault.file for fault in faults} == {
        "report/datapackage.json", "report/indicators.csv", "report/indicators.xlsx",
        "report/tiny-fi.docx", "report/tiny-fi.html", "report/tiny-fi.pdf",
    }  # fmt: skip
    assert {fault.kind for fault in faults} == {"missing"}
