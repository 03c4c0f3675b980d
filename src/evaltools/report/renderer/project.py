"""The project's options, merged in Quarto's order, each checked to be one this renderer knows.

`_quarto.yml` < `_quarto-<profile>.yml` < `_metadata.yml` from the project folder down to the
document's < front matter; in each of them `format: <name>:` wins over the top. Options that name
files are relative to the file that gives them.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

import yaml

from evaltools.problems import Problem
from evaltools.report.renderer.format_context import LANGUAGES, options, words
from evaltools.report.renderer.located_problems import (
    Source,
    is_inside,
    relative_name,
    resolve_path,
)
from evaltools.yaml_text import CoreLoader, Location, RefusedYaml, line_numbers, load_yaml

_FILES = ("bibliography", "csl", "css", "reference-doc")
_PLACES = ("", "pre-quarto", "post-quarto")
_DATE_FORMATS = ("iso", "full", "long", "medium", "short")
_OR_QUARTO = "Remove it, or render with Quarto"


@dataclass(frozen=True)
class Level:
    """One YAML text: its values, and where each key stands."""

    path: str
    values: Mapping[str, Any]
    lines: Mapping[Location, int] = field(default_factory=dict)

    def where(self, *keys: str) -> str:
        """`_quarto.yml:12` for a key given by its path; the nearest parent that has a line."""
        for count in range(len(keys), 0, -1):
            if keys[:count] in self.lines:
                return f"{self.path}:{self.lines[keys[:count]]}"
        return f"{self.path}:1"


def read_level(text: str, path: str, first: int, problems: list[Problem]) -> Level:
    """Read a YAML mapping."""
    line, what = first, ""
    try:
        values, node = load_yaml(text, CoreLoader)
        if isinstance(values, dict):
            return Level(path, values, line_numbers(node, first))
        what = "" if node is None else "not a mapping of options to values"
    except yaml.MarkedYAMLError as error:
        line += error.problem_mark.line if error.problem_mark else 0
        what = "" if isinstance(error, RefusedYaml) else "not YAML: "
        what += str(error.problem)
    except (yaml.YAMLError, ValueError, TypeError) as error:
        what = f"not YAML: {error}"
    if what:
        problems.append(Problem(f"{path}:{line}", what, code="render.yaml"))
    return Level(path, {})


def merge(base: Any, over: Any) -> Any:
    """Two option values in Quarto's way: mappings by key, lists one after the other, once each."""
    if isinstance(base, Mapping) and isinstance(over, Mapping):
        result = dict(base)
        for key, value in over.items():
            result[key] = merge(base[key], value) if key in base else value
        return result
    if isinstance(base, list) and isinstance(over, list):
        joined: list[Any] = []
        for item in [*base, *over]:
            if item not in joined:
                joined.append(item)
        return joined
    return over


@dataclass(frozen=True)
class Project:
    """One document's options.

    Arguments:
        root: the project folder. document: the .qmd file.
        levels: YAML texts, weakest first.
        profiles: active profiles, in order.
        variables: `_variables.yml`.
    """

    root: Path
    document: Path
    levels: tuple[Level, ...]
    profiles: tuple[str, ...]
    variables: Level

    def format(self, name: str) -> dict[str, Any]:
        """All options and metadata of one format, merged."""
        merged: dict[str, Any] = {}
        for level in self.levels:
            apart = {"format", "project", "profile"}
            top = {key: value for key, value in level.values.items() if key not in apart}
            formats = level.values.get("format")
            own = formats.get(name) if isinstance(formats, Mapping) else None
            merged = merge(merged, merge(top, own) if isinstance(own, Mapping) else top)
        return merged

    def where(self, *keys: str) -> str:
        """Where an option that counts is given: the strongest level that has it."""
        for level in reversed(self.levels):
            if keys in level.lines:
                return level.where(*keys)
        return self.levels[-1].where() if self.levels else "_quarto.yml:1"

    def words(self, name: str) -> dict[str, str]:
        """The words of a format's language with the project's overrides."""
        language = self.language(name)
        chosen: dict[str, Any] = dict(words(language))
        override = self.format(name).get("language")
        if isinstance(override, Mapping):
            chosen |= {key: value for key, value in override.items() if isinstance(value, str)}
            own = override.get(language)
            chosen |= own if isinstance(own, Mapping) else {}
        return {key: str(value) for key, value in chosen.items()}

    def language(self, name: str) -> str:
        """`fi`, `sv` or `en`."""
        return str(self.format(name).get("lang", "en")).split("-")[0].lower()


def read_project(
    root: Path, document: Path, source: Source, profiles: Sequence[str]
) -> tuple[Project, list[Problem]]:
    """Read and check every option that concerns a document, front matter and profiles included."""
    problems: list[Problem] = []

    def add(path: str, what: str, remedy: str) -> None:
        problems.append(Problem(path, what, "", remedy, "render.project"))

    base = _read_file(root, root / "_quarto.yml", problems)
    if base is None:
        add("_quarto.yml", "there is no such file in the project folder", "Render a staged project")
    if (root / "_quarto.yml.local").exists():
        add("_quarto.yml.local", "local options are not read", "Use a profile")
    active = tuple(profiles) or _default_profiles(base)
    folders = [
        each for each in (document.parent, *document.parent.parents) if is_inside(root, each)
    ]
    files = [root / f"_quarto-{profile}.yml" for profile in active]
    files += [folder / "_metadata.yml" for folder in reversed(folders)]
    read = [base, *(_read_file(root, path, problems) for path in files)]
    front = "\n".join(line.text for line in source.front)
    read.append(read_level(front, relative_name(root, document), 2, problems))
    variables = _read_file(root, root / "_variables.yml", problems) or Level("_variables.yml", {})
    levels = [level for level in read if level is not None]
    for level in levels:
        problems += _check_names(level)
    located_levels = tuple(_resolve_paths(root, level, problems) for level in levels)
    project = Project(root, document, located_levels, active, variables)
    return project, [*problems, *dict.fromkeys(_check_values(project))]


def _read_file(root: Path, path: Path, problems: list[Problem]) -> Level | None:
    if not path.is_file():
        return None
    if not is_inside(root, path):
        what = "links to a file outside the project"
        problems.append(Problem(path.name, what, code="render.project"))
        return None
    name = relative_name(root, path)
    try:
        return read_level(path.read_bytes().decode("utf-8-sig"), name, 1, problems)
    except UnicodeDecodeError:
        problems.append(Problem(f"{name}:1", "not UTF-8", code="render.encoding"))
        return None


def _default_profiles(base: Level | None) -> tuple[str, ...]:
    profile = base.values.get("profile") if base is not None else None
    if not isinstance(profile, Mapping):
        return ()
    default = profile.get("default", [])
    names = [default] if isinstance(default, str) else list(default)
    group = profile.get("group", [])
    groups = group if group and isinstance(group[0], list) else [group] if group else []
    names += [str(each[0]) for each in groups if not set(each) & set(names)]
    return tuple(map(str, names))


def _check_names(level: Level) -> Iterable[Problem]:
    """Options that are unknown, misspelt or refused."""
    known = options()
    common = {*known["used"]["all"], *known["idle"]["all"]}

    def problem(keys: Sequence[Any], what: str, allowed: str = "", remedy: str = "") -> Problem:
        return Problem(level.where(*map(str, keys)), what, allowed, remedy, "render.option")

    for key, value in level.values.items():
        if key in known["refused"]:
            what = f"option {key} is not supported by the embedded renderer"
            yield problem([key], what, remedy=_OR_QUARTO)
        elif key == "format":
            formats = {value: {}} if isinstance(value, str) else value
            if not isinstance(formats, Mapping):
                yield problem([key], "format is neither a name nor a mapping")
                continue
            for name, own in formats.items():
                if name in known["formats-of-quarto"]:
                    continue
                if name not in known["formats"]:
                    what, allowed = f"format {name} is not supported", ", ".join(known["formats"])
                    yield problem([key, name], what, allowed)
                    continue
                taken = common | set(known["used"][name]) | set(known["idle"][name])
                for each in own if isinstance(own, Mapping) else ():
                    if each not in taken:
                        remedy = _suggest_key(each, taken, 0.8) or _OR_QUARTO
                        what = f"option {each} of {name} is not supported"
                        yield problem([key, name, each], what, remedy=remedy)
        elif key == "project":
            own = known["project"]
            for name, kind in value.items() if isinstance(value, Mapping) else ():
                if name == "type" and kind != "default":
                    yield problem([key, name], f"project type {kind} is not supported", "default")
                elif name not in own["used"] and name not in own["idle"]:
                    what = f"project option {name} is not supported"
                    yield problem([key, name], what, remedy="Stage what it does before rendering")
        elif key == "crossref" and isinstance(value, Mapping):
            for name in value:
                if name not in known["crossref"]:
                    what = f"crossref option {name} is not supported"
                    yield problem([key, name], what, ", ".join(known["crossref"]))
        elif key not in common and (remedy := _suggest_key(key, common, 0.88)):
            yield problem([key], f"option {key} is unknown", remedy=remedy)


def _suggest_key(key: Any, known: Iterable[str], cutoff: float) -> str:
    near = difflib.get_close_matches(str(key), sorted(known), 1, cutoff)
    return f"Possibly misspelt {near[0]}" if near else ""


def _check_values(project: Project) -> Iterable[Problem]:
    """Values that this renderer cannot carry out."""
    for name in options()["formats"]:
        merged = project.format(name)
        given = {keys for level in project.levels for keys in level.lines}
        output = str(merged.get("output-file", "report"))
        # key, whether it is as it should be, what is wrong, what is allowed
        checks = [
            ("lang", project.language(name) in LANGUAGES,
             f"language {merged.get('lang')} is not supported", ", ".join(LANGUAGES)),
            ("citeproc", merged.get("citeproc", True) is True,
             "citations are always made by citeproc", "true"),
            ("embed-resources", name != "html" or merged.get("embed-resources", True) is True,
             "HTML is always one self-contained file", "true"),
            ("html-math-method",
             name != "html" or merged.get("html-math-method", "mathml") == "mathml",
             "formulas are MathML", "mathml"),
            ("date-format", merged.get("date-format", "iso") in _DATE_FORMATS,
             f"date-format {merged.get('date-format')} is not supported", ", ".join(_DATE_FORMATS)),
            *((place, merged.get(place, "top") in {"top", "bottom"},
               f"{place} {merged.get(place)} is not supported", "top, bottom")
              for place in ("fig-cap-location", "tbl-cap-location")),
            ("date", str(merged.get("date", "")) not in {"today", "now", "last-modified"},
             "the date follows the clock", ""),
            ("output-file", Path(output).name == output and not output.startswith("."),
             "the name of the output is no plain file name", ""),
        ]  # fmt: skip
        for key, right, what, allowed in checks:
            if not right:
                keys = ("format", name, key) if ("format", name, key) in given else (key,)
                remedy = "Write the date out" if key == "date" else ""
                yield Problem(project.where(*keys), what, allowed, remedy, "render.option")


def _resolve_paths(root: Path, level: Level, problems: list[Problem]) -> Level:
    """A level whose file options are written from the project folder, with a leading slash."""
    base = root / PurePosixPath(level.path).parent

    def add(keys: Sequence[str], what: str, allowed: str, remedy: str, code: str) -> None:
        problems.append(Problem(level.where(*keys), what, allowed, remedy, code))

    def file(written: Any, keys: Sequence[str]) -> str:
        name = str(written)
        path = resolve_path(root, base, name)
        if path is not None and path.is_file():
            return "/" + path.resolve().relative_to(root.resolve()).as_posix()
        what = "leaves the project folder" if path is None else "there is no such file"
        add(keys, f"{keys[-1]} {name}: {what}", "", "", "render.option")
        return "/"

    def filters(written: Any, keys: Sequence[str]) -> list[str]:
        """Filters by path; those after the entry `quarto` begin with `>`."""
        result: list[str] = []
        after = ""
        for entry in written if isinstance(written, list) else [written]:
            name, place = entry, ""
            if isinstance(entry, Mapping):
                name, place = entry.get("path"), entry.get("at", "")
                if place not in _PLACES:
                    what, allowed = f"filter {name} at {place}", ", ".join(_PLACES[1:])
                    add(keys, what, allowed, "", "render.filter")
            if name == "quarto":
                after = ">"
            elif not str(name).endswith(".lua"):
                what = f"filter {name} is an extension or no Lua filter"
                add(keys, what, "", "Use a plain pandoc Lua filter", "render.filter")
            else:
                prefix = {"post-quarto": ">", "pre-quarto": ""}.get(place, after)
                result.append(f"{prefix}{file(name, keys)}")
        return result

    def resolved(values: Mapping[str, Any], *above: str) -> dict[str, Any]:
        result: dict[str, Any] = dict(values)
        for key in _FILES:
            if key in values:
                # A list, so that files given on several levels are all kept.
                many = values[key] if isinstance(values[key], list) else [values[key]]
                found = [file(item, (*above, key)) for item in many]
                result[key] = found if key in {"bibliography", "css"} else found[0]
        if "filters" in values:
            result["filters"] = filters(values["filters"], (*above, "filters"))
        return result

    values = resolved(level.values)
    formats = values.get("format")
    if isinstance(formats, Mapping):
        values["format"] = {
            name: resolved(own, "format", name) if isinstance(own, Mapping) else own
            for name, own in formats.items()
        }
    return dataclasses.replace(level, values=values)
