from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from evaltools.pipeline.jupyterlab import fill_parameters, write_filled_notebooks
from evaltools.study import find_study
from tests.jupyterlab import run_all_cells, write_configuration

STUDY = find_study(Path(__file__).parent)
CHAPTER = STUDY.root / "notebooks" / "04_challenges_and_responses.ipynb"


def parameters_cell(notebook: dict[str, object]) -> dict[str, object]:
    cells: list[dict[str, dict[str, list[str]]]] = notebook["cells"]  # type: ignore[assignment]
    (cell,) = [cell for cell in cells if "parameters" in cell["metadata"].get("tags", [])]
    return {
        node.targets[0].id: ast.literal_eval(node.value)
        for node in ast.parse("".join(cell["source"])).body
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
    }


def test_filled_notebooks_hold_the_parameters_and_nothing_else_changes() -> None:
    original = json.loads(CHAPTER.read_text(encoding="utf-8"))
    parameters = STUDY.parameters({"region": "06", "wave": "2023", "calls": "2020"})
    made = fill_parameters(original, parameters)
    values = parameters_cell(made)
    assert (values["region"], values["calls"], values["cutoff"]) == ("06", ["2020"], None)
    assert STUDY.parameters_from(values) == parameters
    assert len(made["cells"]) == len(original["cells"])
    changed = [a != b for a, b in zip(made["cells"], original["cells"], strict=True)]
    assert sum(changed) == 1


def test_copies_that_someone_has_worked_in_are_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(STUDY), "build", property(lambda self: tmp_path))
    parameters = STUDY.parameters({"region": "06"})
    folder = write_filled_notebooks(STUDY, parameters)
    copy = folder / CHAPTER.name
    copy.write_text("mine", encoding="utf-8")
    assert write_filled_notebooks(STUDY, parameters) == folder == tmp_path / "lab" / "region-06"
    assert copy.read_text(encoding="utf-8") == "mine"


@pytest.fixture
def jupyterlab(tmp_path: Path) -> Iterator[str]:
    """The address of a JupyterLab on the notebooks of one region, as `make lab` starts it."""
    program = STUDY.root / ".venv-lab" / "bin" / "evaltools"
    if not program.exists():
        message = "the lab is not set up: run 'make .venv-lab/.ready'"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    log = tmp_path / "log"
    own = write_configuration(tmp_path)
    with log.open("w") as out:
        process = subprocess.Popen(
            [program, "lab", "--no-browser", "--port", "8931", "-p", "region=06"],
            cwd=STUDY.root, env=os.environ | own, stdout=out, stderr=out,
        )  # fmt: skip
    try:
        for _ in range(300):
            found = re.search(
                r"http://(?:localhost|127\.0\.0\.1):\d+/lab/tree/\S+?token=\w+", log.read_text()
            )
            if found:
                yield found.group()
                return
            time.sleep(0.2)
        pytest.fail(log.read_text())
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.alone
@pytest.mark.browser
@pytest.mark.slow
def test_a_chapter_runs_from_top_to_bottom_in_jupyterlab(jupyterlab: str, chromium: str) -> None:
    from playwright.sync_api import sync_playwright

    page_address, _, token = jupyterlab.partition("?token=")
    folder, _, start = page_address.rpartition("/")
    assert start == "start.ipynb"  # beside the copies that are filled in
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        page.goto(f"{folder}/{CHAPTER.name}?token={token}")
        run_all_cells(page)
        # Only what is near the window is on the page: the last cell hands over the indicators.
        bottom = "document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 1e7)"
        for _ in range(40):
            page.evaluate(bottom)
            page.wait_for_timeout(250)
            if page.locator("table.dataframe").count():
                break
        assert page.locator("table.dataframe").count() == 1
        page.evaluate("document.querySelector('.jp-WindowedPanel-outer').scrollTo(0, 900)")
        page.wait_for_selector(".jp-RenderedSVG img, .jp-RenderedSVG svg", timeout=30_000)
        errors = page.locator("[data-mime-type='application/vnd.jupyter.stderr'], .jp-RenderedText")
        assert "Traceback" not in " ".join(errors.all_text_contents())
        assert page.get_by_text("Jupyter news").count() == 0  # nobody is asked about the network
        browser.close()
