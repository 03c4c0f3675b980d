"""What changed since the predecessor: turned findings, moved numbers, inputs, what is apart."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from evaltools.evidence import Descriptor
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import JudgedConclusion, conclusions_from, findings_from
from evaltools.provenance.finding_changes import pair_conclusions, pair_findings
from evaltools.provenance.indicator_changes import (
    ComparisonSetting,
    IndicatorChange,
    compare_indicators,
    select_headline_changes,
)
from evaltools.provenance.manifest import Ingredients, add_seal
from evaltools.provenance.predecessor import (
    Predecessor,
    hash_predecessor,
    make_record,
    read_predecessor,
)
from evaltools.report.glossary import Glossary
from evaltools.report.report_changes import ParameterPair, QuestionChange, ReportChanges
from evaltools.report.since_page import since_page
from evaltools.study import Study, load_study
from evaltools.study.schema import Matters

TEXT = {"fi": "Yksi on yleisin.", "sv": "En är vanligast.", "en": "One is the commonest."}
SAID = {
    "holds": {"fi": "Yleisin on aikataulu.", "sv": "Vanligast är tidtabellen.",
              "en": "The timetable is the commonest."},
    "close": {"fi": "Ero on pieni.", "sv": "Skillnaden är liten.", "en": "The lead is small."},
    "tied": {"fi": "Tasan.", "sv": "Lika.", "en": "They tie."},
}  # fmt: skip
OUTCOMES = {"holds": "holds", "close": "cannot_be_told", "tied": "does_not_hold"}


def finding(name: str, case: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "outcome": OUTCOMES[case], "case": case, "said": SAID[case], "text": TEXT,
            "indicators": [], "rule": "1"} | more  # fmt: skip


def share(key: str, x: int, n: int) -> Indicator:
    return Indicator(f"{key}.share", x / n, "share", x, n)


THEN = (share("reports.read", 50, 100), share("challenge.staff", 5, 50),
        share("challenge.aims", 20, 50), share("challenge.law", 1, 8),
        Indicator("grants.total.money", 1000.0, "money"))  # fmt: skip
NOW = (share("reports.read", 50, 90), share("challenge.staff", 30, 50),
       share("challenge.aims", 21, 50), share("challenge.law", 7, 8),
       Indicator("grants.total.money", 1050.0, "money"))  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Study:
    declared = {
        "name": "tiny", "title": {"en": "Tiny"}, "languages": ["en"], "currency": "EUR",
        "parameters": {"wave": {"type": "choice", "default": "1", "choices": {
            "1": {"en": "the first wave"}, "2": {"en": "the second wave"}},
            "label": {"en": "Wave"}, "help": {"en": "Which."}}},
    }  # fmt: skip
    (tmp_path / "evaluation.yml").write_text(yaml.safe_dump(declared), "utf-8")
    return load_study(tmp_path)


def changes_of(then: list[dict[str, Any]], now: list[dict[str, Any]], **more: Any) -> ReportChanges:
    """Two reports with findings; numbers as above unless given."""
    earlier = Predecessor(
        "report-1", "tiny", {"en": "Tiny"}, "2022-06-03", {},
        Ingredients({}, {"wave": "1"}, {}, {}, ("", ""), ""), THEN, findings_from(then),
    )  # fmt: skip
    setting = ComparisonSetting(0.95, 50, 50)
    found = ReportChanges(
        earlier=earlier,
        same_programme=True,
        relation="disjoint",
        findings=pair_findings(earlier.findings, findings_from(now)),
        conclusions=(),
        indicators=tuple(select_headline_changes(compare_indicators(THEN, NOW, setting))),
        premises=(),
        level=0.95,
        matters=Matters(),
        parameters=(),
        files=(),
        questions=(),
        reports=(50, 50),
    )
    return replace(found, **more)


def page(
    changes: ReportChanges | None, study: Study, language: Language = "en", now: Any = ()
) -> str:
    """The page as a reader sees it, with the judgements of now given as records."""

    def text_of(record: dict[str, Any]) -> Any:
        return SimpleNamespace(in_language=lambda spoken: record["text"][spoken])

    judgements: Any = [
        SimpleNamespace(
            finding=SimpleNamespace(
                id=item["id"], text=text_of(item), asserted=item.get("asserted", True)
            ),
            said={each: (SimpleNamespace(text=told, indicator=None, shows=""),)
                  for each, told in item["said"].items()},
        )
        for item in now
    ]  # fmt: skip
    labels = {f"challenge.{name}": name for name in ("staff", "aims", "law")}
    glossary = Glossary(Words(language), labels, dict.fromkeys(labels, "challenge"))
    descriptor = Descriptor(Path("data"), "", "", ())
    return unescape(
        since_page(changes, study, judgements, descriptor, glossary, {"grants.total.money"})
    )


def test_without_a_predecessor_there_is_no_chapter(study: Study) -> None:
    assert page(None, study) == ""
    assert read_predecessor(study) is None
    assert hash_predecessor(study) == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_said_then_and_now_stands_in_the_language_of_the_report(
    study: Study, language: Language
) -> None:
    then = [finding("a", "holds"), finding("b", "close"), finding("c", "tied")]
    now = [finding("a", "close"), finding("b", "close"), finding("c", "tied")]
    told = page(changes_of(then, now), study, language, now)
    row = next(line for line in told.splitlines() if TEXT[language] in line)
    assert row.index(SAID["holds"][language]) < row.index(SAID["close"][language])
    assert SAID["tied"][language] not in told
    others = {text for each in LANGUAGES if each != language for text in SAID["holds"].values()}
    assert not [text for text in others - {SAID["holds"][language]} if text in told]
    assert Words(language)("since.turned", count=1, both=3) in told


def test_a_statement_of_others_is_told_with_its_outcomes_alone(study: Study) -> None:
    then = [finding("a", "holds", asserted=False, said={})]
    now = [finding("a", "tied", asserted=False, said={})]
    told = page(changes_of(then, now), study, now=now)
    claim = "Statement examined: One is the commonest."
    assert f"| {claim} | **Holds.** | **Does not hold" in told


def test_numbers_that_the_report_does_not_print_are_not_told(study: Study) -> None:
    found = changes_of([], [])
    moved = IndicatorChange(*(Indicator("coding.sentences.count", n, "count") for n in (1.0, 9.0)),
                            "counted", 8.0, basis="exact")  # fmt: skip
    told = page(replace(found, indicators=(*found.indicators, moved)), study)
    assert "One number has moved as much as that." in told
    assert "coding" not in told


def test_a_number_that_prints_alike_has_not_moved(study: Study) -> None:
    key = "grants.total.money"
    alike = IndicatorChange(*(Indicator(key, value, "money") for value in (0.1, 0.4)),
                            "counted", 0.3, basis="exact")  # fmt: skip
    told = page(changes_of([], [], indicators=(alike,)), study)
    assert "No number has moved as much as that." in told
    assert "tbl-since-counted" not in told


def test_that_nothing_turned_is_said_and_no_table_stands(study: Study) -> None:
    same = [finding("a", "holds"), finding("b", "close")]
    told = page(changes_of(same, same), study, now=same)
    assert "The reports have 2 findings in common. None of them has turned." in told
    assert "tbl-since-findings" not in told


def test_another_reason_for_one_outcome_is_no_turn_and_is_told(study: Study) -> None:
    then, now = [finding("a", "close")], [finding("a", "close") | {"case": "too_few"}]
    told = page(changes_of(then, now), study, now=now)
    assert "it has not turned" in told
    assert "One more has the same outcome for another reason" in told
    assert "too few reports" in told


def test_a_sentence_that_was_not_published_in_this_language_is_not_told_in_another(
    study: Study,
) -> None:
    then = [finding("a", "holds", said={"fi": "Yleisin on aikataulu."})]
    now = [finding("a", "close")]
    told = page(changes_of(then, now), study, now=now)
    assert "Yleisin" not in told
    assert "Holds.** (the sentence was not published in this language)" in told


def test_numbers_are_told_that_moved_beyond_uncertainty_and_by_what_matters(study: Study) -> None:
    told = page(changes_of([], []), study)
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    staff = next(row for row in rows if "staff" in row)
    assert "10% (5/50)" in staff
    assert "60% (30/50)" in staff
    assert "+50" in staff
    # Two points are inside the uncertainty, five per cent of a sum are less than what matters.
    assert not [row for row in rows if "aims" in row or "1,050" in row]
    assert "One share is not compared" in told
    less = changes_of([], [], matters=Matters(share=0.1, amount=0.01))
    assert [item.key for item in less.moved] == ["challenge.staff.share"]
    assert [item.key for item in less.counted] == ["grants.total.money"]
    more = changes_of([], [], matters=Matters(share=0.6, amount=1))
    assert "No number has moved as much as that." in page(more, study)


def test_what_is_counted_in_full_is_told_apart_and_has_no_interval(study: Study) -> None:
    less = changes_of([], [], matters=Matters(share=0.1, amount=0.01))
    told = page(less, study)
    moved, counted = told.replace("\u00a0", " ").split("How the following numbers changed")
    assert "grants in all" not in moved
    assert "grants in all | EUR 1,000 | EUR 1,050 | +50 |" in counted
    assert "follows from what changed in the data" in counted
    elsewhere = replace(less, parameters=(ParameterPair("wave", "1", "2"),))
    assert "follows from what each report covers" in page(elsewhere, study)


def test_the_numbers_of_a_turned_finding_are_told_whatever_became_of_them(study: Study) -> None:
    then = [finding("a", "holds", indicators=["goals.achieved.share"])]
    now = [finding("a", "tied", indicators=["goals.achieved.share"])]
    own = IndicatorChange(
        share("goals.achieved", 86, 169),
        share("goals.achieved", 90, 169),
        "within_uncertainty",
        4 / 169,
        -0.1,
        0.2,
        0.95,
        "square_and_add",
    )
    told = page(changes_of(then, now, premises=(own,)), study, now=now)
    assert (
        "| goals achieved | 51% (86/169) | 53% (90/169) | +2 | −10 – 20 | within unc"
        in told.replace("\u00a0", " ")
    )
    assert "In one that turned, no number that the finding rests on moved by more" in told
    moved = replace(own, verdict="moved")
    assert "turned by chance" not in page(changes_of(then, now, premises=(moved,)), study, now=now)


def test_of_the_same_texts_no_chance_is_spoken_of(study: Study) -> None:
    setting = ComparisonSetting(0.95, 50, 50, same_texts=True)
    found = tuple(select_headline_changes(compare_indicators(THEN, NOW, setting)))
    told = page(changes_of([], [], relation="same", indicators=found), study)
    assert "read or counted otherwise, and no chance is in it" in told
    assert "| challenge: staff | 10% (5/50) | 60% (30/50) | +50 | read or counted other" in told
    assert not [word for word in ("uncertainty", "Interval", "interval", "zero") if word in told]


@pytest.mark.parametrize("language", LANGUAGES)
def test_chance_is_told_of_zero_outside_the_intervals_and_of_all_at_once(
    study: Study, language: Language
) -> None:
    words = Words(language)
    told = page(changes_of([], []), study, language)
    level = "95%" if language == "en" else "95\u00a0%"
    assert words("comparison.judged", judged=2, count=1, level=level) in told
    assert words("comparison.stand", count=1) in told
    # Of two changes hardly one would be there by chance: nothing is said of a tenth of a number.
    assert words("comparison.by_chance", count=1) not in told


def concluded(kind: Any, name: str, level: str) -> JudgedConclusion:
    return JudgedConclusion(kind, name, level, {each: f"{level}-{each}" for each in LANGUAGES})


@pytest.mark.parametrize("language", LANGUAGES)
def test_criteria_answers_and_recommendations_that_changed_are_told(
    study: Study, language: Language
) -> None:
    then = (concluded("criterion", "effectiveness", "open"), concluded("answer", "1.1", "partly"),
            concluded("recommendation", "old", "due"))  # fmt: skip
    now = (concluded("criterion", "effectiveness", "partly"), concluded("answer", "1.1", "partly"),
           concluded("recommendation", "new", "due"))  # fmt: skip
    made = changes_of([], [], conclusions=pair_conclusions(then, now))
    told, words = page(made, study, language), Words(language)
    name = words("since.kind.criterion", name=words("matrix.criterion.effectiveness"))
    assert f"| {name} | open-{language} | partly-{language} |" in told
    given, not_given = (words(f"since.recommendation.{each}") for each in ("given", "not_given"))
    assert told.index(f"| {not_given} | {given} |") < told.index(f"| {given} | {not_given} |")
    assert words("since.conclusions.changed", count=3) in told
    same = page(changes_of([], []), study, language)
    assert words("since.conclusions.same") in same
    unknown = page(changes_of([], [], conclusions=None), study, language)
    assert words("since.conclusions.unrecorded") in unknown


def test_a_statement_about_what_was_in_scope_then_does_not_turn_in_another_scope() -> None:
    then = findings_from([finding("a", "holds", asserted=False), finding("b", "holds")])
    now = findings_from([finding("a", "tied", asserted=False), finding("b", "tied")])
    kinds = {each.id: each.kind for each in pair_findings(then, now, same_scope=False)}
    assert kinds == {"a": "other_scope", "b": "turned"}
    assert {each.kind for each in pair_findings(then, now)} == {"turned"}


def test_parameters_and_data_that_changed_are_named_and_what_did_not_is_said(study: Study) -> None:
    told = page(changes_of([], []), study)
    assert "The parameters are those of the previous report." in told
    assert "The data are those of the previous report." in told
    files = tuple(f"data/text/{number}.txt" for number in range(30))
    changed = changes_of([], [], parameters=(ParameterPair("wave", "1", "2"),), files=files)
    told = page(changed, study)
    assert "| Wave | the first wave | the second wave |" in told
    assert "| Other files of the data | – | 30 |" in told


def test_what_cannot_be_compared_is_told(study: Study) -> None:
    then = [finding("a", "holds"), finding("old", "holds", text={"en": "Gone claim."})]
    now = [finding("a", "close", rule="2"), finding("new", "holds", text={"en": "New claim."})]
    asked = changes_of(then, now, questions=(QuestionChange("9", "removed"),))
    earlier = replace(asked.earlier, questions={"9": {"en": "Was it worth it?"}})
    told = page(replace(asked, earlier=earlier), study, now=now)
    assert "The reports have no findings in common." in told
    assert "answer different questions: One is the commonest." in told
    assert "did not have: New claim." in told
    assert "does not have: Gone claim." in told
    assert "does not ask: Was it worth it?." in told


def test_a_report_of_another_programme_is_not_compared(study: Study) -> None:
    then, now = [finding("a", "holds")], [finding("a", "close")]
    found = changes_of(then, now, same_programme=False)
    other = replace(found.earlier, study="other", title={"en": "Roads <b>|</b>"})
    told = page(replace(found, earlier=other), study, now=now)
    assert "Roads" in told
    assert "no comparison is made" in told
    assert "tbl-" not in told
    assert SAID["holds"]["en"] not in told


# --- Where it is read from ----------------------------------------------------------------------


def declare(study: Study, path: str, **more: Any) -> Study:
    file = study.root / "evaluation.yml"
    content = yaml.safe_load(file.read_text("utf-8"))
    content["predecessor"] = {"path": path, **more}
    file.write_text(yaml.safe_dump(content), "utf-8")
    return load_study(study.root)


@pytest.fixture
def record(study: Study) -> Path:
    """A record as publishing leaves it."""
    ingredients = Ingredients({"data/a.csv": "1"}, {"wave": "1"}, {}, {}, ("", ""), "")
    by_region = Indicator("a.b.count", 1.0, "count", dimensions=(("region", "06"),))
    due = {"kind": "recommendation", "id": "r", "level": "due", "text": {"en": "Do it."}}
    made = [*THEN, by_region], [finding("a", "holds")], [due]
    text = make_record("report-1", study, ingredients, *made)
    path = study.root / "releases" / "1-record.json"
    path.parent.mkdir()
    path.write_text(text, "utf-8")
    return path


def test_a_record_comes_back_as_it_was_published(study: Study, record: Path) -> None:
    found = read_predecessor(declare(study, "releases/1-record.json"))
    assert found is not None
    assert (found.name, found.study, found.title) == ("report-1", "tiny", {"en": "Tiny"})
    assert {item.key for item in found.indicators} == {item.key for item in THEN}
    assert found.findings["a"].said == SAID["holds"]
    assert found.conclusions == (JudgedConclusion("recommendation", "r", "due", {"en": "Do it."}),)
    assert conclusions_from([]) is None  # as findings were written before
    assert found.ingredients.parameters == {"wave": "1"}
    (digest,) = hash_predecessor(load_study(study.root)).values()
    assert read_predecessor(declare(study, "releases/1-record.json", sha256=digest)) is not None


def test_a_record_that_was_altered_is_refused(study: Study, record: Path) -> None:
    text = record.read_text("utf-8")
    record.write_text(text.replace("Yleisin", "Harvinaisin"), "utf-8")
    with pytest.raises(ProblemError, match="altered after it was written"):
        read_predecessor(declare(study, "releases/1-record.json"))
    # Whoever forges it makes the seal fit; the declared hash does not.
    content = json.loads(record.read_text("utf-8"))
    record.write_text(json.dumps(add_seal(content)), "utf-8")
    assert read_predecessor(load_study(study.root)) is not None
    with pytest.raises(ProblemError, match="is declared"):
        read_predecessor(declare(study, "releases/1-record.json", sha256="0" * 64))


@pytest.mark.parametrize(
    "path", ["../elsewhere", "/etc/passwd", "releases/../../x", "C:\\x", "releases\\x"]
)
def test_paths_out_of_the_study_are_refused(study: Study, path: str) -> None:
    with pytest.raises(ProblemError, match="leads out of the study"):
        declare(study, path)


@pytest.mark.parametrize("path", [".", "", "nowhere", "data", "reports/_build/default"])
def test_what_was_not_published_is_refused(study: Study, path: str) -> None:
    (study.root / "data").mkdir()
    build = study.root / "reports" / "_build" / "default"
    build.mkdir(parents=True)
    (build / "manifest-sha256.txt").write_text("")
    with pytest.raises(ProblemError, match="predecessor"):
        hash_predecessor(declare(study, path))


def test_links_out_of_the_study_are_refused(
    study: Study, record: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside") / "record.json"
    outside.write_bytes(record.read_bytes())
    (study.root / "link.json").symlink_to(outside)
    with pytest.raises(ProblemError, match="leads out"):
        read_predecessor(declare(study, "link.json"))


@pytest.mark.parametrize(
    "content",
    [b"", b"[]", b"{}", b"\xff", b"[" * 100_000, b'{"format": 1}', b'{"format": 99}', b"null"],
)
def test_a_record_that_is_none_is_told_in_one_line(
    study: Study, record: Path, content: bytes
) -> None:
    record.write_bytes(content)
    with pytest.raises(ProblemError) as told:
        read_predecessor(declare(study, "releases/1-record.json"))
    (problem,) = told.value.problems
    assert re.search(r"releases/1-record.json (cannot be read|is no record)", str(problem))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("case", ["too_few", "missing", "withheld"])
def test_what_one_report_could_not_judge_has_not_turned(
    study: Study, case: str, language: Language
) -> None:
    then, now = [finding("a", "holds")], [finding("a", "close") | {"case": case}]
    made, words = changes_of(then, now), Words(language)
    assert [pair.kind for pair in made.findings] == ["untold"]
    told = page(made, study, language, now)
    assert words("since.none_turned", count=1) in told
    assert words("since.untold", count=1) in told
    assert "tbl-since-findings" not in told


def test_a_share_of_fewer_than_ten_has_no_row_without_a_change(study: Study) -> None:
    few = IndicatorChange(share("projects.joint", 93, 122), share("projects.joint", 4, 9),
                          "counted", 4 / 9 - 93 / 122, basis="exact", why="scope")  # fmt: skip
    told = page(changes_of([], [], premises=(few,)), study)
    assert "tbl-since-counted" not in told
