"""The numbers of the report are those of the indicator table, read back from all formats."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from places import ROOT, Place
from reading import Shown, docx_text, indicators, numbers_of, parsed, pdf_text, squeezed

sys.path.insert(0, str(ROOT / "tests" / "findings"))

from rendered_reruns import PARAMETERS, find_unprinted

REPORTS = ("default", "calls-2020_wave-2023", "region-06")
pytestmark = pytest.mark.slow


def folder_of(built: object, name: str) -> Path:
    root: Path = built.root  # type: ignore[attr-defined]
    return root / "reports" / "_build" / name


@pytest.mark.parametrize("name", REPORTS)
def test_every_number_on_the_page_is_that_of_the_table(built: object, name: str) -> None:
    folder = folder_of(built, name)
    table = indicators(folder)
    shown = list(numbers_of(folder / "digikannustin-valiraportti-fi.html"))
    assert len(shown) > 60
    wrong = [item for item in shown if not agrees(item, table.loc[identity(item)])]
    assert wrong == []


@pytest.mark.parametrize("name", REPORTS)
@pytest.mark.parametrize(("ending", "read"), [("pdf", pdf_text), ("docx", docx_text)])
def test_the_other_formats_say_the_same_in_the_same_words(
    built: object, name: str, ending: str, read: object
) -> None:
    folder = folder_of(built, name)
    text = read(folder / f"digikannustin-valiraportti-fi.{ending}")  # type: ignore[operator]
    absent = [
        item
        for item in numbers_of(folder / "digikannustin-valiraportti-fi.html")
        if not any(part in text for part in sentence(item))
    ]
    assert absent == []


def test_different_parameters_give_different_and_consistent_reports(built: object) -> None:
    tables = {name: indicators(folder_of(built, name)) for name in REPORTS}
    read = {
        name: (table.loc[("reports.read.share", "P", "")] if
               ("reports.read.share", "P", "") in table.index else
               table.loc[("reports.read.share", "D", "")])
        for name, table in tables.items()
    }  # fmt: skip
    assert (read["default"]["x"], read["default"]["n"]) == ("52", "72")
    assert (read["calls-2020_wave-2023"]["x"], read["calls-2020_wave-2023"]["n"]) == ("20", "29")
    # Of Pirkanmaa seven projects of the calls of 2019, of which five have reported.
    assert (read["region-06"]["x"], read["region-06"]["n"]) == ("5", "7")
    scheme = {name: table.loc[("reports.scheme.share", "D", "")] for name, table in tables.items()}
    assert (scheme["default"]["x"], scheme["default"]["n"]) == ("52", "122")
    assert scheme["region-06"]["n"] == "9"
    for name, table in tables.items():
        shares = table[(table.index.get_level_values("estimand") == "D") & (table.unit == "share")]
        challenge = shares[shares.index.get_level_values("key").str.match(r"challenge\.\w+\.share")]
        assert set(challenge.n) == {read[name]["x"]}, name
        whole = table[table.index.get_level_values("estimand") == "P"]
        whole = whole[whole.index.get_level_values("key").str.startswith("challenge.")]
        assert set(whole.N) == {read[name]["n"]}, name


def test_reruns_pass_lint_and_print_all_that_their_sources_ask_for(built: Place) -> None:
    """Three of the reruns that `make reruns` renders."""
    assert {(), ("wave=2023", "calls=2020"), ("region=06",)} <= set(PARAMETERS)
    linted = built.evaltools("lint")
    assert linted.returncode == 0, linted.stdout
    for name in REPORTS:
        assert find_unprinted(folder_of(built, name) / "digikannustin-valiraportti-fi.html") == []


def identity(item: Shown) -> tuple[str, str, str]:
    return item.key, item.estimand, item.dimensions


def sentence(item: Shown) -> tuple[str, str]:
    """The number with what stands before it, and with what follows.

    One of the two is enough: a page may end between.
    """
    number = squeezed(item.text)
    return squeezed(item.before)[-40:] + number, number + squeezed(item.after)[:40]


def agrees(item: Shown, row: object) -> bool:
    """Whether the text shows the value of the row, rounded as it is printed."""
    get = row.get  # type: ignore[attr-defined]
    numbers = parsed(item.text) or in_words(item.text)
    if item.shows in ("x", "n"):
        return numbers == [float(get(item.shows))]
    if item.shows == "fraction" or (item.shows == "value" and "/" in item.text):
        return numbers == [float(get("x")), float(get("n"))]
    if get("suppressed") == "True" or get("value") == "":
        return numbers == []
    scale = 100.0 if "%" in item.text or "prosentti" in item.text else 1.0
    scale = 1e-6 if "milj" in item.text else scale
    if item.shows == "interval":
        limits = [float(get("low")) * scale, float(get("high")) * scale]
        numbers = numbers * 2 if len(numbers) == 1 else numbers
        return all(
            abs(number - limit) <= rounding(item.text) + 1e-9
            for number, limit in zip(numbers, limits, strict=True)
        )
    (number,) = numbers
    return abs(number - float(get("value")) * scale) <= rounding(item.text) + 1e-9


STEMS = {
    "noll": 0, "yksi": 1, "yhde": 1, "kaksi": 2, "kahde": 2, "kolme": 3, "neljä": 4, "viisi": 5,
    "viide": 5, "kuusi": 6, "kuude": 6, "seitsemä": 7, "kahdeksa": 8, "yhdeksä": 9, "kymmen": 10,
}  # fmt: skip


def in_words(text: str) -> list[float]:
    """A count up to ten as a sentence writes it, in any case: the longest stem that fits."""
    found = [stem for stem in STEMS if text.strip().lower().startswith(stem)]
    return [float(STEMS[max(found, key=len)])] if found else []


def rounding(text: str) -> float:
    """Half of the last digit that is printed."""
    decimals = text.rpartition(",")[2] if "," in text else ""
    digits = len([c for c in decimals if c.isdigit()])
    return 0.5 * 10.0**-digits
