"""Exploring in a real JupyterLab: moves are answered at once, and a scenario saved there reruns."""

from __future__ import annotations

import json
import os
import re
import shutil
import statistics
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe

from evaltools.pipeline import current_run
from evaltools.report.material import judge_run
from evaltools.study import find_study, load_study
from tests.jupyterlab import run_all_cells, write_configuration

pytestmark = pytest.mark.alone

ROOT = find_study(Path(__file__).parent).root
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LIMIT = 0.3
"""Seconds within which a move is answered, where the machine has nothing else to do."""
MOVES = (
    *(("region", value) for value in ("01", "02", "06", "11")),
    *(("coder_rule", value) for value in ("any", "all", "consensus", "majority")),
    ("confidence", "0.8"), ("minimum_cell", "8"), ("allocation", "lead"), ("region", "12"),
    ("estimand", "population"), ("municipality_group", "rural"),
)  # fmt: skip


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    for name in ("data", "notebooks", "reports"):
        shutil.copytree(ROOT / name, root / name, ignore=shutil.ignore_patterns("_build"))
    for name in ("evaluation.yml", "uv.lock"):
        shutil.copy(ROOT / name, root)
    return root


@pytest.fixture
def lab(study: Path, tmp_path: Path) -> Iterator[str]:
    """The address that `make lab` opens."""
    program = ROOT / ".venv-lab" / "bin" / "evaltools"
    if not program.exists():
        message = "the lab is not set up: run 'make .venv-lab/.ready'"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    log = tmp_path / "log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [program, "lab", "--no-browser", "--port", "8951"], cwd=study,
            env=os.environ | write_configuration(tmp_path / "own"), stdout=out, stderr=out,
        )  # fmt: skip
    try:
        for _ in range(600):
            told = log.read_text(errors="replace")
            if found := re.search(r"http://(?:localhost|127\.0\.0\.1):\d+/\S*token=\w+", told):
                yield found[0]
                return
            time.sleep(0.2)
        pytest.fail(told)
    finally:
        process.terminate()
        process.wait(20)


def data(page: Any, name: str) -> int:
    return int(page.evaluate(f"document.querySelector('.evx').dataset.{name} ?? '0'"))


def wait_until(page: Any, name: str, at_least: int) -> None:
    page.wait_for_function(
        f"Number(document.querySelector('.evx').dataset.{name} ?? 0) >= {at_least}",
        timeout=180_000,
    )


def move(page: Any, name: str, value: str) -> float:
    """Choose a value as a person does; seconds until its numbers are on the page."""
    before = data(page, "answered")
    field = page.locator(f".evx-field[data-name={name}]")
    if field.locator("select").count():
        field.locator("select").select_option(value)
    else:
        field.locator("input[type=number]").fill(value)
        field.locator("input[type=number]").press("Enter")
        field.locator("input[type=number]").blur()
    wait_until(page, "answered", before + 1)
    return data(page, "milliseconds") / 1000


def check_axe(page: Any, place: str) -> None:
    found = Axe().run(page, context=".evx", options={"runOnly": RULES}).response["violations"]
    told = [(place, one["id"], [node["html"][:120] for node in one["nodes"]]) for one in found]
    assert told == []


@pytest.mark.browser
@pytest.mark.slow
def test_moves_are_answered_at_once_and_a_saved_scenario_gives_the_same_numbers(
    study: Path, lab: str, chromium: str
) -> None:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 1400, "height": 1000})
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(f"{lab}&explore=region%3D99%26nosuch%3D1")
        run_all_cells(page)
        page.wait_for_selector(".evx[data-judged]", timeout=180_000)
        # A link whose values are no longer allowed leaves the defaults and says which.
        notice = page.locator(".evx-notice").inner_text()
        assert "nosuch" in notice
        assert "Maakunta" in notice
        assert page.locator(".evx-field[data-name=region] select").input_value() == "all"
        # A person looks before moving on: what is under way is done by then.
        seconds = []
        for name, value in MOVES:
            seconds.append(move(page, name, value))
            wait_until(page, "judged", data(page, "answered"))
        median = statistics.median(seconds)
        load = os.getloadavg()[0] / (os.cpu_count() or 1)
        print(f"median of {len(seconds)} moves: {median * 1000:.0f} ms, load {load:.1f} a core")
        assert median < LIMIT * max(1.0, load)

        # Of several moves at once the last one counts, and what is being typed stays.
        regions = page.locator(".evx-field[data-name=region] select")
        answered = data(page, "answered")
        for value in ("01", "02", "04", "06"):
            regions.select_option(value)
        cell = page.locator(".evx-field[data-name=minimum_cell] input[type=number]")
        cell.fill("7")
        wait_until(page, "answered", answered + 1)
        assert cell.input_value() == "7"
        cell.press("Tab")
        page.wait_for_function("document.querySelectorAll('.evx-chip').length > 1")
        wait_until(page, "judged", data(page, "answered"))
        assert "Pirkanmaa" in page.locator(".evx-chips").inner_text()

        field = page.locator(".evx-field[data-name=cutoff]")
        field.locator("input").fill("1999-01-01")
        field.locator("input").blur()
        page.wait_for_function(
            "document.querySelector('[data-name=cutoff] .evx-error').textContent"
        )
        assert "2019-08-01" in field.locator(".evx-error").inner_text()
        # What is refused stays in its field and is neither saved nor copied.
        page.get_by_role("button", name="Kopioi komento").click()
        assert "Korjaa ensin" in page.locator(".evx-told").inner_text()
        page.locator(".evx-language").select_option("en")
        page.wait_for_function(
            "document.querySelector('[data-name=cutoff] .evx-error').textContent"
        )
        assert field.locator("input").input_value() == "1999-01-01"
        assert field.locator(".evx-back").is_visible()
        page.locator(".evx-language").select_option("fi")

        page.get_by_role("button", name="Palauta oletukset").click()
        wait_until(page, "answered", data(page, "refused") + 1)
        # A command that is asked for at once is that of the last move.
        regions.select_option("11")
        page.get_by_role("button", name="Kopioi komento").click()
        page.wait_for_function(
            "document.querySelector('.evx-told').textContent.includes('region=11')"
        )
        move(page, "region", "all")
        move(page, "coder_rule", "any")
        page.locator(".evx-tabs [data-tab$=challenges]").click()
        wait_until(page, "answered", data(page, "answered"))
        page.wait_for_selector("[data-key='challenge.staff.share']", timeout=60_000)
        wait_until(page, "judged", data(page, "answered"))
        shown = {
            key: re.search(r"(\d+)/(\d+)", text).groups()  # type: ignore[union-attr]
            for key, text in page.evaluate(
                "[...document.querySelectorAll('.evx-numbers tr[data-key]')]"
                ".map(row => [row.dataset.key, row.querySelector('.evx-value').innerText])"
            )
            if re.fullmatch(r"challenge\.[a-z_]+\.share", key)
        }
        assert len(shown) > 6
        page.locator(".evx-tabs [data-tab=findings]").click()
        said = page.evaluate(
            "Object.fromEntries([...document.querySelectorAll('[data-finding]')].map(item =>"
            " [item.dataset.finding, item.querySelector('.evx-sentence').innerText]))"
        )
        page.get_by_role("button", name="Tallenna skenaarioksi…").click()
        page.locator(".evx-save input[name=name]").fill("any-coder")
        page.locator(".evx-save button[type=submit]").click()
        page.wait_for_function(
            "document.querySelector('.evx-told').textContent.includes('any-coder')"
        )
        assert "evaltools build --scenario any-coder" in page.locator(".evx-told").inner_text()
        for theme in ("JupyterLab Dark", "JupyterLab Light"):
            page.evaluate(
                "name => jupyterapp.commands.execute('apputils:change-theme', {theme: name})", theme
            )
            page.wait_for_selector(f"body[data-jp-theme-name='{theme}']", state="attached")
            for tab in ("findings", "evaltools.indicators.challenges"):
                page.locator(f".evx-tabs [data-tab='{tab}']").click()
                check_axe(page, f"{theme}, {tab}")
            page.locator("[data-key='challenge.staff.share'] .evx-open").first.click()
            page.wait_for_selector(".evx-behind table", timeout=60_000)
            check_axe(page, f"{theme}, behind")
            page.keyboard.press("Escape")
        # By keyboard the next chapter is reached, and the keyboard stays there.
        page.locator(".evx-tabs [aria-selected=true]").focus()
        page.keyboard.press("ArrowRight")
        wait_until(page, "judged", data(page, "answered"))
        assert page.evaluate("document.activeElement.getAttribute('aria-selected')") == "true"
        page.evaluate(
            "() => jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()"
        )
        page.wait_for_function(
            "document.querySelector('.evx-notice').innerText.includes('kernel')", timeout=60_000
        )
        place = re.match(r"https?://[^/]+", lab)
        assert place
        assert not [url for url in asked if not url.startswith((place[0], "data:", "blob:"))]
        browser.close()

    done = subprocess.run(
        [ROOT / ".venv-test" / "bin" / "evaltools", "run", "--scenario", "any-coder"],
        cwd=study, capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    loaded = load_study(study)
    run = current_run(loaded, loaded.parameters(scenario="any-coder"))
    assert run is not None
    records = json.loads((run.folder / "indicators.json").read_text("utf-8"))
    counts = {
        one["key"]: (str(one["x"]), str(one["n"]))
        for one in records
        if one["key"] in shown and one["estimand"] == "D" and not one["dimensions"]
    }
    assert counts == shown
    judged = {one.finding.id: one.text("fi") for one in judge_run(loaded, run)}
    assert set(judged) == set(said)
    for name, text in judged.items():
        assert " ".join(text.split()) in " ".join(said[name].split())
