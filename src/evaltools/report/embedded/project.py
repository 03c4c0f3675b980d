"""The project's options, merged in Quarto's order, each checked to be one this renderer knows.

`_quarto.yml` < `_quarto-<profile>.yml` < `_metadata.yml` from the project folder down to the
document's < front matter; in each of them `format: <name>:` wins over the top.
"""

from __future__ import annotations

import dataclasses
import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from evaltools.problems import Problem
from evaltools.report.embedded.format_context import LANGUAGES, options, words
from evaltools.report.embedded.source import Source, inside, located, relative
from evaltools.report.embedded.yamltext import Level, merge, read_level


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
            top = {
                key: value
                for key, value in level.values.items()
                if key not in {"format", "project", "profile"}
            }
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
        merged = self.format(name)
        language = self.language(name)
        chosen = dict(words(language))
        override = merged.get("language")
        if isinstance(override, Mapping):
            flat = {key: value for key, value in override.items() if isinstance(value, str)}
            own = override.get(language)
            chosen.update(flat)
            chosen.update(own if isinstance(own, Mapping) else {})
        return {key: str(value) for key, value in chosen.items()}

    def language(self, name: str) -> str:
        """`fi`, `sv` or `en`."""
        return str(self.format(name).get("lang", "en")).split("-")[0].lower()


def read_project(
    root: Path, document: Path, source: Source, profiles: Sequence[str]
) -> tuple[Project, list[Problem]]:
    """Read and check every option that concerns a document.

    Arguments:
        root: project folder with `_quarto.yml`. document: the .qmd file.
        source: the document's text, for its front matter.
        profiles: profiles asked for; the project's own default where none are.

    Returns the options, and problems.
    """
    problems: list[Problem] = []
    levels: list[Level] = []
    base = _file(root, root / "_quarto.yml", problems)
    if base is None:
        problems.append(
            Problem(
                "_quarto.yml",
                "there is no such file in the project folder",
                remedy="Render a staged project",
                code="render.project",
            )
        )
    else:
        levels.append(base)
    if (root / "_quarto.yml.local").exists():
        problems.append(
            Problem(
                "_quarto.yml.local",
                "local options are not read",
                remedy="Use a profile",
                code="render.project",
            )
        )
    active = tuple(profiles) or _default_profiles(levels)
    for profile in active:
        level = _file(root, root / f"_quarto-{profile}.yml", problems)
        if level is not None:
            levels.append(level)
    folders = [document.parent, *document.parent.parents]
    below = [folder for folder in folders if inside(root, folder)]
    for folder in reversed(below):
        level = _file(root, folder / "_metadata.yml", problems)
        if level is not None:
            levels.append(level)
    front = "\n".join(line.text for line in source.front)
    levels.append(read_level(front, relative(root, document), 2, problems))
    variables = _file(root, root / "_variables.yml", problems) or Level("_variables.yml", {})
    for level in levels:
        problems.extend(_check(level))
    levels = [with_paths(root, level, problems) for level in levels]
    project = Project(root, document, tuple(levels), active, variables)
    problems.extend(_check_values(project))
    return project, problems


def _file(root: Path, path: Path, problems: list[Problem]) -> Level | None:
    if not path.is_file():
        return None
    if not inside(root, path):
        problems.append(
            Problem(path.name, "links to a file outside the project", code="render.project")
        )
        return None
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        problems.append(Problem(f"{relative(root, path)}:1", "not UTF-8", code="render.encoding"))
        return None
    return read_level(text, relative(root, path), 1, problems)


def _default_profiles(levels: Iterable[Level]) -> tuple[str, ...]:
    for level in levels:
        profile = level.values.get("profile")
        if isinstance(profile, Mapping):
            default = profile.get("default", [])
            names = [default] if isinstance(default, str) else list(default)
            group = profile.get("group", [])
            groups = group if group and isinstance(group[0], list) else [group] if group else []
            names += [str(each[0]) for each in groups if not set(each) & set(names)]
            return tuple(map(str, names))
    return ()


def _check(level: Level) -> list[Problem]:
    known = options()
    problems: list[Problem] = []

    def refuse(keys: tuple[str, ...], what: str, allowed: str = "", remedy: str = "") -> None:
        problems.append(Problem(level.where(*keys), what, allowed, remedy, "render.option"))

    common = {*known["used"]["all"], *known["idle"]["all"]}
    for key, value in level.values.items():
        if key in known["refused"]:
            refuse(
                (key,),
                f"option {key} is not supported by the embedded renderer",
                remedy="Remove it, or render with Quarto",
            )
        elif key == "format":
            _check_formats(level, value, common, refuse)
        elif key == "project":
            _check_project(value, refuse)
        elif key == "crossref" and isinstance(value, Mapping):
            for name in value:
                if name not in known["crossref"]:
                    refuse(
                        ("crossref", str(name)),
                        f"crossref option {name} is not supported",
                        ", ".join(known["crossref"]),
                    )
        elif key not in common:
            near = difflib.get_close_matches(str(key), sorted(common), 1, 0.88)
            if near:
                refuse(
                    (str(key),), f"option {key} is unknown", remedy=f"Possibly misspelt {near[0]}"
                )
    return problems


def _check_formats(level: Level, value: Any, common: set[str], refuse: Any) -> None:
    known = options()
    if isinstance(value, str):
        value = {value: {}}
    if not isinstance(value, Mapping):
        refuse(("format",), "format is neither a name nor a mapping")
        return
    for name, own in value.items():
        if name not in known["formats"]:
            refuse(
                ("format", str(name)),
                f"format {name} is not supported",
                ", ".join(known["formats"]),
            )
            continue
        allowed = common | set(known["used"][name]) | set(known["idle"][name])
        for key in own if isinstance(own, Mapping) else ():
            if key not in allowed:
                near = difflib.get_close_matches(str(key), sorted(allowed), 1, 0.8)
                refuse(
                    ("format", name, str(key)),
                    f"option {key} of {name} is not supported",
                    remedy=f"Possibly misspelt {near[0]}"
                    if near
                    else "Remove it, or render with Quarto",
                )


def _check_project(value: Any, refuse: Any) -> None:
    known = options()["project"]
    for key, kind in value.items() if isinstance(value, Mapping) else ():
        if key == "type" and kind != "default":
            refuse(("project", "type"), f"project type {kind} is not supported", "default")
        elif key not in known["used"] and key not in known["idle"]:
            refuse(
                ("project", str(key)),
                f"project option {key} is not supported",
                remedy="Stage what it does before rendering",
            )


def _check_values(project: Project) -> list[Problem]:
    problems: list[Problem] = []
    for name in options()["formats"]:
        merged = project.format(name)

        def refuse(
            key: str, what: str, allowed: str = "", remedy: str = "", name: str = name
        ) -> None:
            where = project.where("format", name, key)
            if not any(("format", name, key) in level.lines for level in project.levels):
                where = project.where(key)
            problem = Problem(where, what, allowed, remedy, "render.option")
            if problem not in problems:
                problems.append(problem)

        if project.language(name) not in LANGUAGES:
            refuse("lang", f"language {merged.get('lang')} is not supported", ", ".join(LANGUAGES))
        if merged.get("citeproc", True) is not True:
            refuse("citeproc", "citations are always made by citeproc", "true")
        if name == "html" and merged.get("embed-resources", True) is not True:
            refuse("embed-resources", "HTML is always one self-contained file", "true")
        if name == "html" and merged.get("html-math-method", "mathml") != "mathml":
            refuse("html-math-method", "formulas are MathML", "mathml")
        if merged.get("date-format", "iso") not in {"iso", "full", "long", "medium", "short"}:
            refuse(
                "date-format",
                f"date-format {merged['date-format']} is not supported",
                "iso, full, long, medium, short",
            )
        for place in ("fig-cap-location", "tbl-cap-location"):
            if merged.get(place, "top") not in {"top", "bottom"}:
                refuse(place, f"{place} {merged[place]} is not supported", "top, bottom")
        if str(merged.get("date", "")) in {"today", "now", "last-modified"}:
            refuse("date", "the date follows the clock", remedy="Write the date out")
        output = str(merged.get("output-file", "report"))
        if Path(output).name != output or output.startswith("."):
            refuse("output-file", "the name of the output is no plain file name")
    return problems


KEYS = frozenset({"bibliography", "csl", "css", "reference-doc"})


def with_paths(root: Path, level: Level, problems: list[Problem]) -> Level:
    """A level whose file options are written from the project folder, with a leading slash.

    Arguments:
        root: project folder. level: options of one file.
        problems: takes files that are missing or outside the project, and filters that are not
            plain pandoc Lua filters.
    """
    base = root / PurePosixPath(level.path).parent

    def file(written: Any, *keys: str) -> str:
        name = str(written)
        path = located(root, base, name)
        if path is None or not path.is_file():
            what = "leaves the project folder" if path is None else "there is no such file"
            problems.append(
                Problem(level.where(*keys), f"{keys[-1]} {name}: {what}", code="render.option")
            )
            return "/"
        return "/" + path.resolve().relative_to(root.resolve()).as_posix()

    def resolved(values: Mapping[str, Any], *above: str) -> dict[str, Any]:
        result: dict[str, Any] = dict(values)
        for key in sorted(KEYS & set(values)):
            value = values[key]
            # A list, so that files given on several levels are all kept.
            many = value if isinstance(value, list) else [value]
            found = [file(item, *above, key) for item in many]
            result[key] = found if key in {"bibliography", "css"} else found[0]
        if "filters" in values:
            result["filters"] = _filters(values["filters"], level, above, file, problems)
        return result

    values = resolved(level.values)
    formats = values.get("format")
    if isinstance(formats, Mapping):
        values["format"] = {
            name: resolved(own, "format", name) if isinstance(own, Mapping) else own
            for name, own in formats.items()
        }
    return dataclasses.replace(level, values=values)


def _filters(
    written: Any, level: Level, above: tuple[str, ...], file: Any, problems: list[Problem]
) -> list[str]:
    """Filters by path; those after the entry `quarto` begin with `>`."""
    result: list[str] = []
    after = ""
    where = level.where(*above, "filters")
    for entry in written if isinstance(written, list) else [written]:
        name = entry
        place = ""
        if isinstance(entry, Mapping):
            name, place = entry.get("path"), entry.get("at", "")
            if place not in {"", "pre-quarto", "post-quarto"}:
                problems.append(
                    Problem(
                        where,
                        f"filter {name} at {place}",
                        "pre-quarto, post-quarto",
                        code="render.filter",
                    )
                )
        if name == "quarto":
            after = ">"
            continue
        if not str(name).endswith(".lua"):
            problems.append(
                Problem(
                    where,
                    f"filter {name} is an extension or no Lua filter",
                    remedy="Use a plain pandoc Lua filter",
                    code="render.filter",
                )
            )
            continue
        path = file(name, *above, "filters")
        prefix = ">" if place == "post-quarto" else "" if place == "pre-quarto" else after
        result.append(f"{prefix}{path}")
    return result
