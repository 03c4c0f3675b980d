"""Parameters: made from their declaration, checked before anything runs."""

from __future__ import annotations

import csv
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError, create_model

from evaltools.files import read_text
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study.schema import ParameterDeclaration
from evaltools.study.vocabulary import LANGUAGES, Language, Text

_Limited = TypeVar("_Limited", int, float, date)

_PYTHON_TYPES: dict[str, Any] = {
    "choice": str,
    "choices": tuple[str, ...],
    "date": date,
    "integer": int,
    "number": float,
}


UNDECLARED: Mapping[str, Any] = {
    "calls": (),
    "wave": "all",
    "cutoff": date.max,
    "estimand": "descriptive",
    "coder_rule": "any",
    "confidence": 0.95,
    "allocation": "equal",
    "minimum_cell": 1,
}
"""What holds for a parameter that the engine asks for and the study does not declare: every call,
every wave, no cut-off, and no more withheld than `disclosure` says. The language is the study's
first."""


READ_EVENT = "evaltools.parameter"
"""Audit event, with the name of a parameter, whenever its value is asked for."""
_WHOLE = frozenset(("__dict__", "dict", "json", "model_dump", "model_dump_json"))
"""Attributes by which all values are had at once."""


class Parameters(BaseModel):
    """Values of all parameters of a run, by attribute; frozen, unknown names refused.

    The fields are those that `evaluation.yml` declares, so a concrete class is made for each
    study by `parameter_model`. Those of `UNDECLARED` are there in any case.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    declarations: ClassVar[Mapping[str, ParameterDeclaration]] = {}
    undeclared: ClassVar[Mapping[str, Any]] = UNDECLARED

    def __getattr__(self, name: str) -> Any:  # asked only for what is no field
        if name in self.undeclared:
            return self.undeclared[name]
        raise AttributeError(f"the study declares no parameter '{name}'")

    if not TYPE_CHECKING:  # a checker of types shall not think that every name is there

        def __getattribute__(self, name: str) -> Any:
            declared = type(self).declarations
            if name in declared:
                sys.audit(READ_EVENT, name)
            elif name in _WHOLE:
                for each in declared:
                    sys.audit(READ_EVENT, each)
            return super().__getattribute__(name)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """The same but for some values, which are taken as they are; reads none of the others."""
        values = object.__getattribute__(self, "__dict__") | dict(update or {})
        return type(self).model_construct(**values)

    def __eq__(self, other: object) -> bool:
        """Equal values are equal parameters, however often the study was read."""
        return isinstance(other, Parameters) and self.as_values() == other.as_values()

    def __hash__(self) -> int:
        return hash(repr(self.as_values()))

    def as_values(self) -> dict[str, Any]:
        """The parameters as plain JSON values, in the order of their declaration."""
        return {name: to_json(getattr(self, name)) for name in self.declarations}

    def changed(self) -> dict[str, Any]:
        """Those that differ from their default, as plain values."""
        usual = defaults(self.declarations, {})
        values = self.as_values()
        derived = {name for name, item in self.declarations.items() if item.derived}
        follows = resolve_derived(self.declarations, values, derived)
        return {
            name: value
            for name, value in values.items()
            if value != to_json(follows[name] if name in derived else usual[name])
        }

    def slug(self) -> str:
        """A folder name for this set of values: `calls-2020_wave-2023`, or `default`."""
        parts = []
        for name, value in self.changed().items():
            shown = "-".join(value) if isinstance(value, list) else str(value)
            parts.append(f"{name}-{shown}".replace("_", "-"))
        return re.sub(r"[^A-Za-z0-9._-]", "-", "_".join(parts))[:120] or "default"


def to_json(value: Any) -> Any:
    """A parameter value as JSON knows it: dates as ISO text, tuples as lists."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [to_json(item) for item in value]
    return value


def validator_for(declaration: ParameterDeclaration) -> Callable[[Any], Any]:
    """The function that turns what a person typed, or a notebook holds, into a valid value."""

    labelled = _choices_by_label(declaration)
    allowed = ", ".join(declaration.choices)

    def one_choice(value: Any) -> str:
        if isinstance(value, list | tuple | dict):
            raise ValueError(f"several values where one is allowed of {allowed}")
        text = str(value).strip()
        if text in declaration.choices:
            return text
        called = labelled.get(_plain(text), ())
        if len(called) == 1:
            return called[0]
        if called:
            raise ValueError(f"'{text}' is what {', '.join(called)} are called: give one of these")
        # YAML and spreadsheets take the zeros before a code away.
        near = [code for code in declaration.choices if code.lstrip("0") == text.lstrip("0") != ""]
        near = near or get_close_matches(text, declaration.choices, 1)
        hint = f" (did you mean {near[0]}?)" if near else ""
        if not near and (alike := get_close_matches(_plain(text), labelled, 1)):
            code = labelled[alike[0]][0]
            label = next(
                one for one in _labels(declaration.choices[code]) if _plain(one) == alike[0]
            )
            hint = f" (did you mean {code}, {label}?)"
        raise ValueError(f"'{text}' is not one of {allowed}{hint}")

    def several(value: Any) -> tuple[str, ...]:
        items = value
        if isinstance(value, str):  # a label may have a comma in it
            items = [value] if _plain(value) in labelled else value.split(",")
        if not isinstance(items, list | tuple):
            items = [items]
        chosen = {one_choice(item) for item in items}
        if not chosen:
            raise ValueError("at least one is needed")
        return tuple(choice for choice in declaration.choices if choice in chosen)

    def day(value: Any) -> date:
        if isinstance(value, datetime):
            value = value.date()
        found = value if isinstance(value, date) else _read_date(str(value).strip())
        return within(found)

    def whole(value: Any) -> int:
        if isinstance(value, bool) or not re.fullmatch(r"[+-]?\d{1,9}", str(value).strip()):
            raise ValueError(f"'{value}' is not a whole number{_limits_of(declaration)}")
        return within(int(str(value).strip()))

    def number(value: Any) -> float:
        text = str(value).strip().replace(",", ".")
        if isinstance(value, bool) or not re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)", text):
            raise ValueError(f"'{value}' is not a number{_limits_of(declaration)}")
        return within(float(text))

    def within(value: _Limited) -> _Limited:
        low, high = declaration.minimum, declaration.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            if high is None:
                raise ValueError(f"{to_json(value)} is below {to_json(low)}")
            if low is None:
                raise ValueError(f"{to_json(value)} is above {to_json(high)}")
            raise ValueError(f"{to_json(value)} is outside {to_json(low)} to {to_json(high)}")
        return value

    readers: dict[str, Callable[[Any], Any]] = {
        "choice": one_choice,
        "choices": several,
        "date": day,
        "integer": whole,
        "number": number,
    }
    return readers[declaration.type]


def _limits_of(declaration: ParameterDeclaration) -> str:
    """What a number must lie in, to be said behind what it must be; empty without limits."""
    low, high = to_json(declaration.minimum), to_json(declaration.maximum)
    if low is None:
        return "" if high is None else f" of at most {high}"
    return f" of at least {low}" if high is None else f" from {low} to {high}"


def _choices_by_label(declaration: ParameterDeclaration) -> dict[str, tuple[str, ...]]:
    """Choices by what they are called, in any language; several where they are called alike."""
    found: dict[str, dict[str, None]] = {}
    for choice, label in declaration.choices.items():
        for text in _labels(label):
            found.setdefault(_plain(text), {})[choice] = None
    return {label: tuple(choices) for label, choices in found.items()}


def _labels(label: Text) -> list[str]:
    return [text for language in LANGUAGES if (text := getattr(label, language))]


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def _read_date(text: str) -> date:
    dotted = re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})", text)
    try:
        if dotted:
            return date(int(dotted[3]), int(dotted[2]), int(dotted[1]))
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
            return date.fromisoformat(text)
    except ValueError:
        raise ValueError(f"'{text}' is not a day of the calendar") from None
    raise ValueError(f"'{text}' is not a date such as 2022-04-30 or 30.4.2022")


def parameter_model(
    declarations: Mapping[str, ParameterDeclaration], language: Language = LANGUAGES[0]
) -> type[Parameters]:
    """The pydantic model of a study's parameters; the language is that of a study with one."""
    fields: dict[str, Any] = {
        name: (Annotated[_PYTHON_TYPES[item.type], BeforeValidator(validator_for(item))], ...)
        for name, item in declarations.items()
    }
    model = create_model("StudyParameters", __base__=Parameters, **fields)
    model.declarations = dict(declarations)
    model.undeclared = {**UNDECLARED, "language": language}
    return model


def defaults(
    declarations: Mapping[str, ParameterDeclaration], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Given values, and the default of every parameter that is not given.

    A given None stands for the default, so that a notebook can leave a derived value open.
    """
    values = {
        name: item.default
        for name, item in declarations.items()
        if not item.derived and given.get(name) is None
    }
    values |= {name: value for name, value in given.items() if value is not None}
    open_names = {n for n, item in declarations.items() if item.derived and n not in values}
    return values | resolve_derived(declarations, values, open_names)


def resolve_derived(
    declarations: Mapping[str, ParameterDeclaration], values: Mapping[str, Any], names: set[str]
) -> dict[str, Any]:
    """The values that follow from other parameters; None where the other value is wrong."""
    resolved: dict[str, Any] = {}
    for name in sorted(names):
        rule = declarations[name].derived
        if rule is not None:
            resolved[name] = rule.values.get(str(values.get(rule.by)))
    return resolved


def make_parameters(
    declarations: Mapping[str, ParameterDeclaration],
    given: Mapping[str, Any],
    where: Callable[[str], str] = lambda name: f"parameter {name}",
    language: Language = LANGUAGES[0],
) -> Parameters:
    """Check all values at once and make the parameters of a run.

    Arguments:
        given: values by name, as text from the command line or plain values from a notebook.
        where: how to tell where a value was given.
        language: the study's first, in which its words are where it declares no such parameter.

    Raises:
        ProblemError: with a problem for every unknown name and every wrong value.
    """
    problems = []
    for name in given:
        if name not in declarations:
            near = get_close_matches(name, declarations, 1)
            remedy = f"Did you mean {near[0]}?" if near else ""
            problems.append(
                Problem(
                    where(name), "no such parameter", ", ".join(declarations), remedy,
                    "parameter.unknown",
                )
            )  # fmt: skip
    known = {name: value for name, value in given.items() if name in declarations}
    values = defaults(declarations, known)
    try:
        made = parameter_model(declarations, language).model_validate(values)
    except ValidationError as error:
        for item in error.errors():
            name = str(item["loc"][0])
            rule = declarations[name].derived
            if rule is not None and name not in known:
                continue  # it follows from another value, and that one is told already
            message = str(item["msg"]).removeprefix("Value error, ")
            problems.append(Problem(where(name), message, code="parameter.value"))
        refuse(problems)
        raise
    if problems:
        raise ProblemError(problems)
    return made


_LARGEST = 20_000_000
_LABELS = ("label", "name", "subject")


def choices_from(
    data: Path, source: str, languages: tuple[Language, ...], where: str
) -> dict[str, Text]:
    """Each value of a column once, in the order of the rows, with its label in each language.

    Arguments:
        data: the data folder.
        source: `table.column`.
        languages: in which labels are looked for, in `label_xx`, `name_xx` or `subject_xx`, or
            the same without a language; the value itself where there is none, or where rows of
            the value are called differently, so that no name is its own.
        where: what is wrong is told of this place.

    Raises:
        ProblemError: there is no such table or column.
    """
    table, _, column = source.partition(".")
    rows = _rows(data, table, where)
    header = next(rows, [])
    if column not in header:
        raise _refused(where, f"the table {table} has no column '{column}'", ", ".join(header))
    found: dict[str, dict[str, str]] = {}
    for cells in rows:
        row = dict(zip(header, cells, strict=False))
        value = row.get(column, "").strip()
        if not value:
            continue
        labels: dict[str, str] = {one: _label(row, one) or value for one in languages}
        if found.setdefault(value, labels) != labels:
            found[value] = dict.fromkeys(labels, value)
    return {value: Text.model_validate(labels) for value, labels in found.items()}


def _label(row: dict[str, str], language: str) -> str:
    names = [f"{name}_{language}" for name in _LABELS] + list(_LABELS)
    return next((row[name].strip() for name in names if row.get(name, "").strip()), "")


def _rows(data: Path, table: str, where: str) -> Iterator[list[str]]:
    try:
        descriptor = json.loads(read_text(data / "datapackage.json", "datapackage.json", _LARGEST))
        paths = {one["name"]: one["path"] for one in descriptor["resources"]}
    except (ProblemError, ValueError, KeyError, TypeError):
        raise _refused(where, "datapackage.json cannot be read", "a list of tables") from None
    if table not in paths:
        raise _refused(where, f"there is no table '{table}'", ", ".join(paths))
    path = Path(str(paths[table]))
    if path.is_absolute() or ".." in path.parts:
        raise _refused(where, f"{path} leads out of the data folder", "a path below it")
    try:
        text = read_text(data / path, path.as_posix(), _LARGEST)
    except ProblemError as error:
        expected = "choices are read from a table that is a .csv file in UTF-8"
        raise _refused(where, f"{path.as_posix()} {error.problems[0].what}", expected) from None
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    yield from csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter)


def _refused(where: str, what: str, allowed: str) -> ProblemError:
    remedy = "Correct `from:`, or list the choices."
    return ProblemError([Problem(where, what, allowed, remedy, "study.choices")])
