"""A report rendered by Quarto.

Each format is rendered in a copy of the staged project. Two things are done to it that only help
Quarto: numbers are put into the text, since its reader looks through all that follows each
shortcode, which takes minutes before a long appendix; and for Word, notebooks keep figures as PNG
alone, since Quarto would take the SVG, which Word needs a picture beside.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from evaltools.problems import Problem, refuse
from evaltools.processes import end_group
from evaltools.report.quarto_messages import (
    Settings,
    Sources,
    last_lines,
    parse_problems,
    strip_terminal_codes,
)
from evaltools.report.quarto_program import REMEDY
from evaltools.report.renderer.format_context import QUARTO_SUFFIXES
from evaltools.report.renderer.located_problems import CODE_SPAN, Fences
from evaltools.report.renderer.shortcodes import ESCAPED, SHORTCODE
from evaltools.yaml_text import load_trusted

VECTOR, BITMAP = "image/svg+xml", "image/png"
# Where markdown would not be markdown: attributes, targets of links, formulas, tags.
_NOT_TEXT = re.compile(r"\{[^{}]*\}|\]\([^()]*\)|\$[^$]+\$|<[^<>]*>")
_PLAIN_START = re.compile(r"[\w\[]")


@dataclass(frozen=True)
class Quarto:
    """How Quarto is called.

    Arguments:
        command: its path.
        epoch: seconds since 1970 that count as now (SOURCE_DATE_EPOCH).
        seconds: wall-clock limit of one format.
        at_once: how many formats are rendered at the same time.
    """

    command: Path
    epoch: int = 0
    seconds: float = 600.0
    at_once: int = min(2, os.cpu_count() or 1)


def render(
    quarto: Quarto,
    project: Path,
    document: Path,
    formats: Sequence[str],
    output: Path,
    progress: Callable[[str], object],
) -> list[Path]:
    """Render a document of a staged project into its formats."""
    unknown = sorted(set(formats) - set(QUARTO_SUFFIXES))
    refuse(
        Problem("formats", f"no format is called '{item}'", ", ".join(QUARTO_SUFFIXES))
        for item in unknown
    )
    relative = document.resolve().relative_to(project.resolve())
    stop, turn = threading.Event(), threading.Lock()

    def emit(kind: str, line: str) -> None:
        with turn:
            progress(f"{kind}: {line}")

    with tempfile.TemporaryDirectory(prefix="evaltools-quarto-") as scratch:

        def one(kind: str) -> Path | list[Problem]:
            copy = Path(scratch).resolve() / kind
            shutil.copytree(project, copy, ignore=_list_links)
            prepare_quarto_copy(copy, kind)
            return _render_format(quarto, Sources(copy, relative), kind, partial(emit, kind), stop)

        ordered = list(dict.fromkeys(formats))
        with ThreadPoolExecutor(quarto.at_once) as pool:
            try:
                results = dict(zip(ordered, pool.map(one, ordered), strict=True))
            except BaseException:
                stop.set()
                raise
        problems = [item for found in results.values() if isinstance(found, list) for item in found]
        refuse(dict.fromkeys(problems))
        made = {kind: found for kind, found in results.items() if isinstance(found, Path)}
        return _move_files(made, output, relative.stem)


def _list_links(folder: str, names: list[str]) -> list[str]:
    """Links among the files of a folder: nothing from elsewhere gets into the copy."""
    return [name for name in names if (Path(folder) / name).is_symlink()]


def _render_format(
    quarto: Quarto,
    sources: Sources,
    kind: str,
    emit: Callable[[str], None],
    stop: threading.Event,
) -> Path | list[Problem]:
    """Render one format in its copy of the project; the file that was made, or what is wrong."""
    project, document = sources.folder, sources.document
    before = set(_find_outputs(project, kind))
    where = sources.name(document.name)
    printed = project.with_suffix(
        ".log"
    )  # a file, which nothing that Quarto leaves behind holds up
    with printed.open("wb") as log_file:
        try:
            process = subprocess.Popen(
                [quarto.command, "render", document, "--to", kind, "--no-execute"],
                cwd=project,
                stdin=subprocess.DEVNULL,
                stdout=log_file,
                stderr=subprocess.STDOUT,
                env=_environment(quarto.epoch),
                start_new_session=True,
            )
        except OSError as error:
            what = f"cannot be started: {error.strerror}"
            return [Problem(str(quarto.command), what, "", REMEDY, "quarto.start")]
    try:
        in_time = _follow_output(process, printed, emit, quarto.seconds, stop)
    finally:
        end_group(process.pid)
        process.wait()
    log = printed.read_text(encoding="utf-8", errors="replace")
    last = last_lines(log)
    if not in_time:
        what = f"Quarto did not finish {kind} in {quarto.seconds:g} seconds"
        remedy = f"Its last words: {last}." if last else ""
        return [Problem(where, what, "", remedy, "quarto.time")]
    if problems := parse_problems(log, sources):
        return problems
    made = _find_output(log, sources, kind, before)
    if process.returncode or made is None:
        status = process.returncode
        what = f"Quarto made no {kind} (status {status}) and said: {last or 'nothing'}"
        return [Problem(where, what, code="quarto.error")]
    if QUARTO_SUFFIXES[kind] == ".html" and made.with_name(f"{made.stem}_files").is_dir():
        remedy = f"Set embed-resources: true for the format {kind}."
        return [Problem(where, "the page needs other files beside it", "", remedy, "quarto.html")]
    return made


def _find_outputs(project: Path, kind: str) -> list[Path]:
    found = project.rglob(f"*{QUARTO_SUFFIXES[kind]}")
    return sorted(found, key=lambda path: (len(path.parts), path))


def _find_output(log: str, sources: Sources, kind: str, before: set[Path]) -> Path | None:
    """The file that Quarto says it has made, or the one that is new and has its name."""
    project, document = sources.folder, sources.document
    if paths := re.findall(r"^Output created: (.+)$", strip_terminal_codes(log), re.MULTILINE):
        for base in (project / document.parent, project):
            path = (base / str(paths[-1]).strip()).resolve()
            if path.is_file() and path.suffix == QUARTO_SUFFIXES[kind]:
                return path
    new = (path for path in _find_outputs(project, kind) if path not in before)
    return next((path for path in new if path.stem == document.stem), None)


def _follow_output(
    process: subprocess.Popen[bytes],
    printed: Path,
    emit: Callable[[str], None],
    seconds: float,
    stop: threading.Event,
) -> bool:
    """Pass on what a process prints until it ends; whether it ended in time."""
    deadline = time.monotonic() + seconds
    settings, rest = Settings(), b""
    with printed.open("rb") as log:
        while True:
            ended = process.poll() is not None
            *lines, rest = (rest + log.read()).split(b"\n")
            for line in (strip_terminal_codes(line.decode(errors="replace")) for line in lines):
                if not settings.holds(line) and line.strip():
                    emit(line.strip())
            if ended or stop.is_set() or time.monotonic() > deadline:
                return ended
            stop.wait(0.1)


def _environment(epoch: int) -> dict[str, str]:
    # TYPST_FONT_PATHS would take the place of the folder with the icons that Quarto brings.
    dropped = {"QUARTO_PROFILE", "QUARTO_LOG", "QUARTO_LOG_LEVEL", "QUARTO_DEBUG", "LUA_PATH",
               "TYPST_FONT_PATHS"}  # fmt: skip
    kept = {name: value for name, value in os.environ.items() if name not in dropped}
    return kept | {
        "SOURCE_DATE_EPOCH": str(epoch),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "CI": "true",  # nothing that asks back
        "QUARTO_PYTHON": sys.executable,
    }


def _move_files(output_file: Mapping[str, Path], output: Path, name: str) -> list[Path]:
    """Put the files into the output folder, each in one step."""
    output.mkdir(parents=True, exist_ok=True)
    waiting = []
    for kind, path in output_file.items():
        target = output / f"{name}{QUARTO_SUFFIXES[kind]}"
        beside = output / f".{target.name}.{os.getpid()}"
        shutil.copyfile(path, beside)
        waiting.append((beside, target))
    for beside, target in waiting:
        beside.replace(target)
    return [target for _, target in waiting]


def prepare_quarto_copy(project: Path, kind: str) -> None:
    """Make a copy of a staged project ready for one format: its notebooks and texts are changed."""
    if kind == "docx":
        for path in sorted(project.rglob("*.ipynb")):
            content = json.loads(path.read_text(encoding="utf-8"))
            _keep_bitmaps(content)
            path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
    values = dict(_values(project / "_variables.yml"))
    for path in sorted(project.rglob("*.qmd")) if values else ():
        text = path.read_text(encoding="utf-8")
        filled = fill_values(text, values)
        if filled != text:
            path.write_text(filled, encoding="utf-8")


def _keep_bitmaps(notebook: Mapping[str, Any]) -> None:
    for cell in notebook.get("cells", ()):
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if BITMAP in data:
                data.pop(VECTOR, None)


def _values(path: Path) -> Iterator[tuple[str, str]]:
    if path.is_file():
        content = load_trusted(path.read_text(encoding="utf-8"))
        yield from _leaves(content or {})


def _leaves(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, str]]:
    for key, value in values.items():
        if isinstance(value, Mapping):
            yield from _leaves(value, f"{above}{key}.")
        elif isinstance(value, str):
            yield f"{above}{key}", value


def fill_values(text: str, values: Mapping[str, str]) -> str:
    """Markdown with its variables filled in, line for line.

    A variable stays for Quarto to fill in where its value would not be read as text of a
    paragraph: in front matter, code, comments, attributes, links and formulas, in a table whose
    columns it would part, at the start of a line where it would make a list or a heading.
    """
    lines = text.split("\n")
    fences = Fences()
    front = lines[0].rstrip() == "---"
    filled = []
    for number, line in enumerate(lines):
        if front:
            front = number == 0 or line.rstrip() not in {"---", "..."}
            filled.append(line)
        elif fences.step(line) or "{{<" not in line:
            filled.append(line)
        else:
            filled.append(_fill_line(line, values))
    return "\n".join(filled)


def _fill_line(line: str, values: Mapping[str, str]) -> str:
    def blank(match: re.Match[str]) -> str:
        return " " * len(match[0])

    masked = SHORTCODE.sub(blank, line)
    closed = [
        match.span() for pattern in (CODE_SPAN, _NOT_TEXT) for match in pattern.finditer(masked)
    ]
    closed += [match.span() for match in ESCAPED.finditer(line)]

    def fill(match: re.Match[str]) -> str:
        value = values.get(match["rest"].strip().strip("\"'"))
        start = match.start()
        if match["name"] != "var" or value is None or "\n" in value.strip():
            return match[0]
        if any(first <= start < last for first, last in closed):
            return match[0]
        if "|" in value and "|" in masked:
            return match[0]
        if not line[:start].strip(" >|-*+") and not _PLAIN_START.match(value):
            return match[0]
        return value.strip()

    return SHORTCODE.sub(fill, line)
