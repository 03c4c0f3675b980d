"""Raised, unseen and conditionally formatted characters of a cell are not read as its value."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from sheet_files import Cell, Page, Seen, ods, text, xlsx
from test_workbook_looks import HEADER, ODS_HEADER, ROWS, folder, frame, ods_row, row, told

__all__ = ["folder"]
UP = '<rPr><vertAlign val="superscript"/></rPr>'
DOWN = '<rPr><vertAlign val="subscript"/></rPr>'
SPAN = '<text:span text:style-name="{}">{}</text:span>'


def changed(content: bytes, part: str, *changes: tuple[str, str]) -> bytes:
    """A package with other text in one of its parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            data = old.read(name).decode()
            if name == part:
                for before, after in changes:
                    assert before in data
                    data = data.replace(before, after, 1)
            new.writestr(name, data)
    return target.getvalue()


def with_runs(column: str, runs: str) -> bytes:
    content = xlsx([Page([HEADER, *ROWS, row("d", **{column: text("RUNS")})])])
    plain = '<t xml:space="preserve">RUNS</t>'
    return changed(content, "xl/worksheets/sheet1.xml", (plain, runs))


def run(words: str, look: str = "") -> str:
    return f"<r>{look}<t>{words}</t></r>"


@pytest.mark.parametrize(
    ("column", "runs"),
    [
        ("x", run("123250") + run("1", UP)),
        ("x", run("123 250") + run(" ") + run("1)", UP)),
        ("n", run("1", UP) + run("250")),
        ("x", run("250") + run("*", UP)),
        ("x", run("12") + run("3", DOWN)),
        ("day", run("1.3.2020") + run("2", UP)),
        ("code", run("E-001") + run("1", UP)),
        ("x", run("5", UP)),
    ],
)
def test_a_raised_character_is_no_digit(folder: Path, column: str, runs: str) -> None:
    (problem,) = told(folder, with_runs(column, runs))
    assert problem.startswith(f", row 5, column {column}: the cell holds a raised or lowered")
    assert problem.endswith("[data.raised-character]")


@pytest.mark.parametrize(
    ("runs", "written"),
    [
        (run("25 m") + run("2", UP), "25 m²"),
        (run("CO") + run("2", DOWN), "CO₂"),
        (run("see above") + run("1", UP), "see above¹"),
        (run("nothing ") + run("raised", "<rPr><b/></rPr>"), "nothing raised"),
    ],
)
def test_a_raised_character_stays_raised_in_a_text(folder: Path, runs: str, written: str) -> None:
    assert frame(folder, with_runs("code", runs))["code"].tolist()[-1] == written


@pytest.mark.parametrize("kind", ["n", "inlineStr"])
def test_a_cell_that_is_raised_as_a_whole_is_no_number(folder: Path, kind: str) -> None:
    raised = '<font><vertAlign val="superscript"/></font>'
    for column in ("x", "code"):
        odd = row("d", **{column: Cell("1", kind, struck=True)})
        content = xlsx([Page([HEADER, *ROWS, odd])])
        content = changed(content, "xl/styles.xml", ("<font><strike/></font>", raised))
        problems = told(folder, content)
        if column == "x" or kind == "n":
            assert len(problems) == 1
            assert problems[0].startswith(f", row 5, column {column}: the cell holds a raised")
        else:
            assert frame(folder, content)["code"].tolist()[-1] == "¹"


@pytest.mark.parametrize(
    "look",
    ['<rPr><color rgb="FFFFFFFF"/></rPr>', '<rPr><color rgb="00FEFEFE"/></rPr>',
     '<rPr><color theme="0"/></rPr>', '<rPr><color indexed="9"/></rPr>',
     '<rPr><sz val="1"/></rPr>'],
)  # fmt: skip
def test_a_run_that_nobody_sees_is_told(folder: Path, look: str) -> None:
    (problem,) = told(folder, with_runs("code", run("12") + run("5", look)))
    assert problem.startswith(", row 5: cells of row 5 (code) are written in white on white")
    seen = look.replace("FFFFFFFF", "FFFF0000").replace("FEFEFE", "808080")
    seen = seen.replace('theme="0"', 'theme="4"').replace('indexed="9"', 'indexed="10"')
    seen = seen.replace('"1"', '"9"')
    assert told(folder, with_runs("code", run("12") + run("5", seen))) == []


@pytest.mark.parametrize(
    ("fill", "font", "unseen"),
    [("", '<color rgb="00000000"/>', True),
     ('<fgColor rgb="FF000000"/>', "", True), ('<fgColor theme="1"/>', '<color theme="1"/>', True),
     ('<fgColor rgb="FF4472C4"/>', '<color rgb="FF4472C4"/>', True),
     ('<fgColor rgb="FF4472C4"/>', '<color rgb="FFFFFFFF"/>', False),
     ('<fgColor rgb="FFFFFF00"/>', "", False)],
)  # fmt: skip
def test_letters_in_the_colour_of_their_cell_are_told(
    folder: Path, fill: str, font: str, unseen: bool
) -> None:
    content = xlsx([Page([HEADER, *ROWS, row("d", x=Cell("5", struck=True))])])
    solid = f'<fill><patternFill patternType="solid">{fill}</patternFill></fill></fills>'
    content = changed(
        content, "xl/styles.xml", ("<font><strike/></font>", f"<font>{font}</font>"),
        ("</fills>", solid), ('fontId="1" fillId="0"', 'fontId="1" fillId="1"'),
    )  # fmt: skip
    problems = told(folder, content)
    assert [one.partition(" (x) are ")[0] for one in problems] == [
        ", row 5: cells of row 5"
    ] * unseen


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [('<row r="3">', '<row r="3" ht="0.75" customHeight="1">', ", row 3: 1 row is hidden"),
     ("<sheetData>", '<cols><col min="4" max="4" width="0.1"/></cols><sheetData>',
      ", row 1, column x: the column is hidden")],
)  # fmt: skip
def test_rows_and_columns_too_thin_to_be_seen_are_hidden(
    folder: Path, before: str, after: str, what: str
) -> None:
    content = xlsx([Page([HEADER, *ROWS])])
    (problem,) = told(folder, changed(content, "xl/worksheets/sheet1.xml", (before, after)))
    assert problem.startswith(what)


def test_runs_with_colours_of_their_own_are_seen_in_a_cell_with_a_white_font(folder: Path) -> None:
    content = xlsx([Page([HEADER, *ROWS, row("d", Cell("RUNS", "inlineStr", white=True))])])
    plain, own = '<t xml:space="preserve">RUNS</t>', "<rPr><b/></rPr>"
    for runs, count in ((run("12", own) + run("3", own), 0), (run("12") + run("3", own), 1)):
        changed_ = changed(content, "xl/worksheets/sheet1.xml", (plain, runs))
        assert len(told(folder, changed_)) == count


def test_a_table_style_may_show_white_letters_but_not_tiny_ones(folder: Path) -> None:
    end = ("</sheetData>", '</sheetData><tableParts count="1"><tablePart/></tableParts>')
    white = with_runs("code", run("12") + run("5", '<rPr><color rgb="FFFFFFFF"/></rPr>'))
    tiny = with_runs("code", run("12") + run("5", '<rPr><sz val="1"/></rPr>'))
    assert told(folder, changed(white, "xl/worksheets/sheet1.xml", end)) == []
    assert len(told(folder, changed(tiny, "xl/worksheets/sheet1.xml", end))) == 1


def with_rule(dxf: str, area: str = "D2:D9", rule: str = 'type="expression" dxfId="0"') -> bytes:
    content = xlsx([Page([HEADER, *ROWS])])
    item = f'<conditionalFormatting sqref="{area}"><cfRule {rule}/></conditionalFormatting>'
    content = changed(content, "xl/worksheets/sheet1.xml", ("</sheetData>", f"</sheetData>{item}"))
    dxfs = f"</cellXfs><dxfs><dxf>{dxf}</dxf></dxfs>"
    return changed(content, "xl/styles.xml", ("</cellXfs>", dxfs))


@pytest.mark.parametrize(
    ("dxf", "what"),
    [
        ('<numFmt numFmtId="170" formatCode="0%"/>',
         ', row 2, column x: the cell may be shown as "250%" by a conditional format, but holds '
         "2.5 (also rows 3, 4)."),
        ('<numFmt numFmtId="170" formatCode=";;;"/>', ", row 2, column x: the cell may be shown"),
        ("<font><strike/></font>",
         ", row 2: cells of rows 2 to 4 (x) may be struck through by a conditional format"),
        ('<font><color theme="0"/></font>',
         ", row 2: cells of rows 2 to 4 (x) may be hidden by the colour of a conditional format"),
        ('<font><color rgb="FF00B050"/></font><fill><patternFill><bgColor rgb="FF00B050"/>'
         "</patternFill></fill>", ", row 2: cells of rows 2 to 4 (x) may be hidden"),
    ],
)  # fmt: skip
def test_what_a_conditional_format_may_change_is_told_once(
    folder: Path, dxf: str, what: str
) -> None:
    (problem,) = told(folder, with_rule(dxf))
    assert problem.startswith(what)


@pytest.mark.parametrize(
    "content",
    [
        with_rule('<fill><patternFill><bgColor rgb="FFFFC7CE"/></patternFill></fill>'),
        with_rule('<font><color rgb="FF9C0006"/></font>'),
        with_rule('<font><color theme="0"/></font><fill><patternFill><bgColor rgb="FFC00000"/>'
                  "</patternFill></fill>"),
        with_rule('<numFmt numFmtId="170" formatCode="#,##0.000"/>'),
        with_rule("<font><strike/></font>", area="A1:E1 D9:D20 H1:H9"),
        with_rule("<font><strike/></font>", rule='type="dataBar"'),
        with_rule("<font><strike/></font>", rule='type="colorScale"'),
    ],
)  # fmt: skip
def test_a_conditional_format_that_only_colours_is_no_problem(folder: Path, content: bytes) -> None:
    assert told(folder, content) == []


def test_rules_of_the_extension_of_2009_are_read_too(folder: Path) -> None:
    content = xlsx([Page([HEADER, *ROWS])])
    main = "http://schemas.microsoft.com/office"
    rule = (
        f'<extLst><ext><x14:conditionalFormattings xmlns:x14="{main}/spreadsheetml/2009/9/main" '
        f'xmlns:xm="{main}/excel/2006/main"><x14:conditionalFormatting><x14:cfRule '
        'type="expression"><xm:f>TRUE</xm:f><x14:dxf><font><strike/></font></x14:dxf></x14:cfRule>'
        "<xm:sqref>D3:D4</xm:sqref></x14:conditionalFormatting></x14:conditionalFormattings></ext>"
        "</extLst>"
    )
    changes = ("</sheetData>", f"</sheetData>{rule}")
    (problem,) = told(folder, changed(content, "xl/worksheets/sheet1.xml", changes))
    assert problem.startswith(", row 3: cells of rows 3, 4 (x) may be struck through")


def test_runs_of_shared_strings_are_read_as_those_of_cells(folder: Path) -> None:
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>7</t></si>'
        f"<si>{run('123250')}{run('1', UP)}</si><si>{run('5 m')}{run('2', UP)}</si></sst>"
    )
    odd = row("d", code=Cell("2", "s"), x=Cell("1", "s"))
    content = changed(xlsx([Page([HEADER, *ROWS, odd])]), "xl/_rels/workbook.xml.rels", (
        "</Relationships>", '<Relationship Id="ss" Type="x/sharedStrings" '
        'Target="sharedStrings.xml"/></Relationships>'))  # fmt: skip
    with_strings = io.BytesIO(content)
    with zipfile.ZipFile(with_strings, "a") as archive:
        archive.writestr("xl/sharedStrings.xml", strings)
    (problem,) = told(folder, with_strings.getvalue())
    assert problem.startswith(", row 5, column x: the cell holds a raised or lowered character")


STYLES = (
    '<style:style style:name="up"><style:text-properties style:text-position="super 58%"/>'
    '</style:style><style:style style:name="low"><style:text-properties '
    'style:text-position="-33% 58%"/></style:style><style:style style:name="white">'
    '<style:text-properties fo:color="#ffffff"/></style:style><style:style style:name="tiny">'
    '<style:text-properties fo:font-size="1pt"/></style:style><style:style style:name="flat">'
    '<style:table-row-properties style:row-height="0.02cm"/></style:style>'
    "</office:automatic-styles>"
)


def with_spans(column: str, spans: str, *, flat: bool = False, stored: str = "") -> bytes:
    cell = Seen("SPANS", stored, "float") if stored else Seen("SPANS")
    content = ods([ODS_HEADER, ods_row("a"), ods_row("b", **{column: cell})])
    changes = [("xmlns:text=", 'xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:'
                               'xsl-fo-compatible:1.0" xmlns:text='),
               ("</office:automatic-styles>", STYLES), ("SPANS", spans)]  # fmt: skip
    if flat:
        changes.append(("<table:table-row>", '<table:table-row table:style-name="flat">'))
    return changed(content, "content.xml", *changes)


@pytest.mark.parametrize(
    ("column", "spans", "stored", "what"),
    [
        ("x", "123250" + SPAN.format("up", "1"), "", ", row 3, column x: the cell holds a raised"),
        ("code", "E1" + SPAN.format("low", "2"), "", ", row 3, column code: the cell holds a rai"),
        ("x", SPAN.format("up", "12"), "12", ", row 3, column x: the cell holds a raised"),
        ("code", "1" + SPAN.format("white", "2"), "", ", row 3: cells of row 3 (code) are written"),
        ("code", "1" + SPAN.format("tiny", "2"), "", ", row 3: cells of row 3 (code) are written"),
    ],
)
def test_spans_of_an_ods_that_are_raised_or_unseen_are_told(
    folder: Path, column: str, spans: str, stored: str, what: str
) -> None:
    (problem,) = told(folder, with_spans(column, spans, stored=stored), ".ods")
    assert problem.startswith(what)


def test_raised_text_and_thin_rows_of_an_ods(folder: Path) -> None:
    square = "5 m" + SPAN.format("up", "2")
    assert frame(folder, with_spans("code", square), ".ods")["code"].tolist()[-1] == "5 m²"
    (problem,) = told(folder, with_spans("code", square, flat=True), ".ods")
    assert re.match(", row .: 1 row is hidden|, row 1", problem)


def test_rows_of_an_ods_in_a_folded_group_are_told(folder: Path) -> None:
    content = with_spans("code", "5")
    first = "<table:table-row"
    folded = '<table:table-row-group table:display="false">' + first
    parts = zipfile.ZipFile(io.BytesIO(content)).read("content.xml").decode()
    last = parts[parts.rindex(first) : parts.rindex("</table:table-row>")] + "</table:table-row>"
    inside = folded + last.removeprefix(first) + "</table:table-row-group>"
    (problem,) = told(folder, changed(content, "content.xml", (last, inside)), ".ods")
    assert problem.startswith(", row 3: 1 row is hidden (row 3)")
