"""Row headers in the tag tree: Typst tags every cell below the header row as data."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pikepdf


def tag_row_headers(pdf: bytes, row_headers: tuple[int, ...]) -> bytes:
    """Make the first cells of rows header cells with row scope, where a table has row headers.

    Arguments:
        pdf: a tagged PDF.
        row_headers: of every table in reading order, how many first columns name the row.

    Returns the PDF, written with an identifier made from its content. Data cells say in
    `Headers` which header cells are theirs, of the column and of the row.
    Raises ValueError when the PDF holds another number of tables.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        tables = list(_elements(document.Root.StructTreeRoot, "/Table"))
        if len(tables) != len(row_headers):
            raise ValueError(f"{len(tables)} tables are tagged, {len(row_headers)} were set")
        names: list[tuple[str, pikepdf.Object]] = []
        for number, (table, columns) in enumerate(zip(tables, row_headers, strict=True), 1):
            names += _tag_table(table, number, columns)
        _register(document, names)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


def _elements(element: pikepdf.Object, kind: str) -> Iterator[pikepdf.Object]:
    for child in _children(element):
        if str(child.S) == kind:
            yield child
        yield from _elements(child, kind)


def _children(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = element.get("/K")
    if kids is None:
        return []
    items = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [item for item in items if isinstance(item, pikepdf.Dictionary) and "/S" in item]


def _rows(table: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Rows below the header, also where Typst groups them by header or body."""
    for child in _children(table):
        if str(child.S) == "/TR":
            yield child
        elif str(child.S) in ("/TBody", "/TFoot"):
            yield from _rows(child)


def _tag_table(
    table: pikepdf.Object, number: int, columns: int
) -> list[tuple[str, pikepdf.Object]]:
    if not columns:
        return []
    names: list[tuple[str, pikepdf.Object]] = []
    reach: dict[int, int] = {}  # rows that the cell in a column still reaches down
    over: list[tuple[str, int]] = []  # header cells, and for how many rows from here they hold
    for index, row in enumerate(_rows(table)):
        placed = _placed(_children(row), reach)
        for column, cell in placed:
            if column < columns:
                name = f"R{number}x{index}x{column}"
                cell.S = pikepdf.Name.TH
                cell.ID = pikepdf.String(name)
                _attribute(cell)["/Scope"] = pikepdf.Name.Row
                names.append((name, cell))
                over.append((name, _span(cell, "/RowSpan")))
        for column, cell in placed:
            if column >= columns:
                _add_headers(cell, [name for name, _ in over])
        over = [(name, rows - 1) for name, rows in over if rows > 1]
    return names


def _placed(cells: list[pikepdf.Object], reach: dict[int, int]) -> list[tuple[int, pikepdf.Object]]:
    """Cells of a row with their columns; `reach` is brought to the next row."""
    placed: list[tuple[int, pikepdf.Object]] = []
    column = 0
    for cell in cells:
        while reach.get(column, 0) > 0:
            column += 1
        placed.append((column, cell))
        for each in range(column, column + _span(cell, "/ColSpan")):
            reach[each] = _span(cell, "/RowSpan")
        column += _span(cell, "/ColSpan")
    for each in reach:
        reach[each] -= 1
    return placed


def _add_headers(cell: pikepdf.Object, names: list[str]) -> None:
    attribute = _attribute(cell)
    known = [str(item) for item in attribute.get("/Headers", [])]
    attribute["/Headers"] = pikepdf.Array([pikepdf.String(name) for name in (*known, *names)])


def _span(cell: pikepdf.Object, name: str) -> int:
    return int(_attribute(cell).get(name, 1))


def _attribute(cell: pikepdf.Object) -> pikepdf.Object:
    """The attributes that a cell has as part of a table; made where it has none."""
    given = cell.get("/A")
    items = [] if given is None else list(given) if isinstance(given, pikepdf.Array) else [given]
    for item in items:
        if isinstance(item, pikepdf.Dictionary) and str(item.get("/O")) == "/Table":
            return item
    made = pikepdf.Dictionary(O=pikepdf.Name.Table)
    cell.A = pikepdf.Array([*items, made])
    found: pikepdf.Object = cell.A[len(items)]
    return found


def _register(document: pikepdf.Pdf, names: list[tuple[str, pikepdf.Object]]) -> None:
    """Enter the new header cells into the tree of identifiers, which has to be in byte order."""
    if not names:
        return
    root = document.Root.StructTreeRoot
    if "/IDTree" not in root:
        root.IDTree = document.make_indirect(pikepdf.Dictionary(Names=pikepdf.Array()))
    entries = dict(_names(root.IDTree))
    entries.update({name.encode("latin-1"): cell for name, cell in names})
    flat = pikepdf.Array()
    for name in sorted(entries):
        flat.append(pikepdf.String(name))
        flat.append(entries[name])
    root.IDTree = document.make_indirect(pikepdf.Dictionary(Names=flat))


def _names(node: pikepdf.Object) -> Iterator[tuple[bytes, pikepdf.Object]]:
    if "/Names" in node:
        items = list(node.Names)
        yield from ((bytes(key), value) for key, value in zip(items[::2], items[1::2], strict=True))
    for kid in node.get("/Kids", []):
        yield from _names(kid)
