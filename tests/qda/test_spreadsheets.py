"""Tables of passages: known by their columns, placed in the study's texts, exact or left behind."""

from __future__ import annotations

import csv
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.sax.saxutils import escape

import openpyxl
import pytest

from evaltools.problems import ProblemError
from evaltools.qda.model import Choices, CodingSet, Document
from evaltools.qda.readers import read_coding

TEXT = (
    "Hankkeen tavoitteet\n\nHenkilöstö vaihtui 👩🏽‍💻 usein, ja työ \u201dviivästyi\u201d.\n\n"
    "Förseningar i upphandlingen. Ei tietoa.\n\nYhteistyö onnistui. Ei tietoa.\n"
)


def document(name: str, text: str = TEXT, **variables: str) -> Document:
    return Document(
        name, f"{name}.docx", text, hashlib.sha256(text.encode()).hexdigest(), variables=variables
    )


LIBRARY = (
    document("ex-1-final", register_number="VN/1/2021"),
    document("ex-2-final", TEXT + "Toinen.\n", register_number="VN/2/2021"),
)
Sheet = Callable[..., Path]


@pytest.fixture
def sheet(tmp_path: Path) -> Sheet:
    def make(rows: list[list[object]], name: str = "table.csv", delimiter: str = ",") -> Path:
        path = tmp_path / name
        if name.endswith(".xlsx"):
            book = openpyxl.Workbook()
            assert book.active is not None
            for row in rows:
                book.active.append(row)
            book.save(path)
        elif name.endswith(".ods"):
            write_ods(path, rows)
        else:
            with path.open("w", encoding="utf-8-sig", newline="") as file:
                csv.writer(file, delimiter=delimiter).writerows(rows)
        return path

    return make


def write_ods(path: Path, rows: list[list[object]]) -> None:
    body = "".join(
        "<table:table-row>"
        + "".join(
            '<table:table-cell office:value-type="string">'
            + "".join(f"<text:p>{escape(line)}</text:p>" for line in str(cell).split("\n"))
            + "</table:table-cell>"
            for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
        for name in ("office", "table", "text")
    )
    content = (
        f'<?xml version="1.0"?><office:document-content {spaces} office:version="1.2">'
        f'<office:body><office:spreadsheet><table:table table:name="S">{body}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
        archive.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?><manifest:manifest '
            'xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )


def quotes(coding: CodingSet) -> list[str]:
    texts = {one.document_id: one.text or "" for one in coding.documents}
    for segment in coding.segments:
        assert texts[segment.document_id][segment.start : segment.end] == segment.quote
    return [segment.quote for segment in coding.segments]


def read(path: Path, **choices: object) -> CodingSet:
    return read_coding(path, Choices(library=LIBRARY, **choices))  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ["h.csv", "h.xlsx", "h.ods"])
def test_taguette_highlights_are_found_by_their_words(sheet: Sheet, name: str) -> None:
    path = sheet(
        [
            ["id", "document", "tag", "content"],
            ["1", "ex-1-final", "haaste", "Henkilöstö vaihtui 👩🏽‍💻 usein"],
            ["1", "ex-1-final", "vastaus", "Henkilöstö vaihtui 👩🏽‍💻 usein"],
            ["2", "ex-1-final", "haaste", 'työ "viivästyi".\nFörseningar'],
            ["3", "ex-1-final", "haaste", "Ei tietoa."],
            ["4", "ex-1-final", "", "Yhteistyö"],
        ],
        name,
    )
    with pytest.raises(ProblemError, match="--coder"):
        read(path)
    coding = read(path, coder="Minna")
    assert coding.origin.startswith("Taguette, table")
    assert quotes(coding) == [
        "Henkilöstö vaihtui 👩🏽‍💻 usein",
        "työ \u201dviivästyi\u201d.\n\nFörseningar",
    ]
    assert len(coding.codings) == 3
    assert {one.where: one.why for one in coding.dropped}.keys() == {"row 5", "row 6"}
    assert "2 places" in next(one.why for one in coding.dropped if one.where == "row 5")


def test_maxqda_segments_have_code_paths_and_coders(sheet: Sheet) -> None:
    header = [
        "Color",
        "Comment",
        "Document group",
        "Document name",
        "Code",
        "Begin",
        "End",
        "Weight score",
        "Segment",
        "Created by",
        "Creation date",
        "Area",
    ]
    path = sheet(
        [
            header,
            [
                "",
                "",
                "Raportit",
                "ex-1-final",
                "Haasteet > Henkilöstö",
                "2",
                "2",
                "0",
                "Henkilöstö vaihtui 👩🏽‍💻 usein",
                "Minna",
                "31.1.2024 10:00",
                "30",
            ],
            [
                "",
                "hm",
                "Raportit",
                "ex-1-final",
                "Haasteet > Aikataulu",
                "3",
                "3",
                "0",
                "Förseningar",
                "Olli",
                "2024-02-01",
                "11",
            ],
        ],
        "segments.xlsx",
    )
    coding = read(path)
    assert coding.origin.startswith("MAXQDA")
    assert quotes(coding) == ["Henkilöstö vaihtui 👩🏽‍💻 usein", "Förseningar"]
    assert {code.code_id: code.parent_id for code in coding.codes} == {
        "code.haasteet": None,
        "haasteet.aikataulu": "code.haasteet",
        "haasteet.henkilosto": "code.haasteet",
    }
    assert {code.name for code in coding.codes if not code.codable} == {"Haasteet"}
    assert sorted(one.coder_id for one in coding.codings) == ["Minna", "Olli"]
    assert sorted(str(one.created) for one in coding.codings) == ["2024-01-31", "2024-02-01"]
    assert [one.what for one in coding.dropped] == ["hm"]


def test_atlas_quotations_may_carry_several_codes(sheet: Sheet) -> None:
    path = sheet(
        [
            ["ID", "Document", "Quotation Content", "Codes", "Reference", "Created by"],
            ["1:1", "ex-2-final", "Yhteistyö onnistui.", "tulos\nverkostot", "5 - 5", "Minna"],
        ],
        "quotations.xlsx",
    )
    coding = read(path)
    assert coding.origin.startswith("ATLAS.ti")
    assert quotes(coding) == ["Yhteistyö onnistui."]
    assert [one.code_id for one in coding.codings] == ["code.tulos", "code.verkostot"]
    assert coding.segments[0].document_id == "ex-2-final"


@pytest.mark.parametrize(
    ("first", "last", "convention"),
    [
        (0, 0, "codepoint/crlf2/nobom/exclusive"),
        (1, 0, "codepoint/crlf2/from1/inclusive"),
        (0, -1, "codepoint/crlf2/nobom/inclusive"),
    ],
)
def test_requal_positions_are_detected_and_tell_repeated_quotes_apart(
    sheet: Sheet, first: int, last: int, convention: str
) -> None:
    header = ["doc_name", "segment_start", "segment_end", "segment_text", "code_name", "user_name"]
    rows: list[list[object]] = [header]
    at = TEXT.rindex("Ei tietoa.")
    for start, end in ((at, at + 10), (21, 55), (TEXT.index("Ei tietoa."), 0)):
        end = end or start + 10
        rows.append(["ex-1-final", start + first, end + last, TEXT[start:end], "a", "Minna"])
    coding = read(sheet(rows))
    assert coding.origin.startswith("requal")
    assert [one.start for one in coding.segments] == [21, TEXT.index("Ei tietoa."), at]
    assert {one.offset_convention for one in coding.segments} == {convention}


@pytest.mark.parametrize(
    "header",
    [
        ["Raportti", "Koodi", "Katkelma", "Koodaaja"],
        ["Rapport", "Kod", "Citat", "Kodare"],
        ["Report", "Code", "Quotation", "Coder"],
    ],
)
def test_columns_are_known_in_three_languages(sheet: Sheet, header: list[object]) -> None:
    path = sheet([header, ["ex-1-final", "a; b", "Yhteistyö onnistui.", "M"]], "t.csv", ";")
    coding = read(path)
    assert quotes(coding) == ["Yhteistyö onnistui."]
    assert len(coding.codings) == 2


def test_columns_can_be_told(sheet: Sheet) -> None:
    rows: list[list[object]] = [
        ["Hanke", "Löydös", "Aihe, ensin", "Kuka", "Suunta"],
        ["VN/2/2021", "Yhteistyö onnistui.", "a; b", "M", "ei"],
    ]
    path = sheet(rows)
    with pytest.raises(ProblemError) as caught:
        read(path)
    told = str(caught.value)
    assert "no column is known to hold the code" in told
    assert "--column quote=NAME" in told
    columns = {
        "document": "Hanke",
        "quote": "löydös",
        "code": "Aihe, ensin",
        "coder": "Kuka",
        "polarity": "Suunta",
        "separator": "",
    }
    coding = read(path, columns=columns)
    assert quotes(coding) == ["Yhteistyö onnistui."]
    assert coding.segments[0].document_id == "ex-2-final"  # by its register number
    assert [one.polarity for one in coding.codings] == ["deny"]
    assert [code.name for code in coding.codes] == ["a; b"]
    with pytest.raises(ProblemError, match="Did you mean"):
        read(path, columns=columns | {"qoute": "Löydös"})
    with pytest.raises(ProblemError, match="there is no column 'Löydo'"):
        read(path, columns=columns | {"quote": "Löydo"})


def test_all_wrong_cells_are_told_at_once(sheet: Sheet) -> None:
    path = sheet(
        [
            ["document", "code", "quote", "coder", "polarity", "round", "start", "end"],
            ["ex-1-final", "a", "Yhteistyö", "M", "perhaps", "two", "x", "9"],
        ]
    )
    with pytest.raises(ProblemError) as caught:
        read(path)
    places = [problem.where for problem in caught.value.problems]
    assert sorted(places) == [
        f"table.csv, row 2, column {name}" for name in ("polarity", "round", "start")
    ]


def test_documents_that_no_text_is_known_of_place_nothing(sheet: Sheet) -> None:
    path = sheet(
        [
            ["document", "code", "quote", "coder"],
            ["ex-1-final", "a", "Yhteistyö", "M"],
            ["Muistio", "a", "Yhteistyö", "M"],
        ]
    )
    coding = read(path)
    assert len(coding.segments) == 1
    assert [one.where for one in coding.dropped] == ["row 3"]
    assert "Muistio" in coding.faults[0]
    assert len(read(path, documents={"Muistio": "ex-2-final"}).segments) == 2
    other = sheet([["document", "code", "quote", "coder"], ["X", "a", "Yhteistyö", "M"]])
    with pytest.raises(ProblemError, match="Map their names by --documents"):
        read(other)


def test_sheet_is_chosen_where_there_are_several(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["document", "code", "quote", "coder"])
    book.active.append(["ex-1-final", "a", "Yhteistyö", "M"])
    other = book.create_sheet("Muut")
    other.append(["document", "code", "quote", "coder"])
    other.append(["ex-1-final", "a", "Ei", "M"])
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(ProblemError, match="--sheet"):
        read(tmp_path / "t.xlsx")
    assert len(read(tmp_path / "t.xlsx", sheet="Sheet").segments) == 1


def test_what_is_no_table_is_refused(tmp_path: Path) -> None:
    for name, data in (
        ("a.csv", b"\x00\x01\x02"),
        ("b.xlsx", b"PK\x03\x04 broken"),
        ("c.bin", b"whatever"),
        ("d.csv", b""),
        ("e.csv", b'document,code,quote\n"open'),
        ("f.csv", b"\x81\x8d\x8f"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ProblemError):
            read(tmp_path / name)
    with pytest.raises(ProblemError, match="no such file"):
        read(tmp_path / "absent.csv")
    (tmp_path / "folder").mkdir()
    with pytest.raises(ProblemError, match="of no tool"):
        read(tmp_path / "folder")
