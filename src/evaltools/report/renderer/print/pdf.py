"""A resolved document as an accessible PDF: as Typst source, set, and its row headers tagged."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory

import pikepdf

from evaltools.charts import palette
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.report.renderer.block_writer import write_blocks
from evaltools.report.renderer.final_pass import message_problems
from evaltools.report.renderer.format_context import Context
from evaltools.report.renderer.pandoc import PandocError, pandoc
from evaltools.report.renderer.pandoc_tree import Node, make_document, nodes, raw, rewrite, text_of
from evaltools.report.renderer.print.document import (
    PRINT_KINDS,
    accessibility_problems,
    page_problems,
    raw_problems,
    read_facts,
    stage_images,
    walk,
)
from evaltools.report.renderer.print.page_arrangement import PART, arrange_pages
from evaltools.report.renderer.print.shapes import (
    count_row_headers,
    hold_announcements,
    mark_series,
    open_quotations,
    set_widths,
    shape_for_print,
)
from evaltools.report.renderer.print.typesetter import TypstError, set_pages

_HERE = Path(__file__).parent
_TEMPLATES = ("settings.typ", "slides.typ", "template.typ", "typst_cover.typ")
COLOURS = {
    "deep": palette.DEEP_BLUE,
    "teal": palette.TEAL,
    "teal-text": palette.DIVERGING[-1],
    "ochre": palette.OCHRE,
    "rust": palette.RUST,
    "grey": palette.GREY,
    "quiet": palette.QUIET,
    "line": palette.GRID,
    "light": palette.LIGHT,
    "ink": palette.INK,
}
_MISSING_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed')


def write_source(tree: Node, context: Context, folder: Path) -> Path:
    """Write what Typst needs to set a document, beside its images, into a folder."""
    arguments = ["-t", "typst", "--wrap=none", "--syntax-highlighting=none",
                 f"--lua-filter={_HERE / 'typst.lua'}"]  # fmt: skip
    try:
        blocks = write_blocks(tree["blocks"], "typst", arguments, context, {"Header"})
        parted = [each for block in blocks for each in (raw("typst", PART), block)]
        document = make_document(parted, tree["meta"])
        body, messages = pandoc(arguments, document, context.epoch, folder)
    except PandocError as error:
        what = f"it cannot be set: {error}".replace(f"{_HERE}/", "")
        problem = Problem(context.document_name, what, code="render.typst")
        raise ProblemError([problem]) from None
    refuse(message_problems(messages, context))
    for name in _TEMPLATES:
        (folder / name).write_bytes((_HERE / name).read_bytes())
    facts = read_facts(tree, context)
    given = {name: None if value == "" else value for name, value in asdict(facts).items()}
    given |= {"author": facts.author or None, "imprint": facts.imprint}
    named = {name.replace("_", "-"): value for name, value in given.items()}
    settings = json.dumps({"colours": COLOURS, "facts": named})
    (folder / "settings.json").write_text(settings, encoding="utf-8")
    main = folder / "main.typ"
    look = "slides.typ" if facts.slides else "template.typ"
    opening = f'#import "{look}": *\n#show: publication\n\n'
    main.write_text(opening + body.decode("utf-8"), encoding="utf-8")
    return main


def compile_pdf(main: Path, tree: Node, context: Context) -> bytes:
    """Set the source as an accessible, archivable PDF (PDF/UA-1 and PDF/A-2a)."""
    try:
        return set_pages(main, context.epoch)
    except TypstError as error:
        raise ProblemError(typst_problems(str(error), tree, context)) from None


def typst_problems(diagnostic: str, tree: Node, context: Context) -> tuple[Problem, ...]:
    """Typst's diagnostic as problems: missing glyphs with where they stand, the rest as told."""
    problems: dict[Problem, None] = {}
    for part in re.split(r"(?m)^error: ", diagnostic):
        if glyph := _MISSING_GLYPH.search(part):
            problems |= dict.fromkeys(_glyph_problems(glyph[1], tree, context))
        elif part.strip():
            problems[_other_problem(part, context)] = None
    return tuple(problems)


def _glyph_problems(character: str, tree: Node, context: Context) -> list[Problem]:
    codes = " ".join(f"U+{ord(each):04X}" for each in character)
    what = f"the typeface has no character “{character}” ({codes})"
    found = []
    for node, place in walk(tree):
        if node["t"] in ("Para", "Plain", "Header", "CodeBlock", "LineBlock"):
            content = node["c"]
            text = str(content[1]) if node["t"] == "CodeBlock" else text_of(content)
            if character in text:
                found.append((place.located(context), f"{what} in “{_excerpt(text, character)}”"))
    found = found or [(context.document_name, f"{what}, in its metadata or a formula")]
    return [Problem(*each, remedy="Write it otherwise", code="render.glyph") for each in found]


def _excerpt(text: str, character: str) -> str:
    at = text.index(character)
    start, end = max(0, at - 25), at + 25
    return ("…" if start else "") + text[start:end] + ("…" if end < len(text) else "")


def _other_problem(part: str, context: Context) -> Problem:
    message, *rest = part.strip().splitlines()
    message = re.sub(r" \(searched at .*?\)", "", message)  # a folder that is gone by then
    shown = [line.split("│", 1)[1].strip() for line in rest if re.match(r"\s*\d+ │", line)]
    construct = f" in “{shown[0][:80]}”" if shown else ""
    what = f"it cannot be set: {message}{construct}"
    remedy = "Write this part more simply, or tell the makers of evaltools"
    return Problem(context.document_name, what, "", remedy, "render.typst")


def write_pdf(tree: Node, context: Context) -> bytes:
    """Set a resolved document as PDF/UA-1 and PDF/A-2a."""
    places = list(walk(tree))
    found = accessibility_problems(tree, places, context)
    refuse((*found, *page_problems(places, context), *raw_problems(places, context)))
    with TemporaryDirectory(prefix="evaltools-") as name:
        folder = Path(name)
        staged = stage_images(prepare_for_print(tree, context), context, folder, PRINT_KINDS)
        main = write_source(staged, context, folder)
        if not read_facts(staged, context).slides:
            staged = {**staged, "blocks": arrange_pages(main, staged["blocks"], context.parts)}
        tables = tuple(
            count_row_headers(node) for node in nodes(staged["blocks"]) if node["t"] == "Table"
        )
        pdf = compile_pdf(main, tree, context)
    return tag_row_headers(pdf, tables)


def prepare_for_print(tree: Node, context: Context) -> Node:
    """A resolved document in the shapes of paper, wide tables with widths."""
    paper = shape_for_print(tree, context)
    return {
        **paper,
        "blocks": open_quotations(
            hold_announcements(mark_series(rewrite(paper["blocks"], _fit_table, kinds={"Table"})))
        ),
    }


def _fit_table(node: Node) -> list[Node] | None:
    """Typst finds the widths of narrow tables itself, and shares a full line less well."""
    return [set_widths(node, only_full=True)] if node["t"] == "Table" else None


def tag_row_headers(pdf: bytes, row_headers: tuple[int, ...]) -> bytes:
    """Make the first cells of rows header cells with row scope, where a table has row headers.

    Typst tags every cell below the header row as data; `row_headers` says of every table in
    reading order how many first columns name the row. Data cells then say in `Headers` which
    header cells are theirs. Raises ValueError when the PDF holds another number of tables.
    """
    with pikepdf.open(io.BytesIO(pdf)) as document:
        tables = list(_tables(document.Root.StructTreeRoot))
        if len(tables) != len(row_headers):
            raise ValueError(f"{len(tables)} tables are tagged, {len(row_headers)} were set")
        names: dict[bytes, pikepdf.Object] = {}
        for number, (table, columns) in enumerate(zip(tables, row_headers, strict=True), 1):
            if columns:
                names |= _tag_table(table, number, columns)
        _register(document, names)
        out = io.BytesIO()
        document.save(out, deterministic_id=True)
    return out.getvalue()


_LEAVES = {"/P", "/Span", "/Link", "/Lbl", "/Strong", "/Em", "/Code", "/Figure", "/TOC", "/Formula",
           "/H1", "/H2", "/H3", "/H4", "/H5", "/H6"}  # fmt: skip
"""Elements without tables in them, of which there are thousands."""


def _tables(element: pikepdf.Object) -> Iterator[pikepdf.Object]:
    for child in _children(element):
        kind = str(child.S)
        if kind == "/Table":
            yield child
        if kind not in _LEAVES:
            yield from _tables(child)


def _children(element: pikepdf.Object) -> list[pikepdf.Object]:
    kids = _as_list(element.get("/K"))
    return [item for item in kids if isinstance(item, pikepdf.Dictionary) and "/S" in item]


def _as_list(given: pikepdf.Object | None) -> list[pikepdf.Object]:
    """What may be absent, one thing or an array, as a list."""
    if given is None:
        return []
    return list(given) if isinstance(given, pikepdf.Array) else [given]


def _rows(table: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """Rows below the header, also where Typst groups them by header or body."""
    for child in _children(table):
        if str(child.S) == "/TR":
            yield child
        elif str(child.S) in ("/TBody", "/TFoot"):
            yield from _rows(child)


def _tag_table(table: pikepdf.Object, number: int, columns: int) -> dict[bytes, pikepdf.Object]:
    """The new header cells by their identifiers."""
    names: dict[bytes, pikepdf.Object] = {}
    reach: dict[int, int] = {}  # rows that the cell in a column still reaches down
    over: list[tuple[str, int]] = []  # header cells, and for how many rows from here they hold
    for index, row in enumerate(_rows(table)):
        placed = _place_cells(_children(row), reach)
        for column, cell in placed:
            if column < columns:
                name = f"R{number}x{index}x{column}"
                cell.S = pikepdf.Name.TH
                cell.ID = pikepdf.String(name)
                _attribute(cell)["/Scope"] = pikepdf.Name.Row
                names[name.encode("latin-1")] = cell
                over.append((name, _span(cell, "/RowSpan")))
        for column, cell in placed:
            if column >= columns:
                attribute = _attribute(cell)
                headers = [str(item) for item in attribute.get("/Headers", [])]
                headers += [name for name, _ in over]
                attribute["/Headers"] = pikepdf.Array([pikepdf.String(name) for name in headers])
        over = [(name, rows - 1) for name, rows in over if rows > 1]
    return names


def _place_cells(
    cells: list[pikepdf.Object], reach: dict[int, int]
) -> list[tuple[int, pikepdf.Object]]:
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


def _span(cell: pikepdf.Object, name: str) -> int:
    return int(_attribute(cell).get(name, 1))


def _attribute(cell: pikepdf.Object) -> pikepdf.Object:
    """The attributes that a cell has as part of a table; made where it has none."""
    items = _as_list(cell.get("/A"))
    for item in items:
        if isinstance(item, pikepdf.Dictionary) and str(item.get("/O")) == "/Table":
            return item
    cell.A = pikepdf.Array([*items, pikepdf.Dictionary(O=pikepdf.Name.Table)])
    found: pikepdf.Object = cell.A[len(items)]
    return found


def _register(document: pikepdf.Pdf, names: dict[bytes, pikepdf.Object]) -> None:
    """Enter the new header cells into the tree of identifiers, which has to be in byte order."""
    if not names:
        return
    root = document.Root.StructTreeRoot
    entries = dict(_names(root.IDTree)) if "/IDTree" in root else {}
    entries |= names
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
