"""The study: what `evaluation.yml` declares, found from any folder below it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any

from pydantic import ValidationError

from evaltools.i18n.html_markup import describe_as_html
from evaltools.i18n.messages import Words
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study.parameters import Parameters, choices_from, make_parameters
from evaltools.study.phrases import own_phrases
from evaltools.study.place import FILE_NAME, locate_study
from evaltools.study.scenarios import list_saved, place_in, read_saved
from evaltools.study.schema import Companion, ReportTarget, StudyDeclaration
from evaltools.study.vocabulary import LANGUAGES, Language
from evaltools.yaml_text import line_of, read_yaml


@dataclass(frozen=True)
class Study:
    """A study on disk.

    Arguments:
        root: the folder of `evaluation.yml`.
        declaration: what the file says.
    """

    root: Path
    declaration: StudyDeclaration

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.root / self.declaration.data

    @property
    def build(self) -> Path:
        """Where runs and rendered reports are put."""
        return self.root / "reports" / "_build"

    @property
    def notebooks(self) -> tuple[Path, ...]:
        """The notebooks in the order of their chapters."""
        return tuple(self.root / path for path in self.declaration.notebooks)

    def parameters(
        self, given: Mapping[str, Any] | None = None, scenario: str | None = None
    ) -> Parameters:
        """Parameters of a run: defaults, then the scenario, then what is given.

        Raises:
            ProblemError: an unknown scenario, or every unknown name and wrong value at once.
        """
        values = self.scenario_values(scenario) if scenario else {}
        declared = self.declaration
        return make_parameters(
            declared.parameters, values | dict(given or {}), language=declared.languages[0]
        )

    def parameters_from(self, namespace: Mapping[str, Any]) -> Parameters:
        """Parameters that a notebook holds as variables after its parameters cell.

        A None stands for the default, which for a derived parameter follows from the others.

        Raises:
            ProblemError: a parameter that the notebook does not set, or a wrong value.
        """
        names = self.declaration.parameters
        refuse(
            Problem(
                "the notebook's parameters cell",
                f"does not set {name}",
                remedy=f"Add the line '{name} = None' for the default.",
                code="parameter.missing",
            )
            for name in names
            if name not in namespace
        )
        given = {name: namespace[name] for name in names}
        return make_parameters(names, given, language=self.declaration.languages[0])

    def words(self, language: Language) -> Words:
        """The words of a language as this study has them.

        Raises:
            ProblemError: `reports/words.yml` is wrong.
        """
        declared = self.declaration
        return Words(language, own_phrases(self.root, declared), declared.currency)

    def _repr_html_(self) -> str:
        """What a notebook shows of a study."""
        declared = self.declaration
        language = declared.languages[0]
        rows = [
            ("Folder", self.root.name),
            ("Languages", ", ".join(declared.languages)),
            ("Parameters", ", ".join(declared.parameters)),
            ("Scenarios", ", ".join(self.scenario_names)),
            ("Notebooks", ", ".join(path.stem for path in self.notebooks)),
        ]
        return describe_as_html(declared.title.in_language(language), rows)

    @property
    def scenario_names(self) -> tuple[str, ...]:
        """Names of all scenarios: those of `evaluation.yml`, then those that were saved."""
        declared = self.declaration.scenarios
        return (*declared, *(name for name in list_saved(self.root) if name not in declared))

    def scenario_values(self, name: str) -> dict[str, Any]:
        """The values of a named scenario, with those of the scenarios it builds on.

        Raises:
            ProblemError: no scenario has the name, or a saved one cannot be read or has unknown
                names or wrong values.
        """
        scenarios = self.declaration.scenarios
        if name in scenarios:
            scenario = scenarios[name]
            below = self.scenario_values(scenario.based_on) if scenario.based_on else {}
            return below | scenario.parameters
        if name in list_saved(self.root):
            saved, lines = read_saved(self.root, name)
            make_parameters(
                self.declaration.parameters,
                saved.parameters,
                lambda one: place_in(name, one, lines),
            )
            return dict(saved.parameters)
        near = get_close_matches(name, self.scenario_names, 1)
        remedy = f"Did you mean {near[0]}?" if near else ""
        what, allowed = f"no scenario is called '{name}'", ", ".join(self.scenario_names) or "none"
        raise ProblemError([Problem(FILE_NAME, what, allowed, remedy, "scenario.unknown")])

    def report(self, language: Language) -> ReportTarget:
        """The report in a language.

        Raises:
            ProblemError: the study has no report in that language.
        """
        reports = self.declaration.reports
        if language not in reports:
            where, what = "parameter language", f"the study has no report in '{language}'"
            remedy = f"Write reports/{language}/report.qmd and add it to reports in {FILE_NAME}."
            problem = Problem(where, what, ", ".join(reports), remedy, "report.language")
            raise ProblemError([problem])
        return reports[language]


def load_study(folder: Path) -> Study:
    """Read and check the `evaluation.yml` of a folder.

    Raises:
        ProblemError: everything that is wrong with it, each with its line.
    """
    content, lines = read_yaml(folder / FILE_NAME, FILE_NAME)
    title = content.get("title")
    if isinstance(title, dict) and "languages" not in content:
        content["languages"] = [name for name in LANGUAGES if name in title] or list(LANGUAGES)
    _add_files(content, folder)
    try:
        declaration = StudyDeclaration.model_validate(
            content, context={"languages": _languages(content)}
        )
    except ValidationError as error:
        raise ProblemError(
            Problem(
                f"{FILE_NAME}:{line_of(lines, item['loc'])}",
                f"{'.'.join(str(part) for part in item['loc'])}: {_message(item)}",
                code="study.declaration",
            )
            for item in sorted(error.errors(), key=lambda one: line_of(lines, one["loc"]))
        ) from None
    study = _with_choices(
        Study(folder.resolve(), declaration),
        lambda name: f"{FILE_NAME}:{line_of(lines, ('parameters', name, 'from'))}",
    )
    refuse(_inconsistencies(study, lambda *place: f"{FILE_NAME}:{line_of(lines, place)}"))
    return study


def _add_files(content: dict[str, Any], folder: Path) -> None:
    """The notebooks and reports that stand where they usually do, unless others are named."""
    if "notebooks" not in content:
        found = sorted(folder.glob("notebooks/*.ipynb"))
        content["notebooks"] = [path.relative_to(folder).as_posix() for path in found]
    if "reports" not in content:
        sources = {name: f"reports/{name}/report.qmd" for name in _languages(content)}
        content["reports"] = {
            name: {"source": source, "name": content.get("name")}
            for name, source in sources.items()
            if (folder / source).is_file()
        }


def _languages(content: Mapping[str, Any]) -> list[str]:
    """Those in which words are needed; a wrong list is told as such."""
    found = content.get("languages")
    return [name for name in LANGUAGES if name in found] if isinstance(found, list) else []


def _with_choices(study: Study, where: Callable[[str], str]) -> Study:
    """The study with the choices that stand in its tables."""
    declared = study.declaration
    problems: list[Problem] = []
    parameters = dict(declared.parameters)
    for name, item in declared.parameters.items():
        if item.table_column is None:
            continue
        try:
            labels = choices_from(study.data, item.table_column, declared.languages, where(name))
        except ProblemError as error:
            problems += error.problems
            continue
        choices = {
            **item.choices,
            **{key: labels[key] for key in labels if key not in item.choices},
        }
        update: dict[str, Any] = {"choices": choices}
        if item.type == "choices" and item.default == "all" and "all" not in choices:
            update["default"] = list(choices)
        parameters[name] = item.model_copy(update=update)
    refuse(problems)
    if parameters == declared.parameters:
        return study
    return replace(study, declaration=declared.model_copy(update={"parameters": parameters}))


def find_study(start: Path | None = None) -> Study:
    """The study of the folder named by EVALTOOLS_STUDY, or else around the current folder.

    Raises:
        ProblemError: there is no `evaluation.yml` in the folder or above it.
    """
    return load_study(locate_study(start))


def _message(item: Any) -> str:
    if item["type"] == "extra_forbidden":
        return "no such name is known here"
    return str(item["msg"]).removeprefix("Value error, ")


def _inconsistencies(study: Study, where: Callable[..., str]) -> list[Problem]:
    """What each part alone cannot see: defaults, scenarios and files that do not fit together."""
    declaration = study.declaration
    problems = []
    for name, item in declaration.parameters.items():
        rule = item.derived
        if rule is None:
            continue
        other = declaration.parameters.get(rule.by)
        place = where("parameters", name, "default")
        if other is None or other.type != "choice":
            problems.append(Problem(place, f"{name} follows from '{rule.by}', which is no choice"))
        elif missing := [choice for choice in other.choices if choice not in rule.values]:
            problems.append(Problem(place, f"{name} has no value for {', '.join(missing)}"))
    if not problems:
        problems += _wrong_values(declaration, where)
    for name in declaration.dimensions:
        rule_of = declaration.parameters.get(name)
        if rule_of is None or rule_of.type not in ("choice", "choices"):
            what = f"{name} selects projects, but no parameter of that name is a choice"
            allowed = ", ".join(declaration.parameters)
            problems.append(Problem(where("dimensions", name), what, allowed))
    for name in declaration.reports:
        if name not in declaration.languages:
            what = f"a report in '{name}', which is no language of the study"
            allowed = ", ".join(declaration.languages)
            problems.append(Problem(where("reports", name), what, allowed))
    for name in declaration.publication.languages if declaration.publication else ():
        if name not in declaration.languages:
            what = f"publication.languages: '{name}' is no language of the study"
            place = where("publication", "languages")
            problems.append(Problem(place, what, ", ".join(declaration.languages)))
    for made in declaration.companions:
        problems += _wrong_companion(declaration, made, where)
    problems += _wrong_reports_due(declaration, where)
    for path in declaration.notebooks:
        if not (study.root / path).is_file():
            problems.append(Problem(where("notebooks"), f"{path} does not exist"))
    for path in declaration.chapters:
        if path not in declaration.notebooks:
            what, allowed = f"{path} is none of the notebooks", ", ".join(declaration.notebooks)
            problems.append(Problem(where("chapters", path), what, allowed))
    return problems


def _wrong_companion(
    declaration: StudyDeclaration, made: Companion, where: Callable[..., str]
) -> Iterator[Problem]:
    """Sources that cannot be staged beside the reports, and a name that something else has."""
    kind = made.kind
    reports = declaration.reports.values()
    others = [each for each in declaration.companions if each.kind != kind]
    taken = {PurePosixPath(report.source).parent for report in reports}
    for other in others:
        taken |= {PurePosixPath(source).parent for source in other.sources.values()}
    names = {report.name for report in reports}
    names |= {name for other in others for name in _names_of(other)}
    for name in sorted(names & set(_names_of(made))):
        whose = "a report" if name in {report.name for report in reports} else "another document"
        what = f"{kind}.name: '{name}' is the name of {whose}"
        yield Problem(where(kind, "name"), what, "", "Give it another name.")
    for language, source in made.sources.items():
        place, path = where(kind, "sources", language), PurePosixPath(source)
        if language not in declaration.languages:
            what = f"{_CALLED[kind]} in '{language}', which is no language of the study"
            yield Problem(place, what, ", ".join(declaration.languages))
        if len(path.parts) != 3 or path.parts[0] != "reports" or path.suffix != ".qmd":
            what, allowed = f"{source} is no place for it", "reports/<folder>/<file>.qmd"
            yield Problem(place, what, allowed)
        elif path.parent in taken:
            what = f"{source} stands among the chapters of a report or beside another document"
            remedy = "Use another folder."
            yield Problem(place, what, "", remedy)


_CALLED = {"press_release": "a press release", "slides": "slides"}


def _names_of(made: Companion) -> tuple[str, ...]:
    return (made.name,) if isinstance(made.name, str) else tuple(made.name.values())


def _wrong_reports_due(declaration: StudyDeclaration, where: Callable[..., str]) -> list[Problem]:
    """Waves and years of `reports_due.calls` that the parameters do not know, or waves it lacks."""
    due = declaration.reports_due
    if due is None or due.calls is None:
        return []
    code, problems = "study.reports-due", []
    waves = _choices(declaration, "wave")
    if not waves:
        what = "reports_due.calls goes by wave, and no parameter of that name is a choice"
        remedy = "Declare the parameter wave, or name a column of days instead (after)."
        return [Problem(where("reports_due", "calls"), what, "", remedy, code)]
    for wave in due.calls:
        if wave not in waves:
            what, allowed = f"reports_due.calls: no wave is called '{wave}'", ", ".join(waves)
            problems.append(Problem(where("reports_due", "calls", wave), what, allowed, "", code))
    if missing := [wave for wave in waves if wave not in due.calls and wave != "all"]:
        what = f"reports_due.calls has no years for the wave {', '.join(missing)}"
        remedy = "Name the years of the calls whose reports can be due in it."
        problems.append(Problem(where("reports_due", "calls"), what, "", remedy, code))
    years = _choices(declaration, "calls")
    for wave, named in due.calls.items():
        for year in named:
            if years and year not in years:
                what = f"reports_due.calls: no call is of the year '{year}'"
                place = where("reports_due", "calls", wave)
                problems.append(Problem(place, what, ", ".join(years), "", code))
    return problems


def _choices(declaration: StudyDeclaration, name: str) -> list[str]:
    """Values that a parameter of choices can have; none where there is no such parameter."""
    parameter = declaration.parameters.get(name)
    return list(parameter.choices) if parameter else []


def _wrong_values(declaration: StudyDeclaration, where: Callable[..., str]) -> list[Problem]:
    problems: list[Problem] = []
    try:
        make_parameters(declaration.parameters, {}, lambda name: where("parameters", name))
    except ProblemError as error:
        return list(error.problems)
    for name, scenario in declaration.scenarios.items():
        seen, base = {name}, scenario.based_on
        while base is not None:
            if base in seen or base not in declaration.scenarios:
                what = "builds on itself" if base in seen else f"builds on unknown '{base}'"
                problems.append(Problem(where("scenarios", name, "based_on"), f"{name} {what}"))
                break
            seen.add(base)
            base = declaration.scenarios[base].based_on
        try:
            make_parameters(
                declaration.parameters,
                scenario.parameters,
                lambda key, name=name: where("scenarios", name, "parameters", key),  # type: ignore[misc]
            )
        except ProblemError as error:
            problems += error.problems
    return problems
