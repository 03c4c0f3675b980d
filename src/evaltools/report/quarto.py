"""The Quarto command: where it is, and whether it is new enough."""

from __future__ import annotations

import os
import re
import selectors
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from evaltools.problems import Problem, ProblemError, refuse
from evaltools.processes import end_group
from evaltools.report.quarto_copy import prepare_quarto_copy
from evaltools.report.quarto_messages import (
    Settings,
    Sources,
    last_lines,
    parse_problems,
    strip_terminal_codes,
)

OLDEST = (1, 5)
"""The first whose Typst has the tables, and whose `embed` works as the report uses it."""

PATH_VARIABLE = "QUARTO_PATH"
REMEDY = (
    "Install Quarto 1.5 or newer from quarto.org, or choose the embedded renderer, "
    "which needs no Quarto."
)
_SECONDS_FOR_VERSION = 60.0


def find_quarto(environment: Mapping[str, str] | None = None) -> Path | None:
    """The Quarto command: named by QUARTO_PATH, else on the PATH, else beside this Python.

    Arguments:
        environment: variables to look in; those of this process if not given.

    Returns:
        Its path, or None when there is none.

    Raises:
        ProblemError: QUARTO_PATH is set, but no Quarto is there.
    """
    variables = os.environ if environment is None else environment
    if named := variables.get(PATH_VARIABLE):
        found = _command_at(Path(named).expanduser())
        if found is None:
            what = f"is '{named}', where no Quarto can be started"
            allowed = "the quarto command, or the folder it is in"
            raise ProblemError([Problem(PATH_VARIABLE, what, allowed, code="quarto.path")])
        return found
    if on_path := shutil.which("quarto", path=variables.get("PATH", os.defpath)):
        return Path(on_path)
    prefix = Path(sys.prefix)
    beside = (Path(sys.executable).parent, prefix / "bin", prefix / "Library" / "bin")
    for folder in (*beside, prefix / "Scripts"):
        if (found := _command_at(folder)) is not None:
            return found
    return None


def _command_at(place: Path) -> Path | None:
    if place.is_file():
        return place if os.access(place, os.X_OK) else None
    for folder in (place, place / "bin"):
        if found := shutil.which("quarto", path=str(folder)):
            return Path(found)
    return None


def require_quarto() -> Path:
    """The Quarto command, where it has to be there.

    Raises:
        ProblemError: there is none.
    """
    found = find_quarto()
    if found is None:
        raise ProblemError([Problem("quarto", "is not installed", "", REMEDY, "quarto.missing")])
    return found


def read_version(quarto: Path) -> str:
    """The version of a Quarto, `1.9.37`, new enough for the report.

    Raises:
        ProblemError: it cannot be asked, says nothing that looks like a version, or is too old.
    """
    try:
        answer = subprocess.run(
            [str(quarto), "--version"],
            capture_output=True,
            stdin=subprocess.DEVNULL,
            timeout=_SECONDS_FOR_VERSION,
            start_new_session=True,
            check=False,
        )
        log = strip_terminal_codes(answer.stdout.decode(errors="replace")).strip()
    except (OSError, subprocess.TimeoutExpired) as error:
        what = f"does not tell its version: {type(error).__name__}"
        raise ProblemError([Problem(str(quarto), what, "", REMEDY, "quarto.version")]) from None
    found = re.search(r"^v?(\d+)\.(\d+)(?:\.(\d+))?", log, re.MULTILINE)
    if answer.returncode or not found:
        what = f"does not tell its version, but '{log[:80]}'"
        raise ProblemError([Problem(str(quarto), what, "", REMEDY, "quarto.version")])
    if (int(found[1]), int(found[2])) < OLDEST:
        what = f"is Quarto {found[0].removeprefix('v')}, which is too old"
        allowed = f"{'.'.join(map(str, OLDEST))} or newer"
        raise ProblemError([Problem(str(quarto), what, allowed, REMEDY, "quarto.version")])
    return found[0].removeprefix("v")


ENDINGS: Mapping[str, str] = {"html": ".html", "typst": ".pdf", "docx": ".docx"}

SECONDS = 600.0

Progress = Callable[[str], None]
"""Told each line that Quarto prints, after the name of the format; one call at a time."""


def render(
    project: Path,
    document: Path,
    formats: Sequence[str],
    output: Path,
    progress: Progress | None = None,
    *,
    quarto: Path | None = None,
    epoch: int = 0,
    seconds: float = SECONDS,
    at_once: int | None = None,
) -> list[Path]:
    """Render a document of a staged project into its formats.

    Arguments:
        project: folder of `_quarto.yml`; it is left as it is.
        document: the document, in the project.
        formats: of `html`, `typst`, `docx`.
        output: folder for what is made; its files are replaced only when all formats are there.
        progress: told what Quarto prints.
        quarto: the command; looked for if not given.
        epoch: seconds since 1970 that count as now (SOURCE_DATE_EPOCH).
        seconds: wall-clock limit of one format.
        at_once: formats rendered at the same time; by default two, if there are two cores.

    Returns:
        The files, in the order of the formats.

    Raises:
        ProblemError: no Quarto, or one that is too old; everything that is wrong in the sources
            as far as Quarto tells, unresolved references included; or the time is up.
    """
    command = quarto or require_quarto()
    unknown = sorted(set(formats) - set(ENDINGS))
    refuse(
        Problem("formats", f"no format is called '{item}'", ", ".join(ENDINGS)) for item in unknown
    )
    read_version(command)
    relative = document.resolve().relative_to(project.resolve())
    stop, turn = threading.Event(), threading.Lock()

    def emit(kind: str, line: str) -> None:
        if progress is not None:
            with turn:
                progress(f"{kind}: {line}")

    with tempfile.TemporaryDirectory(prefix="evaltools-quarto-") as scratch:

        def one(kind: str) -> Path | list[Problem]:
            copy = Path(scratch).resolve() / kind
            shutil.copytree(project, copy, ignore=_resource_links)
            prepare_quarto_copy(copy, kind)
            call = _QuartoCall(command, copy, relative, kind)
            return call.run(_environment(epoch), lambda line: emit(kind, line), seconds, stop)

        ordered = list(dict.fromkeys(formats))
        workers = max(1, min(at_once or min(2, os.cpu_count() or 1), len(ordered)))
        with ThreadPoolExecutor(workers) as pool:
            try:
                results = dict(zip(ordered, pool.map(one, ordered), strict=True))
            except BaseException:
                stop.set()
                raise
        problems = [item for found in results.values() if isinstance(found, list) for item in found]
        refuse(dict.fromkeys(problems))
        output_file = {kind: found for kind, found in results.items() if isinstance(found, Path)}
        return _move_files(output_file, output, relative.stem)


def _resource_links(folder: str, names: list[str]) -> list[str]:
    """Links among the files of a folder: nothing from elsewhere gets into the copy."""
    return [name for name in names if (Path(folder) / name).is_symlink()]


class _QuartoCall:
    """One call of Quarto, for one format, in a copy of the project."""

    def __init__(self, command: Path, project: Path, document: Path, kind: str) -> None:
        self.command = command
        self.project = project
        self.document = document
        self.kind = kind
        self.sources = Sources(project, document)

    def run(
        self,
        environment: Mapping[str, str],
        emit: Callable[[str], None],
        seconds: float,
        stop: threading.Event,
    ) -> Path | list[Problem]:
        """Render; the file that was made, or what is wrong."""
        before = set(self._candidates())
        try:
            process = subprocess.Popen(
                [
                    *(str(self.command), "render", str(self.document)),
                    *("--to", self.kind, "--no-execute"),
                ],
                cwd=self.project,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(environment),
                start_new_session=True,
            )
        except OSError as error:
            what = f"cannot be started: {error.strerror}"
            return [Problem(str(self.command), what, "", REMEDY, "quarto.start")]
        try:
            log, in_time = _collect_output(process, emit, seconds, stop)
        finally:
            end_group(process.pid)
            process.wait()
            if process.stdout is not None:
                process.stdout.close()
        if not in_time:
            where = self.sources.name(self.document.name)
            what = f"Quarto did not finish {self.kind} in {seconds:g} seconds"
            last = f"Its last words: {last_lines(log)}." if last_lines(log) else ""
            return [Problem(where, what, "", last, "quarto.time")]
        problems = parse_problems(log, self.sources)
        if problems:
            return problems
        output_file = self._output_file(log, before)
        if process.returncode or output_file is None:
            return [self._unexplained_problem(process.returncode, log)]
        side = output_file.with_name(f"{output_file.stem}_files")
        if self.kind == "html" and side.is_dir():
            what = "the page needs other files beside it"
            remedy = "Set embed-resources: true for the format html."
            return [Problem(self.sources.name(self.document.name), what, "", remedy, "quarto.html")]
        return output_file

    def _candidates(self) -> list[Path]:
        ending = ENDINGS[self.kind]
        return sorted(self.project.rglob(f"*{ending}"), key=lambda path: (len(path.parts), path))

    def _output_file(self, log: str, before: set[Path]) -> Path | None:
        """The file that Quarto says it has made, or the one that is new and has its name."""
        if paths := re.findall(r"^Output created: (.+)$", strip_terminal_codes(log), re.MULTILINE):
            for base in (self.project / self.document.parent, self.project):
                path = (base / str(paths[-1]).strip()).resolve()
                if path.is_file() and path.suffix == ENDINGS[self.kind]:
                    return path
        new = [path for path in self._candidates() if path not in before]
        return next((path for path in new if path.stem == self.document.stem), None)

    def _unexplained_problem(self, status: int, log: str) -> Problem:
        where = self.sources.name(self.document.name)
        words = last_lines(log) or "nothing"
        what = f"Quarto made no {self.kind} (status {status}) and said: {words}"
        return Problem(where, what, code="quarto.error")


def _collect_output(
    process: subprocess.Popen[bytes],
    emit: Callable[[str], None],
    seconds: float,
    stop: threading.Event,
) -> tuple[str, bool]:
    """All that a process prints until it ends, and whether it ended in time."""
    assert process.stdout is not None
    deadline = time.monotonic() + seconds
    log = bytearray()
    paths = 0
    settings = Settings()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            ended = process.poll() is not None
            # A process that Quarto left behind may hold the pipe open for ever.
            if selector.select(0 if ended else 0.1):
                got = os.read(process.stdout.fileno(), 1 << 16)
                log += got
                if not got:
                    selector.unregister(process.stdout)
                    process.wait(max(0.1, deadline - time.monotonic()))
                    ended = True
                while (end := log.find(b"\n", paths)) >= 0:
                    line = strip_terminal_codes(log[paths:end].decode(errors="replace"))
                    if not settings.holds(line) and line.strip():
                        emit(line.strip())
                    paths = end + 1
                if got:
                    continue
            if ended:
                return log.decode(errors="replace"), True
            if stop.is_set() or time.monotonic() > deadline:
                return log.decode(errors="replace"), False


def _environment(epoch: int) -> dict[str, str]:
    variables = dict(os.environ)
    # TYPST_FONT_PATHS would take the place of the folder with the icons that Quarto brings.
    for name in ("QUARTO_PROFILE", "QUARTO_LOG", "QUARTO_LOG_LEVEL", "QUARTO_DEBUG", "LUA_PATH",
                 "TYPST_FONT_PATHS"):  # fmt: skip
        variables.pop(name, None)
    variables |= {
        "SOURCE_DATE_EPOCH": str(epoch),
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "CI": "true",  # nothing that asks back
        "QUARTO_PYTHON": sys.executable,
    }
    return variables


def _move_files(output_file: Mapping[str, Path], output: Path, name: str) -> list[Path]:
    """Put the files into the output folder, each in one step."""
    output.mkdir(parents=True, exist_ok=True)
    waiting = []
    for kind, path in output_file.items():
        target = output / f"{name}{ENDINGS[kind]}"
        beside = output / f".{target.name}.{os.getpid()}"
        shutil.copyfile(path, beside)
        waiting.append((beside, target))
    for beside, target in waiting:
        beside.replace(target)
    return [target for _, target in waiting]
