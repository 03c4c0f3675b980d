"""What a run left behind is read back the same from run, report and bundle."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from run_folders import INDICATORS, INGREDIENTS, make_run

from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import locate_artifact, read_artifact


def test_run_report_and_bundle_give_the_same_indicators(
    run_folder: Path, report_folder: Path, bundle_folder: Path
) -> None:
    run, report, bundle = map(read_artifact, (run_folder, report_folder, bundle_folder))
    assert run.indicators == tuple(sorted(INDICATORS, key=lambda item: item.identity))
    assert run.indicators == report.indicators == bundle.indicators
    assert run.ingredients == report.ingredients == bundle.ingredients == INGREDIENTS
    assert (run.kind, report.kind, bundle.kind) == ("run", "report", "bundle")
    assert run.findings is None


@pytest.mark.parametrize(
    "content",
    [
        [{"id": "b", "outcome": "holds", "reason": {"kind": "x"}, "numbers": [{"key": "k"}]},
         {"id": "a", "outcome": "cannot_be_told", "reason": "because"}],
        {"findings": [
            {"id": "b", "outcome": "holds", "reason": {"en": "so"}, "indicators": ["k"]},
            {"id": "a", "outcome": "cannot_be_told"}]},
    ],
)  # fmt: skip
def test_judgements_are_read_in_both_forms(run_folder: Path, content: object) -> None:
    (run_folder / "findings.json").write_text(json.dumps(content), encoding="utf-8")
    found = read_artifact(run_folder).findings
    assert found is not None
    assert list(found) == ["a", "b"]
    assert (found["b"].outcome, found["b"].keys) == ("holds", ("k",))


@pytest.mark.parametrize("text", ["{", "[1]", '[{"id": "a"}]', '{"findings": 3}'])
def test_judgements_that_are_none_are_a_problem(run_folder: Path, text: str) -> None:
    (run_folder / "findings.json").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"findings\.json"):
        read_artifact(run_folder)


@pytest.mark.parametrize("text", ["{", "[1]", '[{"key": "a"}]', "[" * 5])
def test_indicators_that_are_none_are_a_problem(run_folder: Path, text: str) -> None:
    (run_folder / "indicators.json").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError, match=r"indicators\.json"):
        read_artifact(run_folder)


def test_run_is_found_by_path_name_and_beginning_of_its_key(tmp_path: Path) -> None:
    build = tmp_path / "_build"
    run = make_run(build / "runs" / "0123456789abcdef")
    (build / "default").symlink_to(run, target_is_directory=True)
    for text in ("default", "0123", "0123456789abcdef" + "0" * 48, str(run),
                 str(run / "indicators.csv")):  # fmt: skip
        assert locate_artifact(text, build) == run


@pytest.mark.parametrize("text", ["nothing", "012", "../runs", "", ".."])
def test_what_is_called_nothing_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.chdir(tmp_path)
    build = tmp_path / "_build"
    make_run(build / "runs" / "0123456789abcdef")
    if text in ("", ".."):
        assert locate_artifact(text, build) in (
            tmp_path,
            tmp_path.parent,
        )  # a folder, told apart later
    else:
        with pytest.raises(ProblemError, match="called so"):
            locate_artifact(text, build)


def test_beginning_of_two_keys_is_refused(tmp_path: Path) -> None:
    for name in ("0123456789abcdef", "0123456789abcdee"):
        make_run(tmp_path / "runs" / name)
    with pytest.raises(ProblemError, match="several runs begin with it"):
        locate_artifact("0123", tmp_path)
