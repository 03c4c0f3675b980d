"""One realistic example of every figure, with the labels and sizes of the first case."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from functools import cache

import numpy as np

from evaltools.charts.bars import Call, CallBars, Cascade, Stack, states_chart
from evaltools.charts.differences import Differences, Gap
from evaltools.charts.figure import Figure
from evaltools.charts.interval_charts import Dot, Dots
from evaltools.charts.line_charts import Curve, Line, Lorenz, Point
from evaltools.charts.maps import Heatmap, Panel, Tile, TileMap
from evaltools.charts.reliability import Group, Reliability, ReliabilityChart
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import number

CHALLENGES = (
    "Avainhenkilöiden vaihtuvuus ja henkilöstön niukkuus",
    "Tekniset ongelmat tietojärjestelmissä",
    "Kumppaneiden erilaiset lähtökohdat, resurssit ja odotukset",
    "Tavoitteiden epäselvyys",
    "Koronapandemian aiheuttamat muutokset",
    "Ostopalvelujen ongelmat",
    "Tietosuojavaikutustenarviointimenettelyjen keskeneräisyys",
)
RESPONSES = (
    "Suunnitelman muuttaminen",
    "Ostettu apu",
    "Lisäaika",
    "Ohjausryhmän tiivistäminen",
    "Koulutus ja perehdytys",
)
COUNTS = (19, 15, 13, 9, 22, 3, 0)
REGIONS = (
    ("Lappi", 1, 3),
    ("Pohjanmaa", 2, 1),
    ("Keski-Pohjanmaa", 2, 2),
    ("Pohjois-Pohjanmaa", 2, 3),
    ("Kainuu", 2, 4),
    ("Etelä-Pohjanmaa", 3, 1),
    ("Keski-Suomi", 3, 2),
    ("Pohjois-Savo", 3, 3),
    ("Pohjois-Karjala", 3, 4),
    ("Satakunta", 4, 1),
    ("Pirkanmaa", 4, 2),
    ("Päijät-Häme", 4, 3),
    ("Etelä-Savo", 4, 4),
    ("Varsinais-Suomi", 5, 1),
    ("Kanta-Häme", 5, 2),
    ("Kymenlaakso", 5, 3),
    ("Etelä-Karjala", 5, 4),
    ("Ahvenanmaa", 6, 1),
    ("Uusimaa", 6, 2),
)


def _dots() -> Figure:
    rows = [
        Dot(
            label,
            x / 52,
            max(0.0, x / 52 - 0.1),
            min(1.0, x / 52 + 0.12),
            x,
            52,
            bound_low=x / 122,
            bound_high=(x + 70) / 122,
        )
        for label, x in zip(CHALLENGES, COUNTS, strict=True)
    ]
    rows += [Dot("Sitoutumisen puute", None, suppressed=True), Dot("Muu", None)]
    return Dots(rows, words=Words("fi")).figure("Haasteet.")


def _waves() -> Figure:
    rows = [
        Dot(
            label,
            x / 52,
            max(0.0, x / 52 - 0.1),
            x / 52 + 0.12,
            x,
            52,
            second=x / 70,
        )
        for label, x in zip(CHALLENGES, COUNTS, strict=True)
    ]
    return Dots(rows, words=Words("sv"), name="2022", second_name="2023").figure("Vågor.")


def _states() -> Figure:
    rows = [
        Stack(label, (x, x * 3 % 7, 52 - x - x * 3 % 7))
        for label, x in zip(CHALLENGES, COUNTS, strict=True)
    ]
    rows.append(Stack("Sitoutumisen puute", (0, 0, 0), suppressed=True))
    return states_chart(rows, Words("fi")).figure("Maininnat.")


def _matrix() -> Figure:
    draws = np.random.default_rng(3)
    both = draws.poisson(5, (len(CHALLENGES), len(RESPONSES)))
    linked = np.minimum(both, draws.poisson(2, both.shape))
    withheld: list[list[int | None]] = [list(map(int, row)) for row in linked]
    withheld[0][0] = None
    panels = [Panel("Mainittu samassa raportissa", both.tolist()), Panel("Liitetty", withheld)]
    chart = Heatmap(panels, CHALLENGES, RESPONSES, words=Words("fi"))
    return chart.figure("Haasteet ja ratkaisut.")


def _flow() -> Figure:
    counts = {
        ("achieved", "measured"): 23,
        ("achieved", "estimated"): 31,
        ("achieved", "asserted"): 40,
        ("partly", "measured"): 4,
        ("partly", "estimated"): 15,
        ("not_achieved", "asserted"): 9,
        ("not_reported", "none"): 21,
    }
    return Cascade(counts, words=Words("fi")).figure("Tavoitteet.")


def _differences() -> Figure:
    rows = [
        Gap(CHALLENGES[0], 0.21, 0.04, 0.37),
        Gap(CHALLENGES[1], -0.05, -0.2, 0.11),
        Gap(CHALLENGES[4], -0.18, -0.31, -0.02),
        Gap("Sitoutumisen puute", None, suppressed=True),
    ]
    sides = ("maaseutumaisissa yleisempi", "kaupunkimaisissa yleisempi")
    return Differences(rows, words=Words("fi"), towards=sides).figure("Erot.")


def _love() -> Figure:
    rows = [
        Gap("Avustus, euroa", 0.31),
        Gap("Kumppaneita", -0.05),
        Gap("Kaupunkimainen kunta", -0.28),
        Gap("Alkamispäivä", 0.61),
    ]
    chart = Differences(rows, words=Words("fi"), unit="standardised", flag=0.25)
    return chart.figure("Tasapaino.")


def _lorenz() -> Figure:
    draws = np.random.default_rng(1).lognormal(11, 1, 190)
    curves = [
        Curve("Kaikki kunnat", [0.0] * 120 + draws.tolist(), 0.71),
        Curve("Avustusta saaneet kunnat", draws.tolist(), 0.53),
    ]
    return Lorenz(curves, "osuus kunnista", words=Words("fi")).figure("Jakauma.")


def _tilemap() -> Figure:
    values = np.random.default_rng(2).lognormal(1.5, 0.8, len(REGIONS)).tolist()
    tiles = [
        Tile(
            name,
            row,
            column,
            None if place in (2, 6) else (0.0 if place == 4 else values[place]),
        )
        for place, (name, row, column) in enumerate(REGIONS)
    ]
    chart = TileMap(
        tiles, lambda value: number(value, "fi", 1), "euroa asukasta kohti", words=Words("fi")
    )
    return chart.figure("Maakunnat.")


def _calls() -> Figure:
    rows = [
        Call("2019", 184, 41, 21_400_000, 38, 41),
        Call("2020, osa I", 102, 35, 15_200_000),
        Call("2020, osa II", None, 22, None),
        Call("2021", 66, 24, 8_400_000, 20, 24),
    ]
    return CallBars(rows, words=Words("fi")).figure("Haut.")


def _reliability() -> Figure:
    rows = tuple(
        Reliability(label, None if n == 0 else 0.5 + n / 50, max(-0.1, n / 40), 1 - 1 / (3 + n))
        for label, n in zip(CHALLENGES, COUNTS, strict=True)
    )
    groups = [Group("Haasteet", rows), Group("Ratkaisut", rows[:5]), Group("Säästöt", rows[:1])]
    chart = ReliabilityChart(groups, "Krippendorffin alfa", 0.667, 0.8, 0.95, words=Words("fi"))
    return chart.figure("Krippendorffin alfa aiheittain. Raportteja on 52.")


def _curve() -> Figure:
    labels = {5: "5 hanketta: 6 %", 8: "8 hanketta: 1 %"}
    points = [Point(k, 0.574**k, 0.5**k, 0.62**k, label=labels.get(k, "")) for k in range(1, 21)]
    chart = Line(
        points,
        x_words="hankkeita, joilla teema on",
        y_words="todennäköisyys, ettei teema näy luetuissa raporteissa",
        words=Words("fi"),
    )
    return chart.figure("Näkymätön teema.")


FIGURES: dict[str, Callable[[], Figure]] = {
    "calls": _calls,
    "curve": _curve,
    "reliability": _reliability,
    "differences": _differences,
    "dots": _dots,
    "flow": _flow,
    "lorenz": _lorenz,
    "love": _love,
    "matrix": _matrix,
    "states": _states,
    "tilemap": _tilemap,
    "waves": _waves,
}


@cache
def figure(name: str) -> Figure:
    """The example of that name, drawn once a session."""
    return FIGURES[name]()


def digest(shown: Figure) -> str:
    """SHA-256 of everything a reader gets of a figure."""
    return hashlib.sha256(
        shown.svg.encode() + shown.png + shown.alt.encode() + json.dumps(shown.page).encode()
    ).hexdigest()
