"""Spreadsheets mutated from the example's register, with what a person sees in them.

Each is built from values that are known, so what is shown is known by construction: nothing of
the reader is used. A harmless mutation shows every value as it is stored; any other shows, in at
least one place, something that must not be read as what is stored.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import random
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sheet_files import Cell, Page, Seen, number, ods, text, xlsx

REGISTER = Path(__file__).parents[2] / "data" / "register" / "projects.csv"
COLUMNS = ("project_id", "call_id", "title_fi", "lead_org_id", "grant_eur", "total_cost_eur",
           "decided", "started", "note")  # fmt: skip
AMOUNTS = ("grant_eur", "total_cost_eur")
DAYS = ("decided", "started")
OTHER = object()
"""What a person sees is no value of the column at all."""

Row = dict[str, Any]


@dataclass
class Mutated:
    """A spreadsheet and what is seen in it.

    Arguments:
        kinds: what was done to it.
        content, suffix: the file.
        seen: by project, the values that a person sees; OTHER for what is no such value.
        harmless: whether all of it has to be read.
    """

    kinds: list[str]
    content: bytes = b""
    suffix: str = ".csv"
    seen: dict[str, Row] = field(default_factory=dict)
    harmless: bool = True


@cache
def _register() -> list[dict[str, str]]:
    with REGISTER.open(encoding="utf-8") as stream:
        return [row for row in csv.DictReader(stream) if row["grant_eur"] and row["started"]]


def example_rows(chance: random.Random) -> list[Row]:
    """Some rows of the example, with cents added so that every number shows its marks."""
    rows = []
    for row in chance.sample(_register(), 6):
        values: Row = {name: row[name] for name in COLUMNS}
        for name in AMOUNTS:
            cents = chance.choice([10, 25, 50, 75, 99])
            values[name] = int(row[name] or "1000") + cents / 100
        for name in DAYS:
            values[name] = dt.date.fromisoformat(row[name])
        values["note"] = chance.choice(["", "huom", "Åbo, höjd"])
        rows.append(values)
    return rows


def mutate(seed: int) -> Mutated:
    """The spreadsheet of a seed: every second one is harmless."""
    chance = random.Random(seed)
    rows = example_rows(chance)
    made = Mutated([], seen={row["project_id"]: dict(row) for row in rows}, harmless=seed % 2 == 0)
    chance.choice((_csv, _xlsx, _xlsx, _ods))(chance, rows, made)
    return made


def _spoil(made: Mutated, row: Row, column: str, value: Any = OTHER) -> None:
    made.seen[row["project_id"]][column] = value


def _grouped(value: float, thousands: str, decimal: str) -> str:
    return f"{value:,.2f}".replace(",", "t").replace(".", decimal).replace("t", thousands)


def _csv(chance: random.Random, rows: list[Row], made: Mutated) -> None:
    decimal, thousands = chance.choice(
        [(".", ""), (",", ""), (",", " "), (",", "\u00a0"), (",", "."), (".", ","), (".", "'"),
         (".", " ")]
    )  # fmt: skip
    sign = chance.choice(["", "", " €", "€", " EUR"])
    day = chance.choice(["%Y-%m-%d", "%d.%m.%Y", "%-d.%-m.%Y"])
    delimiter = chance.choice(",;\t|")
    encoding = chance.choice(["utf-8", "utf-8-sig", "utf-16", "cp1252"])
    newline = chance.choice(["\n", "\r\n"])
    made.kinds.append(f"csv {delimiter!r} {encoding} {thousands!r} {decimal!r} {day}")
    columns = list(COLUMNS)
    chance.shuffle(columns)
    lines: list[list[str]] = []
    for row in rows:
        written = {name: str(row[name]) for name in columns}
        written |= {name: _grouped(row[name], thousands, decimal) + sign for name in AMOUNTS}
        written |= {name: row[name].strftime(day) for name in DAYS}
        lines.append([written[name] for name in columns])
        if chance.random() < 0.1:
            lines.append([""] * chance.choice([0, len(columns)]))
    header = [chance.choice([name, name.upper(), f" {name} "]) for name in columns]
    if chance.random() < 0.2:
        lines.insert(0, [""] * len(columns))
        lines.insert(0, header)
        if chance.random() < 0.5:
            lines.insert(0, [])
    else:
        lines.insert(0, header)
    if not made.harmless:
        encoding = _spoil_csv(chance, rows, made, columns, lines, encoding)
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline).writerows(lines)
    made.content = out.getvalue().encode(encoding, "ignore")  # a DOS page has no €


def _spoil_csv(chance: random.Random, rows: list[Row], made: Mutated, columns: list[str],
               lines: list[list[str]], encoding: str) -> str:  # fmt: skip
    kind = chance.choice(["bare thousands", "cell", "title", "total", "note", "header again",
                          "short row", "long row", "encoding", "mixed notations"])  # fmt: skip
    made.kinds.append(kind)
    row, column = chance.choice(rows), chance.choice(AMOUNTS)
    place, of = columns.index(column), columns.index("project_id")
    line = next(one for one in lines if len(one) > of and one[of] == row["project_id"])
    if kind == "bare thousands":  # whole thousands, and nothing in the file shows what they are
        mark = chance.choice(".,")
        for one, values in zip([one for one in lines if any(one)][1:], rows, strict=True):
            for name in AMOUNTS:
                whole = chance.randrange(1, 999) * 1000 + chance.randrange(1000)
                one[columns.index(name)] = f"{whole:,}".replace(",", mark)
                _spoil(made, values, name, float(whole))
    elif kind == "cell":
        line[place] = chance.choice(["85 %", "12,5 k€", "1,5 milj.", "#REF!", "#JAKO/0!",
                                     "Err:502", "#####", "n. 5000", "12 34", "5–10", "12.3.4",
                                     "=A1*2"])  # fmt: skip
        _spoil(made, row, column)
    elif kind == "mixed notations":
        for one, values in zip([one for one in lines if any(one)][1:], rows, strict=True):
            one[place] = "123.250"
            _spoil(made, values, column)  # one of two: neither may be taken
            one[columns.index(AMOUNTS[1 - AMOUNTS.index(column)])] = chance.choice(["85,5", "85.5"])
            _spoil(made, values, AMOUNTS[1 - AMOUNTS.index(column)], 85.5)
        other = columns.index(AMOUNTS[1 - AMOUNTS.index(column)])
        filled = [one for one in lines if any(one)][1:]
        filled[0][other], filled[1][other] = "85,5", "85.5"
    elif kind == "title":
        lines.insert(0, ["Hankerekisteri"] + [""] * chance.choice([0, len(columns) - 1]))
    elif kind in ("total", "note", "header again"):
        extra = [""] * len(columns)
        if kind == "total":
            extra[0] = "Yhteensä" if columns[0] not in AMOUNTS + DAYS else ""
            for name in AMOUNTS:
                extra[columns.index(name)] = f"{sum(values[name] for values in rows):.2f}"
        elif kind == "note":
            extra[of] = "* Lähde: ministeriön päätökset"
        else:
            extra = list(next(one for one in lines if any(one)))
        lines.append(extra)
    elif kind == "short row":
        del line[chance.randrange(max(1, of), len(line)) :]
        line[0] = line[0] or "huom"
        made.seen[row["project_id"]] = dict.fromkeys(COLUMNS, OTHER)
    elif kind == "long row":
        line[place : place + 1] = line[place].replace(".", ",").split(",")[0], "50"
        line[-1] = line[-1] or "huom"
        made.seen[row["project_id"]] = dict.fromkeys(COLUMNS, OTHER)
    else:
        line[columns.index("title_fi")] = "Henkilöstön määrä, Åbo"
        _spoil(made, row, "title_fi", "Henkilöstön määrä, Åbo")
        return chance.choice(["mac_roman", "cp850", "cp437"])
    return encoding


HARMLESS_FORMATS = ("General", "0.00", "#,##0.00", "#,##0.00 €", "#,##0.00\\ [$€-40B]", "0.00##",
                    '_-* #,##0.00_-;-* #,##0.00_-;_-* "-"??_-;_-@_-',
                    "#,##0.00;[Red]-#,##0.00")  # fmt: skip
DATE_FORMATS = ("yyyy-mm-dd", "d.m.yyyy", "dd/mm/yy", '[$-40B]d. mmmm"ta" yyyy;@', "General")
# a format, what is stored and what is then seen: no number, or another one
OTHERWISE: tuple[tuple[str, str, Any], ...] = (
    ("0%", "0.85", OTHER), ("0.00%", "0.125", OTHER), ('0.00 "k€"', "123.25", OTHER),
    ("#,##0,", "123250.5", 123.0), ("0.0,,", "3400000", 3.4), ("0", "123250.5", 123251.0),
    ("#,##0", "0.49", 0.0), ("0.0", "1234.56", 1234.6), (";;;", "5000", OTHER),
    ("0;0", "-5000", 5000.0), ('"ei tietoa"', "5000", OTHER), ("#,##0.00 [$kr-41D]", "7.5", OTHER),
    ("yyyy-mm-dd", "43790", OTHER), ("d-mmm", "43790", OTHER), ("0.00E+00", "123456", 123000.0),
    ('[>1000]0.0,"t";0', "123456", OTHER), ('0.00" milj."', "1.5", OTHER),
    ("0\\0\\0", "12", 1200.0),
)  # fmt: skip
ERRORS = ("#NULL!", "#DIV/0!", "#VALUE!", "#REF!", "#NAME?", "#NUM!", "#N/A", "#SPILL!", "#CALC!")
_ZERO = dt.date(1899, 12, 30)


def _xlsx(chance: random.Random, rows: list[Row], made: Mutated) -> None:
    code, day = chance.choice(HARMLESS_FORMATS), chance.choice(DATE_FORMATS)
    made.kinds.append(f"xlsx {code} {day}")
    made.suffix = ".xlsx"
    from_1904 = chance.random() < 0.2
    zero = dt.date(1904, 1, 1) if from_1904 else _ZERO
    columns = list(COLUMNS)
    table: list[list[Cell | None]] = [[text(name) for name in columns]]
    for row in rows:
        cells: list[Cell | None] = []
        for name in columns:
            value = row[name]
            if name in AMOUNTS:
                formula = "A1*2" if chance.random() < 0.2 else ""
                cells.append(Cell(repr(value), code=code, formula=formula))
            elif name in DAYS:
                cells.append(number((value - zero).days, day))
            else:
                cells.append(text(value, chance.choice(["General", "@"])) if value else None)
        table.append(cells)
    page = Page(table, "projects")
    pages = [page]
    if chance.random() < 0.3:
        pages.append(Page([[text("ohje")], [text("tekijä"), text("A")]], "ohje", "hidden"))
    if chance.random() < 0.3:
        page.hidden_rows, page.hidden_columns = {40}, {15}
        page.merged = ["A40:C41"]
        page.filtered = True
    if not made.harmless:
        _spoil_xlsx(chance, rows, made, page, pages)
    made.content = xlsx(pages, date1904=from_1904)


def _spoil_xlsx(chance: random.Random, rows: list[Row], made: Mutated, page: Page,
                pages: list[Page]) -> None:  # fmt: skip
    kinds = ["format"] * 4 + ["error"] * 2 + [
        "merged down", "merged across", "hidden row", "hidden column", "struck row", "struck cell",
        "white cell", "further sheet", "text", "code turned date", "hidden text", "month only",
        "formula", "title", "total", "note", "beside",
    ]  # fmt: skip
    kind = chance.choice(kinds)
    made.kinds.append(kind)
    at = chance.randrange(len(rows) - 1)
    row, cells = rows[at], page.rows[at + 1]
    column = chance.choice(AMOUNTS)
    place = COLUMNS.index(column)
    if kind == "format":
        code, stored, seen = chance.choice(OTHERWISE)
        made.kinds.append(f"{code} {stored}")
        cells[place] = number(stored, code)
        _spoil(made, row, column, seen)
    elif kind == "error":
        name = chance.choice(COLUMNS)
        cells[COLUMNS.index(name)] = Cell(chance.choice(ERRORS), "e", formula="B1")
        _spoil(made, row, name)
    elif kind == "merged down":
        page.merged.append(f"{'ABCDEF'[place]}{at + 2}:{'ABCDEF'[place]}{at + 3}")
        page.rows[at + 2][place] = None
        for one in rows[at : at + 2]:
            _spoil(made, one, column)
    elif kind == "merged across":
        page.merged.append(f"E{at + 2}:F{at + 2}")
        cells[5] = None
        for name in AMOUNTS:
            _spoil(made, row, name)
    elif kind == "hidden row":
        page.hidden_rows.add(at + 2)
        del made.seen[row["project_id"]]
    elif kind == "hidden column":
        page.hidden_columns.add(place)
        for one in rows:
            _spoil(made, one, column)
    elif kind in ("struck row", "struck cell", "white cell"):
        for where in range(len(COLUMNS)) if kind == "struck row" else [place]:
            old = cells[where]
            if old is not None:
                cells[where] = Cell(old.value, old.kind, old.code, kind != "white cell",
                                    kind == "white cell")  # fmt: skip
        made.seen[row["project_id"]] = dict.fromkeys(COLUMNS, OTHER)
    elif kind == "further sheet":
        state = chance.choice(["visible", "hidden", "veryHidden"])
        pages.append(Page([page.rows[0], [text("p-new")]], "projects 2", state))
        made.seen["p-new"] = {}
    elif kind == "text":
        cells[place] = text(chance.choice(["123.250", "1,000", "25.000 €", "-3.500", "85 %"]))
        _spoil(made, row, column)
    elif kind == "code turned date":
        cells[1] = number(43790, chance.choice(["d.m.yyyy", "mmm-yy", "d-mmm"]))
        _spoil(made, row, "call_id")
    elif kind == "hidden text":
        cells[2] = text("salattu", ";;;")
        _spoil(made, row, "title_fi", "")
    elif kind == "month only":
        cells[6] = number(43790, chance.choice(["mmm-yy", "yyyy", "m/yyyy", "d.m.", "h:mm"]))
        _spoil(made, row, "decided")
    elif kind == "formula":
        cells[place] = Cell("", formula="A1*2")
        _spoil(made, row, column)
    elif kind == "beside":
        cells.append(None)
        cells.append(text("huom"))
        made.seen[row["project_id"]]["beside"] = "huom"
    else:
        extra: list[Cell | None] = [None] * len(COLUMNS)
        if kind == "title":
            page.rows.insert(0, [text("Hankerekisteri 2019")])
            page.merged.append("A1:I1")
            return
        if kind == "note":
            extra[0] = text("Lähde: ministeriö")
            page.rows.append([])
        else:
            extra[4:6] = [number(round(sum(one[name] for one in rows), 2)) for name in AMOUNTS]
        page.rows.append(extra)


def _ods(chance: random.Random, rows: list[Row], made: Mutated) -> None:
    made.suffix = ".ods"
    thousands, sign = chance.choice([" ", "\u00a0", ""]), chance.choice(["", " €"])
    made.kinds.append(f"ods {thousands!r} {sign}")
    table: list[list[Seen | None]] = [[Seen(name) for name in COLUMNS]]
    for row in rows:
        cells: list[Seen | None] = []
        for name in COLUMNS:
            value = row[name]
            if name in AMOUNTS:
                shown = _grouped(value, thousands, ",") + sign
                cells.append(Seen(shown, repr(value), "currency" if sign else "float"))
            elif name in DAYS:
                shown = chance.choice(
                    [f"{value.day}.{value.month}.{value.year}", f"{value:%d/%m/%y}"]
                )
                cells.append(Seen(shown, value.isoformat(), "date"))
            else:
                cells.append(Seen(value) if value else None)
        table.append(cells)
    looks: dict[str, Any] = {}
    if not made.harmless:
        at = chance.randrange(len(rows) - 1)
        column = chance.choice(AMOUNTS)
        place = COLUMNS.index(column)
        row, cells = rows[at], table[at + 1]
        kind = chance.choice(["cell", "cell", "hidden row", "hidden column", "struck", "merged"])
        made.kinds.append(kind)
        if kind == "cell":
            cells[place] = chance.choice(
                [Seen("85 %", "0.85", "percentage"), Seen("123,25 k€", "123.25", "float"),
                 Seen("1235", "1234.567", "float"), Seen("", "5000", "float"),
                 Seen("#DIV/0!", kind="error"), Seen("123", "123250", "float"),
                 Seen("marras 19", "2019-11-21", "date"), Seen("100 kr", "100", "currency")]
            )  # fmt: skip
            seen = {"1235": 1235.0, "123": 123.0}
            _spoil(made, row, column, seen.get(cells[place].shown, OTHER))  # type: ignore[union-attr]
        elif kind == "hidden row":
            looks["hidden"] = [at + 2]
            del made.seen[row["project_id"]]
        elif kind == "hidden column":
            looks["hidden_columns"] = [place]
            for one in rows:
                _spoil(made, one, column)
        elif kind == "struck":
            cells[place] = Seen("5000", "5000", "float", style="struck")
            _spoil(made, row, column)
        else:
            cells[place] = Seen("5000", "5000", "float", spans='table:number-rows-spanned="2"')
            table[at + 2][place] = None
            for one in rows[at : at + 2]:
                _spoil(made, one, column)
    made.content = ods(table, **looks)
