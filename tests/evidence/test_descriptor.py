"""A descriptor from outside is checked before anything follows it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaltools.evidence import load_descriptor
from evaltools.files import is_safe_path, resolve_inside
from evaltools.problems import ProblemError

ROOT = Path(__file__).parents[2]


def problems(folder: Path) -> str:
    with pytest.raises(ProblemError) as error:
        load_descriptor(folder)
    return "\n".join(str(problem) for problem in error.value.problems)


def test_the_projects_own_descriptor_is_sound() -> None:
    descriptor = load_descriptor(ROOT / "data")
    assert descriptor.example
    assert descriptor.resource("projects").maximum_ratios[0].maximum == 0.85
    assert [one.name for one in descriptor.resource("segments").fields if one.verbatim] == [
        "quote",
        "prefix",
        "suffix",
    ]


def table(**changes: Any) -> dict[str, Any]:
    return {
        "name": "a",
        "path": "a.csv",
        "schema": {"fields": [{"name": "x", "type": "string"}, {"name": "y", "type": "number"}]},
    } | changes


def schema(**changes: Any) -> dict[str, Any]:
    return table(schema=table()["schema"] | changes)


def field(**changes: Any) -> dict[str, Any]:
    return schema(
        fields=[{"name": "x", "type": "string"} | changes, {"name": "y", "type": "number"}]
    )


AT = "data/datapackage.json, resource a"
PATH = (
    "is not a path of a table; allowed: a relative path below the data folder that ends in .csv, "
    "such as register/projects.csv [descriptor.invalid]"
)
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "up": (table(path="../a.csv"), f'{AT}: "../a.csv" {PATH}'),
    "absolute": (table(path="/etc/a.csv"), f'{AT}: "/etc/a.csv" {PATH}'),
    "address": (table(path="https://x/a.csv"), f'{AT}: "https://x/a.csv" {PATH}'),
    "drive": (table(path="C:\\a.csv"), f'{AT}: "C:\\a.csv" {PATH}'),
    "list": (table(path=["a.csv"]), f"{AT}: no path {PATH}"),
    "other kind": (table(path="a.exe"), f'{AT}: "a.exe" {PATH}'),
    "type": (
        field(type="strin"),
        f'{AT}, field x: the type "strin" is not known; allowed: string, integer, number, '
        'boolean, date. Did you mean "string"? [descriptor.invalid]',
    ),
    "constraint": (
        field(constraints={"requierd": True}),
        f'{AT}, field x: the constraint "requierd" is not known; allowed: required, unique, enum, '
        'pattern, minimum, maximum. Did you mean "required"? [descriptor.invalid]',
    ),
    "pattern": (
        field(constraints={"pattern": "("}),
        f'{AT}, field x: the pattern "(" is not a regular expression [descriptor.invalid]',
    ),
    "pattern of a number": (
        field(type="number", constraints={"pattern": "1"}),
        f"{AT}, field x: pattern is for strings [descriptor.invalid]",
    ),
    "minimum": (
        field(constraints={"minimum": 3}),
        f"{AT}, field x: minimum is for numbers and is a number [descriptor.invalid]",
    ),
    "enum": (
        field(constraints={"enum": [1]}),
        f"{AT}, field x: enum is not a list of strings [descriptor.invalid]",
    ),
    "key": (
        schema(primaryKey=["z"]),
        f'{AT}: primaryKey names the column "z", which it does not have [descriptor.invalid]',
    ),
    "hostile key": (
        schema(primaryKey=[{"a": []}]),
        f"{AT}: primaryKey names the column \"{{'a': []}}\", which it does not have "
        "[descriptor.invalid]",
    ),
    "reference": (
        schema(foreignKeys=[{"fields": "x", "reference": {"resource": "b", "fields": "x"}}]),
        f'{AT}: a foreign key refers to "b", which is not there [descriptor.invalid]',
    ),
    "reference column": (
        schema(foreignKeys=[{"fields": "x", "reference": {"resource": "a", "fields": "z"}}]),
        f'{AT}: the foreign key to a names the column "z", which it does not have '
        "[descriptor.invalid]",
    ),
    "uneven reference": (
        schema(foreignKeys=[{"fields": "x", "reference": {"resource": "a", "fields": ["x", "y"]}}]),
        f"{AT}: a foreign key has not as many fields as it refers to [descriptor.invalid]",
    ),
    "date order": (
        table(**{"evaltools:dateOrder": [["q"]]}),
        f'{AT}: evaltools:dateOrder names the column "q", which it does not have '
        "[descriptor.invalid]",
    ),
    "date order of text": (
        table(**{"evaltools:dateOrder": [["x", "y"]]}),
        f"{AT}: evaltools:dateOrder is for dates, but x is string, y is number "
        "[descriptor.invalid]",
    ),
    "ratio": (
        table(**{"evaltools:maximumRatio": [{"part": "y", "whole": "y"}]}),
        f"{AT}: evaltools:maximumRatio has no number as its maximum [descriptor.invalid]",
    ),
    "field twice": (
        schema(fields=[{"name": "x", "type": "string"}, {"name": "x", "type": "string"}]),
        f"{AT}, field x: the name stands twice [descriptor.invalid]",
    ),
    "no fields": (
        table(schema={}),
        f"{AT}: it has no schema with fields [descriptor.invalid]",
    ),
}


@pytest.mark.parametrize("kind", WRONG)
def test_a_wrong_descriptor_is_refused_with_its_place(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data").mkdir()
    content, message = WRONG[kind]
    (tmp_path / "data" / "datapackage.json").write_text(json.dumps({"resources": [content]}))
    assert problems(tmp_path / "data") == message


def test_everything_wrong_in_a_descriptor_is_told_at_once(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    document = {"resources": [field(type="text"), table(), {"title": "?"}]}
    (tmp_path / "data" / "datapackage.json").write_text(json.dumps(document))
    assert problems(tmp_path / "data").count("\n") == 2


Write = Callable[[Path], Any]

BROKEN: dict[str, tuple[Write, str]] = {
    "absent": (lambda p: None, "there is no such file"),
    "not JSON": (lambda p: p.write_text('{\n"a": }'), "not JSON: Expecting value, line 2"),
    "not UTF-8": (lambda p: p.write_bytes(b'{"a": "\xe4"}'), "the file is not UTF-8"),
    "a list": (lambda p: p.write_text("[]"), "it lists no resources"),
    "a key twice": (
        lambda p: p.write_text('{"resources": [], "resources": []}'),
        'the key "resources" stands twice in one object',
    ),
    "very deep": (lambda p: p.write_text("[" * 100_000), "nested too deeply"),
    "very large": (lambda p: p.write_text(" " * 5_000_001), "is too large (up to 5 MB are read)"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_no_descriptor_is_refused(tmp_path: Path, kind: str) -> None:
    (tmp_path / "data").mkdir()
    write, message = BROKEN[kind]
    write(tmp_path / "data" / "datapackage.json")
    found = problems(tmp_path / "data")
    assert found.startswith(f"data/datapackage.json: {message}")
    assert "\n" not in found


@pytest.mark.parametrize(
    "path", ["../a", "a/../../b", "/a", "a\\b", "C:a", "a\x00", "~/a", "", ".", "a/..", "a\u202eb",
             "nul .", "a/b ", "con|x"]
)  # fmt: skip
def test_paths_that_could_lead_elsewhere_are_not_safe(path: str) -> None:
    assert not is_safe_path(path)


def test_a_path_stays_inside_even_by_a_link(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "out").symlink_to(tmp_path)
    assert resolve_inside(tmp_path / "in", "out/x") is None
    assert resolve_inside(tmp_path / "in", "x/y.txt") == (tmp_path / "in" / "x" / "y.txt").resolve()
