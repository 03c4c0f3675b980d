"""Cells of a workbook counted by another library than the one that reads them."""

from __future__ import annotations

from io import BytesIO

from python_calamine import CalamineError, CalamineWorkbook

from evaltools.documents import guard

_MOST_CELLS = 20_000_000  # of the rectangle that a sheet spans, which that library fills


def cell_texts(data: bytes) -> tuple[list[str], int]:
    """Return the text of every cell with text, and the number of cells with another value."""
    texts: list[str] = []
    others = 0
    try:
        book = CalamineWorkbook.from_filelike(BytesIO(data))
        for name in book.sheet_names:
            sheet = book.get_sheet_by_name(name)
            if sheet.total_height * sheet.total_width > _MOST_CELLS:
                raise guard.too_large(
                    f"sheet {name} spans {sheet.total_height} rows and {sheet.total_width} columns",
                    f"{_MOST_CELLS} cells",
                )
            for row in sheet.iter_rows():
                for value in row:
                    if isinstance(value, str):
                        if value:
                            texts.append(value)
                    else:
                        others += 1
    except CalamineError as error:
        raise guard.broken("a second reader cannot open it") from error
    return texts, others
