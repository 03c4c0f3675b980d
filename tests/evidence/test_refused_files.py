"""What cannot be read for certain, or is hostile, is refused with its place and a remedy."""

from __future__ import annotations

import contextlib
import io
import random
import zipfile
from pathlib import Path
from typing import Any

import pytest
from evidence_files import (
    PADDING,
    first_problem,
    regions,
    spoil,
    to_ods,
    to_xlsx,
    workbook_parts,
    zipped,
)
from spreadsheet_mutations import COLUMNS, mutate

from evaltools.evidence.raw_table import UnreadableTableError
from evaltools.evidence.workbook import read_workbook


def test_a_table_in_two_files_is_refused(package: Any) -> None:
    (package.folder / "reference" / "regions.xlsx").write_bytes(b"")
    assert first_problem(package) == (
        "data/reference/regions.csv: the table is there more than once: reference/regions.csv, "
        "reference/regions.xlsx. Keep the one that holds. [data.file-twice]"
    )


@pytest.mark.parametrize("suffix", [".xls", ".xlsm", ".tsv"])
def test_a_file_of_a_kind_that_is_not_read_is_named(package: Any, suffix: str) -> None:
    assert spoil(package, b"x", suffix) == (
        f"data/reference/regions.csv: there is reference/regions{suffix}, a kind of file that is "
        "not read; allowed: reference/regions.csv, reference/regions.xlsx, reference/regions.ods. "
        "Save it as .xlsx or .csv. [data.file-kind]"
    )


def test_an_empty_file_is_refused(package: Any) -> None:
    assert spoil(package, b"") == (
        "data/reference/regions.csv: the file is empty. Give it at least its header. [data.empty]"
    )


def test_letters_broken_by_an_earlier_conversion_are_refused(package: Any) -> None:
    twice = regions(package).decode().encode().decode("cp1252").encode()
    assert spoil(package, twice) == (
        'data/reference/regions.csv, row 4: letters were broken by an earlier conversion ("Ã¤"). '
        "Export the file again as UTF-8; an open and save does not mend it. [data.encoding]"
    )


def test_an_encoding_that_is_not_read_is_refused(package: Any) -> None:
    content = b"region_code,name_fi\n01,Uusimaa\n02,\x81\n"
    assert spoil(package, content) == (
        "data/reference/regions.csv, row 3: byte 35 is not text in any encoding that is read; "
        "allowed: UTF-8, UTF-16, Windows-1252. Save the file as UTF-8. [data.encoding]"
    )


def test_an_open_quotation_is_refused(package: Any) -> None:
    assert spoil(package, regions(package).replace(b"Satakunta,S", b'"Satakunta,S')) == (
        "data/reference/regions.csv, row 3: the row cannot be split into cells (unexpected end of "
        "data). Put text with quotation marks between quotation marks and double them inside: "
        '"". [data.quoting]'
    )


def test_a_row_with_too_many_cells_is_refused(package: Any) -> None:
    assert spoil(package, regions(package).replace(b",9,3", b",9,3,5")) == (
        "data/reference/regions.csv, row 2: the row has 7 cells, the header 6. Put a text that "
        "holds the delimiter between quotation marks. [data.row-width]"
    )


def test_columns_that_are_missing_unknown_or_twice_are_told(package: Any) -> None:
    changed = regions(package).replace(b"name_sv", b"nime_sv").replace(b"name_en", b"name_fi")
    assert spoil(package, changed) == (
        "data/reference/regions.csv, row 1: the column \"nime_sv\" is not in datapackage.json. "
        'Did you mean "name_sv"? [data.column-unknown]\n'
        "data/reference/regions.csv, row 1, column name_fi: the column stands twice. Keep one of "
        "them. [data.column-twice]\n"
        "data/reference/regions.csv, row 1, column name_sv: the column is missing. Add it, with "
        "empty cells where nothing is known. [data.column-missing]\n"
        "data/reference/regions.csv, row 1, column name_en: the column is missing. Add it, with "
        "empty cells where nothing is known. [data.column-missing]"
    )  # fmt: skip


def test_values_under_no_name_are_told(package: Any) -> None:
    lines = regions(package).decode().splitlines()
    wider = "\n".join([lines[0] + ",", lines[1] + ",huom", *(line + "," for line in lines[2:])])
    # an empty last column is no column, so the row that fills it is too long
    assert spoil(package, wider.encode()) == (
        "data/reference/regions.csv, row 2: the row has 7 cells, the header 6. Put a text that "
        "holds the delimiter between quotation marks. [data.row-width]"
    )


UNSAFE = "Copy the values into a new workbook, or save as .csv. [data.workbook-unsafe]"


def test_what_is_no_workbook_is_refused(package: Any) -> None:
    assert spoil(package, b"PK not a zip", ".xlsx") == (
        "data/reference/regions.xlsx: it cannot be read as a workbook (File is not a zip file). "
        "Save it again as .xlsx without a password, or as .csv. [data.workbook]"
    )


def test_a_damaged_workbook_is_read_or_refused_but_never_crashes(package: Any) -> None:
    content = zipped(workbook_parts(lambda sheet: sheet.append(["region_code"])))
    for place in range(40, len(content), 97):
        damaged = content[:place] + b"\xff\x00\xff" + content[place + 3 :]
        with contextlib.suppress(UnreadableTableError):  # and nothing else comes out
            read_workbook(damaged, ".xlsx", "regions", ["region_code"])


def test_xml_that_is_wrong_in_places_is_read_or_refused_but_never_crashes() -> None:
    chance = random.Random(7)
    pieces = [b'"', b"<", b"999999999", b"-1", b'r="0"', b"XFD", b"1048576", b"\xff", b"<!--x-->",
              b"", b't="s"', b"1e999", b"nan", b"_x0000_", b";;;[", b'"%%%']  # fmt: skip
    books = [made for made in map(mutate, range(12)) if made.suffix != ".csv"]
    outcomes = set()
    for _ in range(400):
        made = chance.choice(books)
        with zipfile.ZipFile(io.BytesIO(made.content)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
        name = chance.choice([one for one in parts if one.endswith((".xml", ".rels"))])
        place = chance.randrange(len(parts[name]))
        rest = parts[name][place + chance.choice([0, 1, 5]) :]
        parts[name] = parts[name][:place] + chance.choice(pieces) + rest
        try:
            read_workbook(zipped(parts), made.suffix, "projects", COLUMNS)
            outcomes.add("read")
        except UnreadableTableError as error:  # and nothing else comes out
            outcomes.add(error.code)
    assert {"read", "data.workbook"} <= outcomes


def test_places_that_are_none_are_counted_and_places_too_far_are_refused() -> None:
    parts = workbook_parts(lambda sheet: sheet.append(["region_code"]))
    name = "xl/worksheets/sheet1.xml"
    nought = parts | {name: parts[name].replace(b'<row r="1"', b'<row r="0"')}
    grid = read_workbook(zipped(nought), ".xlsx", "regions", ["region_code"])
    assert grid.header == ("region_code",)
    odd = parts | {name: parts[name].replace(b'r="A1"', b'r="-1"')}
    grid = read_workbook(zipped(odd), ".xlsx", "regions", ["region_code"])
    assert grid.header == ("region_code",)
    for far in (b"<row r='1048577'", b"<row r='99999999999'"):
        with pytest.raises(UnreadableTableError) as error:
            read_workbook(
                zipped(parts | {name: parts[name].replace(b'<row r="1"', far)}),
                ".xlsx", "regions", ["region_code"],
            )  # fmt: skip
        assert error.value.code == "data.workbook-unsafe"


def test_a_zip_bomb_is_refused_before_it_unpacks(
    package: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltools.evidence.workbook.LARGEST_CONTENT", 20_000_000)
    parts = workbook_parts(lambda sheet: sheet.append(["region_code"]))
    bomb = zipped(parts | {"xl/media/big.bin": bytes(25_000_000)})
    assert len(bomb) < 100_000
    assert spoil(package, bomb, ".xlsx") == (
        f"data/reference/regions.xlsx: unpacked it would be larger than 20 MB. {UNSAFE}"
    )


def test_a_size_that_lies_is_refused(package: Any) -> None:
    parts = workbook_parts(lambda sheet: sheet.append(["region_code"]))
    name = "xl/worksheets/sheet1.xml"
    honest = zipped(
        {name: parts[name] + b" " * 50_000, **{k: v for k, v in parts.items() if k != name}}
    )
    size = (len(parts[name]) + 50_000).to_bytes(4, "little")
    assert "Bad CRC-32" in spoil(
        package, honest.replace(size, (100).to_bytes(4, "little")), ".xlsx"
    )


def test_a_document_type_is_refused(package: Any) -> None:
    parts = workbook_parts(lambda sheet: sheet.append(["region_code"]))
    name = "xl/worksheets/sheet1.xml"
    parts[name] = b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>' + parts[name]
    assert spoil(package, zipped(parts), ".xlsx") == (
        f"data/reference/regions.xlsx: its part {name} is not plain XML in UTF-8. {UNSAFE}"
    )


def test_a_cell_in_the_far_corner_is_refused_before_a_sheet_of_that_size_is_built(
    package: Any,
) -> None:
    def fill(sheet: Any) -> None:
        sheet["A1"] = "region_code"
        sheet["XFD1048576"] = 1

    assert spoil(package, zipped(workbook_parts(fill)), ".xlsx") == (
        "data/reference/regions.xlsx: a cell stands as far out as row 1048576, column 16384. "
        f"{UNSAFE}"
    )


def test_repeated_cells_of_an_ods_are_counted_before_they_are_built(package: Any) -> None:
    bomb = PADDING.replace('repeated="16384"', 'repeated="16384" office:value-type="string"')
    to_ods(package, "regions", bomb)
    assert first_problem(package) == (
        f"data/reference/regions.ods: repeated cells would fill more than five million. {UNSAFE}"
    )


def test_a_formula_without_a_stored_value_is_refused_not_read_as_nothing(package: Any) -> None:
    package.tables["projects"][0]["grant_eur"] = "=50*2"
    to_xlsx(package, "projects", lambda kind, cell: cell)
    assert first_problem(package) == (
        "data/register/projects.xlsx, row 2, column grant_eur: the cell holds a formula without a "
        "stored value. Open the workbook and save it, or put the values in place of "
        "formulas. [data.formula]"
    )


def test_a_link_out_of_the_folder_is_refused(package: Any, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_bytes(regions(package))
    path = package.folder / "reference" / "regions.csv"
    path.unlink()
    path.symlink_to(secret)
    assert first_problem(package) == (
        "data/reference/regions.csv: reference/regions.csv leads out of the data folder or "
        "nowhere. Copy the file into the folder. [data.path]"
    )


def test_values_under_an_unnamed_column_are_told(package: Any) -> None:
    changed = (
        regions(package).replace(b"name_fi,", b"name_fi,,").replace(b"Uusimaa,N", b"Uusimaa,x,N")
    )
    changed = changed.replace(b"Satakunta,S", b"Satakunta,,S").replace(
        b"Pohjanmaa,S", b"Pohjanmaa,,S"
    )
    assert spoil(package, changed) == (
        "data/reference/regions.csv, row 1: column 3 holds values under no name. Name the column, "
        "or empty it. [data.column-unnamed]"
    )
