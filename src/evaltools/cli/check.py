"""Commands that look at a study: its data, its prose and its parameters."""

from __future__ import annotations

import json

import click

from evaltools.cli.main import main
from evaltools.cli.options import load_study_for_command
from evaltools.lint.problem_formats import as_errors, as_json, as_lines
from evaltools.lint.run import lint as problems_of
from evaltools.study import find_study
from evaltools.study.parameters import parameter_model, to_json
from evaltools.study.scenarios import read_saved
from evaltools.study.schema import ParameterDeclaration
from evaltools.study.study import Study


@main.command()
def check() -> None:
    """Check the study and all its data, and tell every problem."""
    # Loads pandas for a second, which `lint` and `parameters` need not wait for.
    from evaltools.evidence import load_descriptor, read_tables
    from evaltools.pipeline.study_checks import check_study
    from evaltools.report.material import check_findings

    study = load_study_for_command()
    told = check_study(study)
    check_findings(study, read_tables(study.data, load_descriptor(study.data)))
    click.echo(told)


@main.command()
@click.option("--format", "form", type=click.Choice(["text", "json", "github"]), default="text",
              help="Lines for people, JSON, or lines that editors jump from.")  # fmt: skip
def lint(form: str) -> None:
    """Check the prose of the reports: bare numbers, shares without denominators, claims."""
    study = find_study()
    problems = problems_of(study.root, list(study.declaration.reports))
    shown = {"text": as_lines, "json": as_json, "github": as_errors}[form](problems)
    click.echo(shown, nl=False)
    if problems:
        raise SystemExit(1)
    if form == "text":
        click.echo("The prose passes.")


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print the JSON Schema of the parameters.")
def parameters(as_json: bool) -> None:
    """List the study's parameters, their values and its scenarios."""
    study = find_study()
    click.echo(schema(study) if as_json else list_parameters(study))


def list_parameters(study: Study) -> str:
    """Every parameter with its default, what is allowed and what it means, then the scenarios."""
    lines = []
    for name, declaration in study.declaration.parameters.items():
        lines.append(f"{name} = {_default(declaration)}")
        lines.append(f"    {declaration.help.in_language('en')}")
        lines.append(f"    {describe_allowed(declaration)}")
    if study.scenario_names:
        lines.append("")
        lines.append("Scenarios (--scenario NAME):")
    for name in study.scenario_names:
        values = study.scenario_values(name).items()
        shown = ", ".join(f"{key}={_text(value)}" for key, value in values)
        declared = study.declaration.scenarios.get(name)
        told = (
            declared.help.in_language("en") if declared else read_saved(study.root, name)[0].title
        )
        lines.append(f"{name}: {told or 'saved while exploring'} ({shown})")
    return "\n".join(lines)


def describe_allowed(declaration: ParameterDeclaration) -> str:
    """What values a parameter takes."""
    if declaration.type == "choice":
        return "one of " + ", ".join(declaration.choices)
    if declaration.type == "choices":
        return "one or several, separated by commas, of " + ", ".join(declaration.choices)
    limits = f"{to_json(declaration.minimum)} to {to_json(declaration.maximum)}"
    return f"{declaration.type}, {limits}"


def schema(study: Study) -> str:
    """JSON Schema of the parameters, for forms and other programs."""
    model = parameter_model(study.declaration.parameters)
    content = model.model_json_schema()
    for name, declaration in study.declaration.parameters.items():
        field = content["properties"][name]
        field["title"] = declaration.label.in_language("en")
        field["description"] = declaration.help.in_language("en")
        if declaration.type == "choice":
            field["enum"] = list(declaration.choices)
        elif declaration.type == "choices":
            field["items"] = {"enum": list(declaration.choices)}
        elif declaration.type in ("integer", "number"):
            field |= {"minimum": declaration.minimum, "maximum": declaration.maximum}
    return json.dumps(content, ensure_ascii=False, indent=2)


def _default(declaration: ParameterDeclaration) -> str:
    rule = declaration.derived
    if rule is None:
        return _text(declaration.default)
    return ", ".join(f"{_text(v)} when {rule.by}={k}" for k, v in rule.values.items())


def _text(value: object) -> str:
    shown = to_json(value)
    return ",".join(map(str, shown)) if isinstance(shown, list) else str(shown)
