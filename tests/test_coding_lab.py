"""Two coders at once in real JupyterLabs whose servers are killed under their hands."""

from __future__ import annotations

import contextlib
import csv
import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evaltools.study import find_study
from tests.jupyterlab import run_all_cells, write_configuration

pytestmark = pytest.mark.alone

ROOT = find_study(Path(__file__).parent).root
NOTEBOOK = "round-1-fi.ipynb"
PORTS = {"coder-1": 8941, "coder-2": 8942}
SEARCHES = {"coder-1": ("aikataulu", "tekniset", "pandemia"), "coder-2": ("tiedon laatu",) * 3}
CODES = {
    "coder-1": {"challenge.schedule", "challenge.technology", "challenge.pandemic"},
    "coder-2": {"goal.data_quality"},
}
Start = Callable[[str], subprocess.Popen[bytes]]


@pytest.fixture
def study(tmp_path: Path) -> Path:
    """A copy of the study in which nobody has coded in the panel yet."""
    root = tmp_path / "study"
    without = shutil.ignore_patterns("coders")
    shutil.copytree(ROOT / "data", root / "data", ignore=without)
    shutil.copytree(ROOT / "notebooks", root / "notebooks")
    shutil.copy(ROOT / "evaluation.yml", root)
    return root


@pytest.fixture
def start(study: Path, tmp_path: Path) -> Iterator[Start]:
    """Start `evaltools code` for a coder; what it says goes into a log of its own."""
    program = ROOT / ".venv-lab" / "bin" / "evaltools"
    if not program.exists():
        message = "the lab is not set up: run 'make .venv-lab/.ready'"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    started = []

    def start(coder: str) -> subprocess.Popen[bytes]:
        own = write_configuration(tmp_path / coder)
        with log(tmp_path, coder).open("wb") as out:
            process = subprocess.Popen(
                [program, "code", coder, "--port", str(PORTS[coder]), "--no-browser"],
                cwd=study, env=os.environ | own, stdout=out, stderr=out,
            )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
    for process in started:
        process.wait(20)


def log(folder: Path, coder: str) -> Path:
    return folder / f"{coder}.log"


def address(folder: Path, coder: str) -> str:
    """Where the notebook is, once the server has said its token."""
    for _ in range(300):
        told = log(folder, coder).read_text(errors="replace")
        if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*token=(\w+)", told):
            assert f"/doc/tree/{NOTEBOOK}" in found[0]
            return found[0]
        time.sleep(0.2)
    pytest.fail(told)


def loading(context: Any, url: str) -> tuple[Any, list[str]]:
    """A new window on the notebook, and all that comes through the wire from then on."""
    page = context.new_page()
    frames: list[str] = []

    def listen(socket: Any) -> None:
        socket.on("framereceived", lambda frame: frames.append(
            frame.decode("utf-8", "replace") if isinstance(frame, bytes) else frame
        ))  # fmt: skip

    page.on("websocket", listen)
    page.goto(url, wait_until="commit")
    return page, frames


def run(page: Any) -> None:
    """Run the notebook's cell and wait for the report in the panel."""
    run_all_cells(page)
    page.wait_for_selector(".evc-words", timeout=60_000)


def dismiss(page: Any) -> None:
    asks = page.locator("dialog.jp-Dialog button.jp-mod-accept")
    with contextlib.suppress(Exception):
        if asks.count():
            asks.first.click(timeout=1000)


def give(page: Any, search: str, moves: int) -> None:
    """Code the sentence that stands so many below the first, by keyboard, and see it marked."""
    before = page.locator(".evc-chip").count()
    for _ in range(8):
        dismiss(page)
        page.evaluate("document.querySelector('.evc-text').focus({preventScroll: true})")
        for key in ("Home", *["ArrowDown"] * moves, "c"):
            page.keyboard.press(key)
        page.keyboard.type(search)
        page.keyboard.press("Enter")
        page.keyboard.press("Escape")
        if page.locator(".evc-chip").count() > before:
            return
        page.wait_for_timeout(500)
    pytest.fail("the passage was not marked")


def saved(page: Any) -> None:
    page.wait_for_function(
        "document.querySelector('.evc-saved').textContent === 'Tallennettu'", timeout=40_000
    )


def codings(study: Path, coder: str) -> list[str]:
    path = study / "data" / "coding" / "coders" / coder / "codings.csv"
    with path.open(encoding="utf-8", newline="") as file:
        return [row["code_id"] for row in csv.DictReader(file)]


@pytest.mark.browser
@pytest.mark.slow
def test_two_coders_lose_nothing_and_see_nothing_of_each_other_when_all_is_killed(
    study: Path, start: Start, tmp_path: Path, chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    servers = {coder: start(coder) for coder in PORTS}
    heard: dict[str, list[str]] = {}
    more: dict[str, list[str]] = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        size = {"width": 1500, "height": 1000}
        contexts = {coder: browser.new_context(viewport=size) for coder in PORTS}
        pages = {}
        for coder, context in contexts.items():
            pages[coder], heard[coder] = loading(context, address(tmp_path, coder))
        for page in pages.values():
            run(page)
        for coder, page in pages.items():
            give(page, SEARCHES[coder][0], 12)
            saved(page)
        for coder, page in pages.items():
            give(page, SEARCHES[coder][1], 14)  # under way, saved or not
            os.kill(servers[coder].pid, signal.SIGKILL)
            servers[coder].wait()
            give(page, SEARCHES[coder][2], 16)  # nobody is there to save it
            page.wait_for_function(
                "document.querySelector('.evc-saved').textContent.includes('tallentamatta')"
            )
            page.close()
        for coder in PORTS:
            assert len(codings(study, coder)) in (1, 2)
            servers[coder] = start(coder)
        for coder, context in contexts.items():
            pages[coder], again = loading(context, address(tmp_path, coder))
            more[coder] = again
        for page in pages.values():
            run(page)
        for coder, page in pages.items():
            saved(page)
            page.wait_for_function("document.querySelectorAll('.evc-chip').length === 3")
            assert sorted(set(codings(study, coder))) == sorted(CODES[coder])
            assert len(codings(study, coder)) == 3
        browser.close()
    for coder, other in (("coder-1", "coder-2"), ("coder-2", "coder-1")):
        told = "".join([*heard[coder], *more[coder]])
        assert f'"id": "{coder}"' in told or f'"id":"{coder}"' in told
        assert f"coders/{other}" not in told
        assert f'"{other}"' not in told
        journal = study / "data" / "coding" / "coders" / other / "round-1.jsonl"
        for name in re.findall(r'"id":"([0-9a-f-]{36})"', journal.read_text(encoding="utf-8")):
            assert name not in told
