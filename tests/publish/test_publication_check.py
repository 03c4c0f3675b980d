"""`publish --check`: what stands against publishing, and findings as the last release had them."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from published_study import make_candidate, whole_report

from evaltools.cli import main
from evaltools.cli import publish as command
from evaltools.disclosure.releases import Release
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, ProblemError
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.provenance.finding_changes import list_pairs, pair_findings
from evaltools.publish import publish
from evaltools.publish.publish import PublicationCheck
from evaltools.publish.register import FILE_NAME, ReleaseRegister

RELEASE = Release("", (), frozenset({"p1"}))
THEN = JudgedFinding("a", "holds", (), case="holds", said={"en": "Most do (30/52)."})


def record(finding: JudgedFinding) -> dict[str, object]:
    return {
        "id": finding.id, "outcome": finding.outcome, "case": finding.case,
        "said": dict(finding.said), "indicators": [], "asserted": True,
    }  # fmt: skip


@pytest.fixture
def register(tmp_path: Path) -> ReleaseRegister:
    """A register with two releases, the later of which is `THEN`."""
    made = make_candidate(tmp_path / "study", whole_report())
    register = ReleaseRegister(tmp_path / "study")
    for name, findings in (("july", []), ("august", [record(THEN)])):
        digest = name.ljust(64, "0")
        register.add(
            replace(RELEASE, name=name), made.study, made.parameters, "a" * 64, digest, findings
        )
    return register


def test_the_latest_release_gives_its_findings(register: ReleaseRegister) -> None:
    name, findings = register.last_findings() or ("", {})
    assert name == "august"
    assert findings == {"a": THEN}
    assert len(register.read().releases) == 2


def test_findings_that_were_changed_or_are_gone_are_told(register: ReleaseRegister) -> None:
    entry = yaml.safe_load((register.root / FILE_NAME).read_text("utf-8"))[-1]
    path = register.root / entry["findings"]
    path.write_text(path.read_text("utf-8").replace("holds", "tied"), "utf-8")
    with pytest.raises(ProblemError, match="are not those that it published"):
        register.last_findings()
    path.unlink()
    with pytest.raises(ProblemError, match="are missing"):
        register.last_findings()


def test_a_register_of_an_earlier_version_has_no_findings_and_no_other_folder_is_read(
    register: ReleaseRegister,
) -> None:
    path = register.root / FILE_NAME
    entries = yaml.safe_load(path.read_text("utf-8"))
    entries[-1]["findings"] = "../elsewhere.json"
    path.write_text(yaml.safe_dump(entries), "utf-8")
    with pytest.raises(ProblemError, match="outside of releases"):
        register.last_findings()
    for entry in entries:
        del entry["findings"], entry["findings_sha256"]
    path.write_text(yaml.safe_dump(entries), "utf-8")
    assert register.last_findings() is None
    assert len(register.read().releases) == 2


@pytest.mark.parametrize(
    ("now", "kind"),
    [
        (THEN, "same"),
        (JudgedFinding("a", "cannot_be_told", (), case="close", said={"en": "No."}), "turned"),
        (JudgedFinding("a", "holds", (), case="all", said={"en": "All do."}), "other_case"),
        (
            JudgedFinding("a", "holds", (), case="holds", said={"en": "Most do (31/52)."}),
            "other_words",
        ),
    ],
)
def test_pairs_tell_what_differs(now: JudgedFinding, kind: str) -> None:
    (pair,) = pair_findings({"a": THEN}, {"a": now})
    assert pair.kind == kind
    assert [each.kind for each in pair_findings({"a": THEN}, {"b": now})] == ["removed", "added"]


def test_rows_have_outcome_case_and_sentence_then_and_now() -> None:
    now = JudgedFinding("a", "cannot_be_told", (), case="close", said={"en": "Too close."})
    assert list_pairs(pair_findings({"a": THEN}, {"a": now}), Words("en")) == [
        (
            "a",
            "holds",
            "cannot be told (difference inside the uncertainty)",
            "Most do (30/52).",
            "Too close.",
        )
    ]


def test_the_check_runs_the_gates_of_publishing_and_leaves_nothing(
    register: ReleaseRegister, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = make_candidate(tmp_path / "study2", whole_report())
    study, parameters = made.study, made.parameters
    monkeypatch.setattr(publish, "build_report", lambda *_, **__: None)
    monkeypatch.setattr(publish, "make_candidate", lambda *_: made)
    monkeypatch.setattr(publish, "make_release", lambda *_: RELEASE)
    held = Problem("outputs: report", "names a person")
    monkeypatch.setattr(publish, "_make_output_search", lambda *_: lambda _: [held])
    before = sorted(path for path in study.root.rglob("*") if "_build" not in path.parts)
    found = publish.check_publication(study, parameters, say=lambda _: None)
    assert found.earlier == ""
    with pytest.raises(ProblemError) as refused:
        publish.publish_report(study, parameters, tmp_path / "bundle", say=lambda _: None)
    assert held in found.problems
    assert set(found.problems) == set(refused.value.problems)
    assert sorted(path for path in study.root.rglob("*") if "_build" not in path.parts) == before
    assert not (tmp_path / "bundle").exists()


@pytest.mark.parametrize("problems", [(), (Problem("lint: a.qmd:3", "is bare"),)])
def test_the_command_ends_with_1_where_publishing_would_be_refused(
    problems: tuple[Problem, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    now = {"a": JudgedFinding("a", "cannot_be_told", (), case="close", said={"en": "Too close."})}
    found = PublicationCheck(problems, "august", pair_findings({"a": THEN}, now))
    monkeypatch.setattr(command, "choose_parameters", lambda *_: (None, None))
    monkeypatch.setattr(command, "check_publication", lambda *_: found)
    told = CliRunner().invoke(main, ["publish", "--check"], env={"COLUMNS": "200"})
    assert told.exit_code == (1 if problems else 0)
    assert "Findings against august: 1 of 1 differ" in told.output
    now_told = "cannot be told (difference inside the uncertainty). Too close."
    assert f"turned       a: holds. Most do (30/52). → {now_told}\n" in told.output
    assert ("is bare" in told.output) == bool(problems)


def test_either_a_folder_or_a_check_is_asked_for() -> None:
    for given in (["publish"], ["publish", "--check", "--to", "x"]):
        told = CliRunner().invoke(main, given)
        assert told.exit_code == 2
        assert "either --to FOLDER or --check" in told.output


def test_the_record_is_json_that_is_read_back(register: ReleaseRegister) -> None:
    entry = yaml.safe_load((register.root / FILE_NAME).read_text("utf-8"))[-1]
    content = json.loads((register.root / entry["findings"]).read_text("utf-8"))
    assert [each["id"] for each in content] == ["a"]
