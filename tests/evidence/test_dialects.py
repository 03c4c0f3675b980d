"""Whatever text a register was exported as, the same tables are read back."""

from __future__ import annotations

import time
from typing import Any

import pandas as pd
import pytest
from evidence_files import (
    same,
)

from evaltools.evidence import load_descriptor, read_tables
from evaltools.evidence.known_tables import known_tables


def finnish(cell: str) -> str:
    if cell in ("true", "false"):
        return {"true": "kyllä", "false": "ei"}[cell]
    if len(cell) == 10 and cell[4] == "-" == cell[7]:
        return f"{int(cell[8:])}.{int(cell[5:7])}.{cell[:4]}"
    return cell


def swedish(cell: str) -> str:
    return {"true": "Ja", "false": "NEJ"}.get(cell, cell)


def digits(cell: str) -> str:
    return {"true": "1", "false": "0"}.get(cell, cell)


DIALECTS: dict[str, dict[str, Any]] = {
    "semicolon": {"delimiter": ";"},
    "tab": {"delimiter": "\t"},
    "byte order mark": {"encoding": "utf-8-sig"},
    "utf-16": {"encoding": "utf-16"},
    "utf-16 without mark": {"encoding": "utf-16-le"},
    "crlf": {"newline": "\r\n"},
    "cr": {"newline": "\r", "delimiter": ";"},
    "Finnish": {"delimiter": ";", "convert": finnish},
    "Swedish": {"convert": swedish},
    "digits for booleans": {"convert": digits},
    "Excel in Finland": {"delimiter": ";", "encoding": "utf-8-sig", "newline": "\r\n",
                         "convert": finnish},
}  # fmt: skip


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_dialect_reads_back_the_same_tables(
    package: Any, pristine: Any, dialect: str
) -> None:
    package.write(**DIALECTS[dialect])
    same(package, pristine)


def test_windows_1252_reads_back_the_same_tables(package: Any, pristine: Any) -> None:
    tables = [name for name in package.tables if name != "segments"]  # a quote holds an emoji
    package.write(*tables, encoding="cp1252", delimiter=";", newline="\r\n")
    same(package, pristine)


@pytest.mark.parametrize(
    "written",
    ["1500000,5", "1 500 000,50", "1\u00a0500\u00a0000,5", "1\u202f500\u202f000,50",
     "1.500.000,50", "1,500,000.50", "1500000.5 €", "1 500 000,5 EUR"],
)  # fmt: skip
def test_grouped_thousands_and_decimal_commas_are_the_same_number(
    package: Any, pristine: Any, written: str
) -> None:
    package.change("calls", 2, granted_eur=written)
    same(package, pristine)


def test_lost_noughts_of_codes_come_back_where_the_pattern_tells_how_many(
    package: Any, pristine: Any
) -> None:
    package.change("organisations", 2, municipality_code="5")
    package.change("organisations", 4, region_code="1")
    same(package, pristine)


def test_the_guise_that_keeps_noughts_in_excel_is_taken_off(package: Any, pristine: Any) -> None:
    package.change("organisations", 2, municipality_code='="005"')
    same(package, pristine)


def test_headers_may_have_stray_spaces_capitals_and_any_order(package: Any, pristine: Any) -> None:
    rows = package.tables["regions"]
    package.tables["regions"] = [
        {f" {name.upper()}  ": row[name] for name in reversed(row)} for row in rows
    ]
    package.write("regions")
    same(package, pristine)


def test_empty_rows_and_columns_at_the_end_are_no_data(package: Any, pristine: Any) -> None:
    path = package.folder / "reference" / "regions.csv"
    lines = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(f"{line},,," for line in lines) + "\n,,,,,,,,\n\n", encoding="utf-8")
    same(package, pristine)


def test_quoted_line_breaks_stay_in_their_cell(package: Any) -> None:
    package.change("projects", 2, note='kaksi\r\nriviä; "lainattu", pilkku')
    assert read_tables(package.folder)["projects"].loc[2, "note"] == (
        'kaksi\nriviä; "lainattu", pilkku'
    )


def test_a_line_that_tells_excel_the_delimiter_is_no_header(package: Any, pristine: Any) -> None:
    package.write("regions", delimiter=";")
    path = package.folder / "reference" / "regions.csv"
    path.write_bytes(b"sep=;\r\n" + path.read_bytes())
    same(package, pristine)


def test_decomposed_letters_are_composed(package: Any, pristine: Any) -> None:
    package.change("regions", 4, name_fi="Etela\u0308-Pohjanmaa")
    same(package, pristine)


def test_types_are_those_the_module_promises(package: Any) -> None:
    tables = read_tables(package.folder)
    kinds = {"string": "string", "integer": "Int64", "number": "float64", "boolean": "boolean",
             "date": "datetime64[us]"}  # fmt: skip
    for resource in load_descriptor(package.folder).resources:
        frame = tables[resource.name]
        described = [field.name for field in resource.fields]
        known = known_tables()[resource.name].columns if resource.name in known_tables() else ()
        assert list(frame.columns) == [*described, *(c for c in known if c not in described)]
        assert {field.name: str(frame[field.name].dtype) for field in resource.fields} == {
            field.name: kinds[field.type] for field in resource.fields
        }
        assert frame.index.name == "row"
    assert tables["projects"].index.tolist() == [2, 3, 4, 5]


def test_reading_is_quick_for_twenty_tables_and_ten_thousand_rows(package: Any) -> None:
    base = package.tables["codings"]
    package.tables["codings"] = [
        base[number % len(base)] | {"coding_id": f"K{number}"} for number in range(10_000)
    ]
    package.write("codings")
    descriptor = load_descriptor(package.folder)
    read_tables(package.folder, descriptor)
    start = time.process_time()
    tables = read_tables(package.folder, descriptor)
    # 0.2 s where nothing else runs; the processor is slower while others use its caches.
    assert time.process_time() - start < 1.0
    assert isinstance(tables["codings"], pd.DataFrame)
    assert len(tables["codings"]) == 10_000
