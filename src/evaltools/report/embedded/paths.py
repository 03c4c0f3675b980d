"""Options that name files: relative to the file that gives them, as Quarto has it."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any

from evaltools.problems import Problem
from evaltools.report.embedded.source import located
from evaltools.report.embedded.yamltext import Level

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
