"""What a study's parameters are and may be, told to people and to programs."""

from __future__ import annotations

import json

from evaltools.study.parameters import parameter_model, to_json
from evaltools.study.scenarios import read_saved
from evaltools.study.schema import ParameterDeclaration
from evaltools.study.study import Study


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
