"""Files for tests of reading: workbooks made of tables, files spoilt in one place."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from pandas.testing import assert_frame_equal

from evaltools.evidence import load_descriptor, read_tables
from evaltools.problems import ProblemError
from evaltools.study import load_study

STUDY = load_study(Path(__file__).parents[2])


def same(package: Any, pristine: Any) -> None:
    found, wanted = read_tables(package.folder), read_tables(pristine.folder)
    assert list(found) == list(wanted)
    for name in wanted:
        assert_frame_equal(found[name], wanted[name])


Convert = Callable[[str, str], Any]


def as_value(kind: str, cell: str) -> Any:
    """A cell as a person would have it in a spreadsheet."""
    if cell == "":
        return None
    if kind == "integer":
        return int(cell)
    if kind == "number":
        return float(cell)
    if kind == "boolean":
        return cell == "true"
    if kind == "date":
        return dt.date.fromisoformat(cell)
    return int(cell) if cell.isdigit() else cell


def to_xlsx(package: Any, table: str, convert: Convert = as_value, *, book: Any = None) -> Path:
    """Replace the text file of a table by a workbook."""
    resource = load_descriptor(package.folder).resource(table)
    book = book or openpyxl.Workbook()
    sheet = book.active
    sheet.append(list(resource.own_names))
    for row in package.tables[resource.own_name]:
        sheet.append([convert(field.type, row[field.own_name]) for field in resource.fields])
    text = package.folder / resource.path
    text.unlink()
    path = text.with_suffix(".xlsx")
    book.save(path)
    return path


def same_but_for_the_file(package: Any, pristine: Any) -> None:
    found, wanted = read_tables(package.folder), read_tables(pristine.folder)
    for name in wanted:
        found[name].attrs = wanted[name].attrs
        assert_frame_equal(found[name], wanted[name])


ODS = """<?xml version="1.0" encoding="UTF-8"?>
<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.3">
<office:body><office:spreadsheet><table:table table:name="Sheet1">{rows}</table:table>
</office:spreadsheet></office:body></office:document-content>"""


def to_ods(package: Any, table: str, extra: str = "") -> None:
    resource = load_descriptor(package.folder).resource(table)

    def cell(value: Any) -> str:
        if value is None:
            return "<table:table-cell/>"
        if isinstance(value, bool):
            return (f'<table:table-cell office:value-type="boolean" office:boolean-value='
                    f'"{str(value).lower()}"><text:p>x</text:p></table:table-cell>')  # fmt: skip
        if isinstance(value, int | float):
            return (f'<table:table-cell office:value-type="float" office:value="{value}">'
                    f"<text:p>{value}</text:p></table:table-cell>")  # fmt: skip
        if isinstance(value, dt.date):
            return (f'<table:table-cell office:value-type="date" office:date-value="{value}">'
                    f"<text:p>{value}</text:p></table:table-cell>")  # fmt: skip
        return (f'<table:table-cell office:value-type="string"><text:p>{value}</text:p>'
                "</table:table-cell>")  # fmt: skip

    records: list[list[Any]] = [list(resource.own_names)]
    records += [
        [as_value(field.type, row[field.own_name]) for field in resource.fields]
        for row in package.tables[resource.own_name]
    ]
    rows = "".join(
        "<table:table-row>" + "".join(map(cell, record)) + "</table:table-row>"
        for record in records
    )
    text = package.folder / resource.path
    text.unlink()
    with zipfile.ZipFile(text.with_suffix(".ods"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", ODS.format(rows=rows + extra))
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:'
            'manifest:1.0" manifest:version="1.3"/>',
        )


PADDING = (
    '<table:table-row table:number-rows-repeated="1048000">'
    '<table:table-cell table:number-columns-repeated="16384"/></table:table-row>'
)


def first_problem(package: Any) -> str:
    with pytest.raises(ProblemError) as error:
        read_tables(package.folder)
    return "\n".join(str(problem) for problem in error.value.problems)


def spoil(package: Any, content: bytes, suffix: str = ".csv") -> str:
    path = package.folder / "reference" / "regions.csv"
    path.unlink()
    path.with_suffix(suffix).write_bytes(content)
    return first_problem(package)


def regions(package: Any) -> bytes:
    return bytes((package.folder / "reference" / "regions.csv").read_bytes())


def zipped(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def workbook_parts(fill: Callable[[Any], None]) -> dict[str, bytes]:
    book = openpyxl.Workbook()
    fill(book.active)
    target = io.BytesIO()
    book.save(target)
    with zipfile.ZipFile(target) as archive:
        return {name: archive.read(name) for name in archive.namelist()}
