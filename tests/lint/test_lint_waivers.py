from __future__ import annotations

import json

import pytest

from evaltools.lint.problem_formats import as_errors, as_json, as_lines
from evaltools.lint.run import FIELDS, lint
from evaltools.problems import Problem

TEXT = "Vertailurekisteri kattaa vain osan yhteistyöstä.\n\nMonet raportit ovat lyhyitä.\n"
ENTRY = {
    "code": "E03",
    "file": "reports/fi/report.qmd",
    "text": "vain osan yhteistyöstä",
    "reason": "What the register lacks is not known.",
    "by": "A. Evaluator",
    "on": "2026-11-24",
}


def waivers(*entries, names=()):
    return json.dumps({"waivers": list(entries), "names": list(names)}, ensure_ascii=False)


def codes(problems):
    return [problem.code for problem in problems]


def test_waiver_covers_the_problem_in_its_text_and_no_other(check):
    assert codes(check(TEXT)) == ["E03", "E03"]
    left = check(TEXT, waivers=waivers(ENTRY))
    assert [problem.where for problem in left] == ["reports/fi/report.qmd:3:1"]


@pytest.mark.parametrize(
    "change",
    [
        {"text": "vain osan työstä"},
        {"text": "vertailurekisteri kattaa"},
        {"text": "Vertailurekisteri kattaa"},
        {"code": "E07"},
        {"file": "reports/fi/other.qmd"},
    ],
)
def test_waiver_that_covers_nothing_is_a_problem_and_waives_nothing(check, change):
    assert codes(check(TEXT, waivers=waivers({**ENTRY, **change}))) == ["E03", "E03", "E16"]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_waiver_without_one_of_its_fields_is_refused(check, field, value):
    entry = {**ENTRY, field: value} if value is not None else {
        name: text for name, text in ENTRY.items() if name != field
    }  # fmt: skip
    found = check(TEXT, waivers=waivers(entry))
    assert codes(found) == ["E03", "E03", "E16"]
    assert field in found[-1].what


@pytest.mark.parametrize(
    "change",
    [
        {"on": "eilen"},
        {"code": "E16"},
        {"code": "E99"},
        {"code": ["E03"]},
        {"text": TEXT},
        {"text": "osan" + " x" * 300},
        {"until": "2027-01-01"},
    ],
)
def test_waiver_that_is_wrong_is_refused(check, change):
    assert codes(check(TEXT, waivers=waivers({**ENTRY, **change}))) == ["E03", "E03", "E16"]


@pytest.mark.parametrize("day", ["2026-11-24", "'2026-11-24'"])
def test_waiver_is_read_as_people_write_it(check, day):
    fields = "".join(f"    {name}: {text}\n" for name, text in ENTRY.items() if name != "on")
    written = f"waivers:\n  -\n{fields}    on: {day}\n"
    assert codes(check(TEXT, waivers=written)) == ["E03"]


@pytest.mark.parametrize(
    "content", ["- a", "waivers: x", "waivers: [1]", "other: 1", "a: [", "names: [COVID-19]",
                "names: [{name: a, reason: ''}]", "waivers: {a: b}"],
)  # fmt: skip
def test_file_of_waivers_that_is_no_such_file_is_a_problem(check, content):
    assert codes(check("Teksti.", waivers=content)) == ["E16"]


def test_same_waiver_twice_is_one_too_many(check):
    assert codes(check(TEXT, waivers=waivers(ENTRY, ENTRY))) == ["E03", "E16"]


def test_waiver_of_a_language_that_is_not_checked_is_left_alone(check, tmp_path):
    (tmp_path / "reports/sv").mkdir(parents=True)
    (tmp_path / "reports/sv/report.qmd").write_text("Många rapporter är korta.", encoding="utf-8")
    swedish = {**ENTRY, "file": "reports/sv/report.qmd", "text": "Många"}
    given = waivers(swedish, ENTRY)
    assert codes(check(TEXT, "fi", waivers=given)) == ["E03"]
    assert codes(lint(tmp_path, ["fi", "sv"])) == ["E03"]
    assert codes(lint(tmp_path, ["sv"])) == []


def test_problem_of_a_finding_can_be_waived_in_its_file(check):
    findings = "findings:\n  a:\n    asserted: false\n"
    entry = {**ENTRY, "code": "E08", "file": "reports/findings.yml", "text": "  a:"}
    assert codes(check("Teksti.", findings=findings)) == ["E08"]
    assert codes(check("Teksti.", findings=findings, waivers=waivers(entry))) == []


def test_name_with_digits_is_allowed_by_name(check):
    name = {"name": "COVID-19", "reason": "name of a disease"}
    text = "COVID-19-pandemia kesti. COVID-195 ja 19 eivät ole nimiä."
    found = check(text, waivers=waivers(names=[name]))
    assert [problem.where.rsplit(":", 1)[1] for problem in found] == ["32", "39"]


def test_name_that_is_in_no_report_is_a_problem(check):
    name = {"name": "COVID-19", "reason": "name of a disease"}
    assert codes(check("Teksti.", waivers=waivers(names=[name]))) == ["E16"]


def test_lines_name_place_and_code(check):
    lines = as_lines(check("Raportteja on\n52.")).splitlines()
    assert len(lines) == 1
    assert lines[0].startswith('reports/fi/report.qmd:2:1: E13 "52" is typed')


def test_errors_are_read_by_editors(check):
    lines = as_errors(check("Raportteja on\n52.")).splitlines()
    assert lines[0].startswith('reports/fi/report.qmd:2:1: error: "52" is typed')
    assert lines[0].endswith("[E13]")


def test_json_holds_what_the_lines_say(check):
    problems = [*check("Raportteja on\n52."), Problem("reports/sv", "none", code="E04")]
    records = json.loads(as_json(problems))
    assert [(r["file"], r["line"], r["column"], r["code"]) for r in records] == [
        ("reports/fi/report.qmd", 2, 1, "E13"), ("reports/sv", None, None, "E04")
    ]  # fmt: skip
    assert json.loads(as_json([])) == []


def test_hidden_characters_of_the_prose_are_written_out(check):
    lines = as_lines(check("Raportti ”sanoo \u202e\x1b[m aivan jotakin muuta kuin tämä”.\n"))
    assert lines.count("\n") == 1
    assert not set("\u202e\x1b") & set(lines)
