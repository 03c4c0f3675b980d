from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.study import Study, Vocabulary, find_study, load_study
from evaltools.study.parameter_help import list_parameters, schema
from evaltools.yaml_text import read_yaml

Write = Callable[[str], Path]


def problems_of(folder: Path) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        load_study(folder)
    return [f"{problem.where}: {problem.what}" for problem in caught.value.problems]


def line(text: str, part: str) -> int:
    return next(n for n, row in enumerate(text.splitlines(), 1) if part in row)


def test_a_misspelt_key_is_told_with_its_line(write_study: Write, small: str) -> None:
    text = small.replace("    minimum: 0.5", "    minimun: 0.5")
    where = line(text, "minimun")
    assert problems_of(write_study(text)) == [
        f"evaluation.yml:{where}: parameters.confidence.minimun: no such name is known here"
    ]


def test_all_faults_of_the_declaration_are_told_at_once(write_study: Write, small: str) -> None:
    text = small.replace("name: small", "name: Small Study").replace("type: number", "type: float")
    assert len(problems_of(write_study(text))) == 2


def test_a_default_outside_its_own_limits_is_refused(write_study: Write, small: str) -> None:
    text = small.replace("default: 0.95", "default: 1.5")
    assert problems_of(write_study(text)) == [
        f"evaluation.yml:{line(text, 'confidence:')}: 1.5 is outside 0.5 to 0.999"
    ]


def test_a_derived_default_needs_a_value_for_every_choice(write_study: Write, small: str) -> None:
    text = small.replace(', "2023": 2023-04-30}', "}")
    assert problems_of(write_study(text))[0].endswith("cutoff has no value for 2023")


def test_a_scenario_with_an_unknown_parameter_is_refused(write_study: Write, small: str) -> None:
    text = small.replace('parameters: {wave: "2023"}', 'parameters: {waves: "2023"}')
    assert problems_of(write_study(text)) == [
        f"evaluation.yml:{line(text, 'waves')}: no such parameter"
    ]


def test_scenarios_that_build_on_themselves_are_refused(write_study: Write, small: str) -> None:
    text = small.replace('parameters: {wave: "2023"}', "based_on: later_strict")
    assert any("builds on itself" in told for told in problems_of(write_study(text)))


@pytest.mark.parametrize(
    ("extra", "told"),
    [
        ("name: again\n", "the key 'name' is given twice"),
        ("other: *anchor\n", "an alias (*name) is used"),
        ("other: !!python/object/apply:os.system [echo]\n", "could not determine a constructor"),
        ("other: [\n", "expected node content"),
    ],
)
def test_yaml_that_does_more_than_state_values_is_refused(
    write_study: Write, small: str, extra: str, told: str
) -> None:
    assert told in problems_of(write_study(small + extra))[0]


@pytest.mark.parametrize("path", ["../data", "/data", "data/../../x", "C:/data", "a\\b"])
def test_paths_out_of_the_study_are_refused(write_study: Write, small: str, path: str) -> None:
    text = small.replace("data: data", f"data: '{path}'")
    assert "leads out of the study's folder" in problems_of(write_study(text))[0]


def test_a_notebook_that_does_not_exist_is_told(write_study: Write, small: str) -> None:
    text = small.replace("notebooks: []", "notebooks: [notebooks/none.ipynb]")
    assert "notebooks/none.ipynb does not exist" in problems_of(write_study(text))[0]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("chapters: {notebooks/none.ipynb: a.b}", "notebooks/none.ipynb is none of the notebooks"),
        ("chapters: {notebooks/none.ipynb: ../a.py}", "chapters.notebooks/none.ipynb"),
        ("notebook_megabytes: 4", "notebook_megabytes"),
    ],
)
def test_wrong_chapter_or_limit_is_told_with_its_line(
    write_study: Write, small: str, line: str, said: str
) -> None:
    (problem,) = problems_of(write_study(f"{small}{line}\n"))
    assert said in problem
    assert problem.startswith(f"evaluation.yml:{len(small.splitlines()) + 1}")


def test_a_folder_without_a_study_says_so(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"no evaluation\.yml here or above"):
        find_study(tmp_path)


def test_the_study_is_found_from_a_folder_below(write_study: Write, small: str) -> None:
    root = write_study(small)
    below = root / "notebooks" / "deep"
    below.mkdir(parents=True)
    assert find_study(below).root == root.resolve()


def test_a_report_in_a_language_that_is_not_written_is_refused(study: Study) -> None:
    with pytest.raises(ProblemError, match="the study has no report in 'sv'"):
        study.report("sv")


def test_the_listing_tells_every_parameter_and_scenario(study: Study) -> None:
    text = list_parameters(study)
    assert "cutoff = 2022-04-30 when wave=2022, 2023-04-30 when wave=2023" in text
    assert "one or several, separated by commas, of 2019, 2020" in text
    assert "later_strict: a (wave=2023, confidence=0.99)" in text


def test_the_schema_holds_what_the_declaration_holds(study: Study) -> None:
    content = json.loads(schema(study))
    assert content["additionalProperties"] is False
    assert content["properties"]["wave"]["enum"] == ["2022", "2023"]
    assert content["properties"]["confidence"]["maximum"] == 0.999


def test_on_and_no_are_words_and_true_is_true(tmp_path: Path) -> None:
    (tmp_path / "a.yml").write_text("on: no\nflag: true\nday: 2022-06-03\n", encoding="utf-8")
    content, _ = read_yaml(tmp_path / "a.yml", "a.yml")
    assert content == {"on": "no", "flag": True, "day": date(2022, 6, 3)}


@pytest.mark.parametrize("text", ["", "# nothing here\n", "---\n", "~\n"])
def test_an_empty_declaration_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / "evaluation.yml").write_text(text, encoding="utf-8")
    with pytest.raises(ProblemError) as refused:
        load_study(tmp_path)
    (problem,) = refused.value.problems
    assert str(problem).startswith("evaluation.yml: is empty")


ENGLISH = """
name: fund
title: {en: A fund}
short_title: {en: Fund}
subtitle: {en: What came of it}
publisher: {en: The fund}
data: data
currency: GBP
parameters:
  calls:
    type: choices
    from: calls.year
    default: all
    label: {en: Calls}
    help: {en: Calls whose projects are examined.}
  theme:
    type: choice
    from: projects.theme
    choices: {all: {en: every theme}}
    default: all
    label: {en: Theme}
    help: {en: Theme of the project.}
dimensions:
  theme: {column: theme, of: project}
code_kinds:
  outcome: {role: result, label: {en: outcome}}
notebooks: []
reports: {}
"""


def _fund(write_study: Write, text: str = ENGLISH) -> Path:
    folder = write_study(text)
    data = folder / "data"
    data.mkdir(exist_ok=True)
    tables = [{"name": name, "path": f"{name}.csv"} for name in ("calls", "projects")]
    (data / "datapackage.json").write_text(json.dumps({"resources": tables}))
    (data / "calls.csv").write_text("year;name_en\n2020;Only\n2021;Spring\n2022;\n2021;Autumn\n")
    (data / "projects.csv").write_text("project_id,theme\n1,health\n2,\n3,soil\n")
    return folder


def test_a_study_of_one_language_needs_words_in_it_only(write_study: Write) -> None:
    study = load_study(_fund(write_study))
    assert study.declaration.languages == ("en",)
    assert study.declaration.title.in_language("fi") == "A fund"
    assert study.parameters().language == "en"
    assert problems_of(_fund(write_study, ENGLISH + "languages: [en, sv]\n"))[0].endswith(
        "title: has no words in sv"
    )


def test_choices_stand_in_tables(write_study: Write) -> None:
    study = load_study(_fund(write_study))
    calls = study.declaration.parameters["calls"].choices
    assert {name: text.en for name, text in calls.items()} == {
        "2020": "Only",
        "2021": "2021",
        "2022": "2022",
    }
    assert study.parameters().calls == ("2020", "2021", "2022")
    assert study.parameters({"theme": "soil"}).theme == "soil"
    assert problems_of(_fund(write_study, ENGLISH.replace("calls.year", "calls.yaer"))) == [
        f"evaluation.yml:{line(ENGLISH, 'from: calls')}: the table calls has no column 'yaer'"
    ]


def test_what_the_study_does_not_declare_has_its_default(write_study: Write) -> None:
    parameters = load_study(_fund(write_study)).parameters()
    assert (parameters.wave, parameters.cutoff, parameters.coder_rule) == ("all", date.max, "any")
    assert set(parameters.as_values()) == {"calls", "theme"}
    with pytest.raises(AttributeError, match="no parameter 'region'"):
        _ = parameters.region


def test_kinds_have_the_roles_they_are_declared_with(write_study: Write) -> None:
    declared = load_study(_fund(write_study)).declaration
    assert declared.kinds_of("result", "goal") == ("outcome",)
    assert declared.role_of("goal") is None
    assert Vocabulary().kinds_of("result", "goal") == ("goal", "result")


def test_a_dimension_is_a_parameter_with_choices(write_study: Write) -> None:
    text = ENGLISH + "  # more\n" + "raters: {}\n"
    text = text.replace("dimensions:\n", "dimensions:\n  area: {column: area}\n")
    assert problems_of(_fund(write_study, text)) == [
        f"evaluation.yml:{line(text, '  area:')}: area selects projects, but no parameter of "
        "that name is a choice"
    ]
