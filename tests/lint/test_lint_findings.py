from __future__ import annotations

import pytest

FINDINGS = """
findings:
  schedule:
    asserted: true
    counter_evidence: [{code: challenge.schedule, polarity: deny}]
  caused:
    asserted: true
    counter_evidence: {none_found: {fi: a, sv: a, en: a}}
    contribution: {mechanism: {fi: a}, rivals: [{fi: b}], verdict: plausible}
  unproved:
    asserted: true
    counter_evidence: [{code: a.b}]
    contribution: {mechanism: {fi: a}, rivals: [{fi: b}], verdict: not_shown}
  release:
    asserted: false
    counter_evidence: [{code: a.b}]
    contribution: {mechanism: {fi: a}, rivals: [{fi: b}], verdict: not_shown}
"""
SCHEDULE = '[{}]{{.finding finding="schedule"}}'
ALL = "".join(f'[A.]{{.finding finding="{name}"}} ' for name in ("schedule", "caused", "unproved"))
SENTENCES = {
    "fi": ("Useimmissa raporteissa on kiire.", "Hanke johti säästöihin."),
    "sv": ("De flesta rapporterna nämner det.", "Projektet ledde till besparingar."),
    "en": ("Most reports mention it.", "The project led to savings."),
}


def of(problems, code):
    return [problem for problem in problems if problem.code == code]


@pytest.mark.parametrize("language", SENTENCES)
def test_findings_said_once_each_are_in_order(check, language):
    assert check(ALL, language, FINDINGS) == []


@pytest.mark.parametrize("language", SENTENCES)
def test_asserted_finding_that_is_never_said_is_reported_where_it_is_declared(check, language):
    found = of(check("Teksti.", language, FINDINGS), "E04")
    assert [problem.where for problem in found] == [
        "reports/findings.yml:3:3", "reports/findings.yml:6:3", "reports/findings.yml:10:3"
    ]  # fmt: skip
    assert f"reports/{language}" in found[0].what


def test_statement_of_someone_else_may_be_said_or_not(check):
    text = ALL + '[B.]{.finding finding="release"} [B.]{.finding finding="release"}'
    assert check(text, "fi", FINDINGS) == []


@pytest.mark.parametrize("language", SENTENCES)
def test_finding_said_twice_is_reported_at_the_second_place(check, language):
    text = f"{ALL}\n\n{SCHEDULE.format('Toisen kerran.')}"
    found = of(check(text, language, FINDINGS), "E04")
    assert [problem.where for problem in found] == [f"reports/{language}/report.qmd:3:2"]
    assert f"reports/{language}/report.qmd:1:2" in found[0].what


def test_the_summary_and_the_conclusions_each_say_a_finding_once_more(check, tmp_path):
    again = SCHEDULE.format("A.")
    text = (
        f"# S {{#sec-lyhyesti}}\n\n{again}\n\n# T {{#sec-t}}\n\n{ALL}\n\n# C {{#sec-conclusions}}"
    )
    (tmp_path / "evaluation.yml").write_text("sections:\n  summary: [sec-lyhyesti]\n", "utf-8")
    assert of(check(f"{text}\n\n{again}", "fi", FINDINGS), "E04") == []
    twice = of(check(f"{text}\n\n{again} {again}", "fi", FINDINGS), "E04")
    assert [problem.where.rpartition(":")[0] for problem in twice] == ["reports/fi/report.qmd:11"]


@pytest.mark.parametrize(
    ("span", "said"),
    [
        ('{.finding finding="shedule"}', "Did you mean schedule"),
        ('{.finding finding="x"}', "Declare it"),
        ("{.finding}", "Give its name"),
        ('{.finding name="schedule"}', "Give its name"),
    ],
)
def test_span_of_no_declared_finding_is_reported(check, span, said):
    found = of(check(f"{ALL} [Virke]{span}", "fi", FINDINGS), "E04")
    assert len(found) == 1
    assert said in found[0].remedy


def test_without_findings_file_every_span_is_undeclared(check, tmp_path):
    found = check(SCHEDULE.format("A."))
    assert [problem.code for problem in found] == ["E04"]
    (tmp_path / "reports/findings.yml").unlink()


def test_broken_findings_file_is_one_problem_with_its_line(check):
    found = check("Teksti.", "fi", "findings:\n  a: [1\n")
    assert [problem.code for problem in found] == ["E04"]
    assert found[0].where.startswith("reports/findings.yml:3:")


@pytest.mark.parametrize("language", SENTENCES)
def test_vague_quantity_may_stand_in_a_declared_finding_only(check, language):
    vague, _ = SENTENCES[language]
    assert of(check(ALL + SCHEDULE.format(vague), language, FINDINGS), "E03") == []
    undeclared = f'[{vague}]{{.finding finding="nothing"}}'
    assert len(of(check(undeclared, language, FINDINGS), "E03")) == 1
    assert len(of(check(f"{SCHEDULE.format('A.')} {vague}", language, FINDINGS), "E03")) == 1


@pytest.mark.parametrize("language", SENTENCES)
@pytest.mark.parametrize(
    ("name", "reported"),
    [
        ("schedule", True),
        ("unproved", True),
        ("nothing", True),
        ("caused", False),
        ("release", False),
    ],
)
def test_causal_word_needs_a_contribution_that_shows_something(check, language, name, reported):
    _, causal = SENTENCES[language]
    text = f'[{causal}]{{.finding finding="{name}"}}'
    assert bool(of(check(text, language, FINDINGS), "E07")) == reported


def test_digit_and_counted_numeral_are_not_carried_by_a_finding(check):
    text = SCHEDULE.format("Kahdeksan raporttia eli 8 kertoo siitä, puolet eri tavoin.")
    found = [p for p in check(text, "fi", FINDINGS) if p.code in ("E13", "E14")]
    assert [problem.what.split('"')[1] for problem in found] == ["Kahdeksan raporttia", "8"]


@pytest.mark.parametrize(
    "counter", ["", "counter_evidence: []", "counter_evidence: ei etsitty", "counter_evidence:"]
)
def test_finding_without_a_search_for_counter_evidence_is_reported(check, counter):
    declared = f"findings:\n  a:\n    asserted: false\n    {counter}\n"
    found = check("Teksti.", "fi", declared)
    assert [(problem.code, problem.where) for problem in found] == [
        ("E08", "reports/findings.yml:2:3")
    ]


@pytest.mark.parametrize(
    ("contribution", "refused"),
    [
        ("", True),
        ("contribution: {mechanism: {fi: a}, verdict: not_shown}", True),
        ("contribution: {mechanism: {fi: a}, rivals: [], verdict: not_shown}", True),
        ("contribution: {rivals: [{text: {fi: b}, premises: []}]}", False),
    ],
)
def test_causal_claim_needs_rival_explanations(check, contribution, refused):
    declared = (
        "findings:\n  a:\n    asserted: false\n    counter_evidence: [{code: a.b}]\n"
        f"    claims_cause: true\n    {contribution}\n"
    )
    found = of(check("Teksti.", "fi", declared), "E07")
    assert [problem.where for problem in found] == ["reports/findings.yml:2:3"] * refused
    assert check("Teksti.", "fi", declared.replace("    claims_cause: true\n", "")) == []


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
def test_float_is_referred_to_somewhere_in_the_text(check, language):
    shown = "{{< embed ../n/01.ipynb#fig-a >}}\n\n{{< embed ../n/01.ipynb#tbl-b >}}\n"
    found = of(check(f"[x @fig-a]\n\n{shown}", language), "E15")
    assert [problem.where for problem in found] == [f"reports/{language}/report.qmd:5:1"]
    for reference in ("[-@tbl-b]", "@tbl-b", "[y @tbl-b]", "(x @tbl-b)", "[@fig-a; @tbl-b]"):
        assert of(check(f"@fig-a {reference}\n\n{shown}", language), "E15") == []
    for no_reference in ("tbl-b", "`@tbl-b`", "@tbl-bb", "<!-- @tbl-b -->"):
        assert len(of(check(f"@fig-a {no_reference}\n\n{shown}", language), "E15")) == 1


def test_float_written_in_the_text_is_referred_to_as_well(check):
    table = "| a |\n|---|\n| b |\n\n: Kuvaus {#tbl-oma}\n"
    assert len(of(check(table), "E15")) == 1
    assert of(check(f"Katso @tbl-oma.\n\n{table}"), "E15") == []
    assert len(of(check("![Kuva](a.png){#fig-oma}\n"), "E15")) == 1
