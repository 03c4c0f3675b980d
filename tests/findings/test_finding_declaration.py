"""findings.yml: what it may say, and where it is told that it is wrong."""

from pathlib import Path

import pytest
import yaml
from claims_by_hand import declared, finding
from pydantic import ValidationError

from evaltools.findings.declaration import load_findings
from evaltools.problems import ProblemError

ROOT = Path(__file__).parents[2]


def load(folder, content):
    (folder / "reports").mkdir()
    text = content if isinstance(content, str) else yaml.safe_dump(content, sort_keys=False)
    (folder / "reports" / "findings.yml").write_text(text, encoding="utf-8")
    return load_findings(folder)


def problems(folder, content):
    with pytest.raises(ProblemError) as caught:
        load(folder, content)
    return [str(problem) for problem in caught.value.problems]


def test_findings_come_in_the_order_of_the_file_with_their_lines(tmp_path):
    text = yaml.safe_dump(
        {"findings": {"b": declared(estimand="P"), "a": declared(estimand="S")}}, sort_keys=False
    )
    found = load(tmp_path, text)
    assert [each.id for each in found] == ["b", "a"]
    lines = text.splitlines()
    for each in found:
        name, _, line = each.where.rpartition(":")
        assert name == "reports/findings.yml"
        assert lines[int(line) - 1] == f"  {each.id}:"
    assert found["a"].id == "a"


def test_a_study_without_findings_has_none(tmp_path):
    assert len(load(tmp_path, "findings: {}\n")) == 0


def test_every_mistake_is_told_with_its_line(tmp_path):
    text = """findings:
  Wrong Name: {}
  one:
    text: {fi: Näin on., sv: Så är det.}
    asserted: 'yes'
    estimand: X
    condition: {greatest: {key: challenge.staff.share}}
    evidence: [{code: challenge.staff}]
    counter_evidence: []
    evidence_class: hearsay
    colour: red
  two: nothing
"""
    told = problems(tmp_path, text)
    places = [each.partition(": ")[0] for each in told]
    assert all(place.startswith("reports/findings.yml:") for place in places)
    for line in (2, 4, 5, 6, 7, 9, 10, 11, 12):
        assert f"reports/findings.yml:{line}" in places, (line, told)
    assert any("colour: no such name is known here" in each for each in told)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"text": {"fi": " ", "sv": "b", "en": "c"}}, "no words in fi"),
        ({"counter_evidence": {"none_found": "no"}}, "none_found"),
        ({"counter_evidence": [{"code": "a.b", "table": "goals"}]}, "code or a table"),
        ({"counter_evidence": [{"code": "a.b", "polarity": "mixed"}]}, "polarity"),
        ({"evidence": []}, "needs evidence"),
        ({"source": "vm2022"}, "has no source"),
        ({"asserted": False}, "source and reading"),
        ({"sections": ["haasteet"]}, "sections"),
        ({"condition": {}}, "exactly one of"),
        (
            {
                "condition": {
                    "at_least": {"key": "a.b.share", "value": 0.5},
                    "at_most": {"key": "a.b.share", "value": 0.9},
                }
            },
            "exactly one of",
        ),
        ({"condition": {"at_least": {"key": "a.b.share", "value": "0.5"}}}, "value"),
        ({"condition": {"at_least": {"key": "A B", "value": 0.5}}}, "key"),
        ({"condition": {"equals": {"key": "a.b.n", "number": 1, "fact": "x"}}}, "one of number"),
        ({"condition": {"change": {"key": "challenge.staff.share"}}}, "key"),
        ({"condition": {"all": []}}, "all"),
        (
            {"condition": {"among_top": {"keys": ["a.b.share", "a.c.share"], "of": "a.*.share",
                                         "first": 1}}},
            "at least the number of keys",
        ),
        ({"accepted": {"outcome": "holds", "reason": {}, "by": "x", "on": "y"}}, "accepted"),
    ],
)  # fmt: skip
def test_what_a_finding_may_not_say(tmp_path, change, told):
    found = problems(tmp_path, {"findings": {"one": declared() | change}})
    assert any(told in each for each in found), found


@pytest.mark.parametrize(
    "condition",
    [
        {"excludes_zero": {"key": "a.b.difference"}},
        {"change": {"key": "wave_difference.challenge.staff.difference"}},
    ],
)
def test_what_speaks_of_an_interval_names_an_estimand_that_has_one(condition):
    for estimand in ("D", None):
        with pytest.raises(ValidationError, match="speaks of an interval"):
            finding(condition, estimand=estimand)
    assert finding(condition, estimand="S")
    kind, leaf = next(iter(condition.items()))
    assert finding({"all": [{kind: {**leaf, "estimand": "P"}}]}, estimand="D")


def test_the_file_may_not_name_what_the_reader_gives(tmp_path):
    assert "id" in problems(tmp_path, {"findings": {"one": declared() | {"id": "two"}}})[0]


def test_the_file_holds_findings_and_nothing_else(tmp_path):
    assert "'finding' is not known here" in problems(tmp_path, {"finding": {}})[0]


@pytest.mark.parametrize(
    "text", ["findings: &x {}\nother: *x\n", "findings: !!python/object:os.system {}\n"]
)
def test_a_hostile_file_is_refused(tmp_path, text):
    assert problems(tmp_path, text)


def test_every_key_of_the_study_is_a_place_that_the_prose_has():
    again = ("_01_tiivistelma.qmd", "_10_johtopaatokset.qmd")
    chapters = {path.name: path.read_text("utf-8") for path in (ROOT / "reports/fi").glob("_*.qmd")}
    prose = "".join(chapters.values())
    said = [text for name, text in chapters.items() if name not in again]
    said_again = [chapters[name] for name in again]
    release = (ROOT / "reports" / "release" / "fi.qmd").read_text(encoding="utf-8")
    for each in load_findings(ROOT).asserted:
        asked = f"{{{{< var finding.{each.id} >}}}}"
        if each.sections:
            assert sum(text.count(asked) for text in said) <= 1
            assert asked in prose
            assert all(text.count(asked) <= 1 for text in said_again)
            assert all(f"#{section}}}" in prose for section in each.sections)
        else:  # what the press release has to say, and results of few reports
            assert sum(text.count(asked) for text in said) == (each.id == "reports-read")
            assert release.count(asked) == 1


def test_the_release_of_june_2022_is_examined_in_fourteen_statements():
    examined = load_findings(ROOT).examined
    assert len(examined) == 14
    assert {each.source for each in examined} == {"vm2022"}
    assert "{vm2022," in (ROOT / "reports" / "references.bib").read_text(encoding="utf-8")


def with_sentences(*figures):
    said = {
        case: {"fi": "Näin on.", "sv": "Så är det.", "en": "So it is."}
        for case in ("holds", "does_not_hold", "cannot_be_told")
    }
    return declared(estimand="P") | {"sentences": said, "figures": list(figures)}


def test_a_figure_has_one_headline_and_one_only_from_a_finding_with_sentences(tmp_path):
    content = {
        "findings": {
            "one": with_sentences("fig-a", "fig-b"),
            "two": with_sentences("fig-b"),
            "three": declared(estimand="P") | {"figures": ["fig-c"]},
            "four": with_sentences("tbl-d"),
        }
    }
    told = problems(tmp_path, content)
    assert len(told) == 3
    assert any("three: the headline of figures needs sentences" in each for each in told)
    assert any("two.figures: fig-b has the headline of one" in each for each in told)
    # The fourth names no figure; its place is told by the line of its figures.
    assert any("String should match pattern '^fig-" in each for each in told)
