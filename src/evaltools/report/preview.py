"""Following the sources: when they changed, and a page that shows each edit as it is saved.

The page is served to this machine alone. It stands in a frame of a page of our own, which asks
whether there is a newer one; so the report's page is the one that is published, policy and all.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from evaltools.files import problems_from_error
from evaltools.problems import ProblemError
from evaltools.report import engines
from evaltools.report.build import Say, run_notebooks
from evaltools.report.material import recall_material
from evaltools.report.part_store import PartStore
from evaltools.report.renderer.print.typesetter import keep_typst
from evaltools.report.staging import stage
from evaltools.study import Parameters, Study

PAUSE = 0.1
"""Seconds between two looks at the files."""
_WATCHED = ("evaluation.yml", "notebooks", "reports", "data", "scenarios")
_FRAME = Path(__file__).with_name("preview.html")
OpenStudy = Callable[[], tuple[Study, Parameters]]


def take_snapshot(root: Path) -> dict[str, tuple[int, int]]:
    """Time of change and size of every file of a study that a report can depend on."""
    found: dict[str, tuple[int, int]] = {}
    waiting = [root / name for name in _WATCHED]
    while waiting:
        path = waiting.pop()
        try:
            if path.is_dir():
                waiting += [one for one in path.iterdir()
                            if not one.name.startswith((".", "_build"))]  # fmt: skip
            elif path.is_file():
                state = path.stat()
                found[path.as_posix()] = (state.st_mtime_ns, state.st_size)
        except OSError:  # it went away meanwhile
            continue
    return found


def follow_changes(root: Path, pause: float = PAUSE) -> Iterator[None]:
    """Yield at once, and then whenever a file of the study has changed and is at rest again."""
    yield
    before = take_snapshot(root)
    while True:
        time.sleep(pause)
        now = take_snapshot(root)
        if now != before:
            while (later := take_snapshot(root)) != now:  # an editor is still writing
                now = later
                time.sleep(pause / 2)
            before = now
            yield


def update_forever(root: Path, update: Callable[[], None], say: Say) -> None:
    """Update once, and again after every change; what is wrong is told, and the next awaited."""
    with keep_typst():
        for _ in follow_changes(root):
            try:
                update()
            except (ProblemError, OSError) as error:
                problems = error.problems if isinstance(error, ProblemError) else None
                for problem in problems or problems_from_error(error):
                    say(str(problem))
            say("Waiting for changes; Ctrl-C ends.")


class Preview:
    """The page of a report as it is now, and its number, which grows by one with each.

    Arguments:
        open_study: reads the declaration anew, with the parameters that were asked for.
        choice: what renders.
    """

    def __init__(self, open_study: OpenStudy, choice: engines.Choice = "auto") -> None:
        self._open, self._choice = open_study, choice
        self._lock = threading.Lock()
        self._number, self._page, self._told = 0, b"", "Rendering"

    @property
    def state(self) -> tuple[int, bytes, str]:
        """Number and content of the page, and what is wrong with what came after it."""
        with self._lock:
            return self._number, self._page, self._told

    def update(self, say: Say) -> None:
        """Make the page anew, and notebooks only if they are out of date.

        Raises:
            ProblemError: what is wrong; the page that was there stays.
        """
        try:
            page = self._render(say)
        except ProblemError as error:
            with self._lock:
                self._told = "\n".join(str(problem) for problem in error.problems)
            raise
        with self._lock:
            self._number, self._page, self._told = self._number + 1, page, ""

    def _render(self, say: Say) -> bytes:
        study, parameters = self._open()
        chosen = engines.choose_engine(self._choice)
        made = run_notebooks(study, parameters, say=lambda _: None)
        parts = PartStore.of(study.build, made.key)
        material = recall_material(study, made, parts)
        with TemporaryDirectory(prefix="evaltools-") as scratch:
            project, output = Path(scratch, "project"), Path(scratch, "report")
            project.mkdir()
            embedded = chosen.program is None
            document = stage(study, parameters, material, project, embedded=embedded)
            (page,) = engines.render(
                chosen, project, document, ["html"], output, lambda _: None, parts
            )
            content = page.read_bytes()
        say("The page is up to date.")
        return content


def serve(preview: Preview, port: int = 0) -> ThreadingHTTPServer:
    """A server of the preview for this machine alone, not yet running.

    Arguments:
        port: to listen at; 0 for a free one.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            number, page, told = preview.state
            host = self.headers.get("Host", "").rpartition(":")[0]
            if host not in ("127.0.0.1", "localhost"):  # a page elsewhere that goes by its own name
                self.send_error(HTTPStatus.FORBIDDEN)
            elif self.path == "/":
                self._send("text/html; charset=utf-8", _FRAME.read_bytes())
            elif self.path == "/state":
                state = json.dumps({"number": number, "told": told})
                self._send("application/json", state.encode())
            elif self.path.partition("?")[0] == "/page":
                self._send("text/html; charset=utf-8", page)
            else:
                self.send_error(HTTPStatus.NOT_FOUND)

        def _send(self, kind: str, content: bytes) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing of requests."""

    return ThreadingHTTPServer(("127.0.0.1", port), Handler)
