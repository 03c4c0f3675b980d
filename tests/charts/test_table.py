"""Tables that come back from pandoc exactly as their values were."""

from __future__ import annotations

import datetime
import json
from typing import Any

import pandas as pd
import pypandoc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.charts.figure import CAPTION_TYPE
from evaltools.charts.table import SUPPRESSED, Column, Table
from evaltools.i18n.markdown import escape_markdown

NB = "\u00a0"
HOSTILE = [
    "a|b",
    "*x* **y** _z_",
    "<script>alert(1)</script>",
    "line\nbreak",
    "=1+1",
    "-1",
    "`code` ``more``",
    "{{< var x >}}",
    "@fig-x and [@cite]",
    "$x$ and $$y$$",
    "\\alpha \\| \\",
    "'single' \"double\" -- --- ...",
    "1. first",
    "(a) x",
    "# heading",
    "http://example.org www.example.org a@example.org",
    "~sub~ ^sup^ [^note] ^[inline]",
    "[link](url) ![image](url) [span]{.class}",
    "&amp; &#42; <!-- comment -->",
    "  spaces  inside  ",
    "52 %".replace(" ", NB),
    "`<b>`{=html}",
    "\tTab",
    "::: div",
    ": definition",
    "| line block",
    "\U0001f600 é",
]


def _inlines(inlines: list[dict[str, Any]]) -> str:
    """Text of inlines that hold nothing but words; anything else shows up by its name."""
    plain = {"Space": " ", "SoftBreak": "\n"}
    return "".join(
        part["c"] if part["t"] == "Str" else plain.get(part["t"], f"<<{part['t']}>>")
        for part in inlines
    )


def _pandoc(markdown: str, dialect: str = "markdown") -> list[dict[str, Any]]:
    blocks: list[dict[str, Any]] = json.loads(
        pypandoc.convert_text(markdown, "json", format=dialect)
    )["blocks"]
    return blocks


def _first_cells(table: Table, dialect: str = "markdown") -> list[str]:
    (block,) = _pandoc(table.markdown(), dialect)
    assert block["t"] == "Table"
    rows = block["c"][4][0][3]
    return ["".join(_inlines(b["c"]) for b in row[1][0][4]) for row in rows]


def _of_texts(texts: list[str]) -> Table:
    frame = pd.DataFrame({"text": texts, "n": range(len(texts))})
    return Table(frame, [Column("text", "Teksti|x"), Column("n", "Luku", "count")], "T.", "fi")


@pytest.mark.parametrize("dialect", ["markdown", "gfm", "markdown+autolink_bare_uris+emoji"])
def test_hostile_values_come_back_exactly(dialect: str) -> None:
    assert _first_cells(_of_texts(HOSTILE), dialect) == HOSTILE


@settings(max_examples=6, deadline=None)
@given(
    st.lists(
        st.text(
            st.characters(exclude_categories=("Cc", "Cs", "Cn", "Zs", "Zl", "Zp")) | st.just(" "),
            min_size=1,
            max_size=30,
        ).filter(lambda text: bool(text.strip())),
        min_size=60,
        max_size=60,
    )
)
def test_any_values_come_back_exactly(texts: list[str]) -> None:
    assert _first_cells(_of_texts(texts)) == texts


def test_escaped_values_at_the_start_of_a_caption_stay_words() -> None:
    for value in HOSTILE:
        (block,) = _pandoc(escape_markdown(value))
        assert (block["t"], _inlines(block["c"])) == ("Para", value)


def test_no_shortcode_formula_or_reference_is_left_in_the_raw_text() -> None:
    markdown = _of_texts(HOSTILE).markdown()
    for raw in ("{{<", "$", "@", "<", "`", "*"):
        assert raw not in markdown


@pytest.fixture
def table() -> Table:
    frame = pd.DataFrame(
        {
            "label": ["Haaste", None],
            "count": pd.array([1234, None], dtype="Int64"),
            "share": [0.365, SUPPRESSED],
            "money": [1234567.0, float("nan")],
            "number": [2.345, None],
            "interval": [(0.25, 0.51), (None, None)],
            "date": [datetime.date(2022, 4, 30), pd.NaT],
        }
    )
    kinds = ("text", "count", "share", "money", "number", "interval", "date")
    columns = [
        Column(name, name.title(), kind) for name, kind in zip(frame.columns, kinds, strict=True)
    ]
    return Table(frame, columns, "Taulukko.", "fi")


def test_kinds_are_printed_in_the_language(table: Table) -> None:
    assert table.cells() == [
        [
            "Haaste",
            f"1{NB}234",
            f"37{NB}%",
            f"1{NB}234{NB}567",
            "2,3",
            f"25–51{NB}%",
            "30.4.2022",
        ],
        ["–", "–", "[c]", "–", "–", "–", "–"],
    ]


def test_an_interval_of_a_share_of_fewer_than_ten_is_counts() -> None:
    frame = pd.DataFrame({"label": ["a", "b"], "interval": [(0.1, 0.9, 8, 30), (0.1, 0.9, 10, 30)]})
    columns = [Column("label", "L"), Column("interval", "I", "interval")]
    assert Table(frame, columns, "T.", "en").cells() == [["a", "3–27/30"], ["b", "10–90%"]]


def test_withheld_values_are_explained_and_only_then(table: Table) -> None:
    assert "tietoa ei julkaista" in table.full_caption
    open_table = Table(table.frame[["label"]], [table.columns[0]], "Taulukko.", "fi")
    assert open_table.full_caption == "Taulukko."


def test_output_carries_caption_widths_and_row_headers(table: Table) -> None:
    bundle = table.bundle()
    told = bundle[CAPTION_TYPE]
    assert told["kind"] == "table"
    assert told["row_headers"] == 1
    assert sum(told["widths"]) == pytest.approx(1, abs=0.001)
    assert bundle["text/markdown"] == table.markdown()


def test_pandoc_takes_widths_and_alignment(table: Table) -> None:
    (block,) = _pandoc(table.markdown())
    kinds = [(spec[0]["t"], spec[1]["t"]) for spec in block["c"][2]]
    assert kinds == [("AlignLeft", "ColWidth"), *[("AlignRight", "ColWidth")] * 6]
    widths = [spec[1]["c"] for spec in block["c"][2]]
    assert widths == pytest.approx(table.widths(), abs=0.03)


def test_table_without_rows_says_so() -> None:
    empty = Table(
        pd.DataFrame({"a": [], "b": []}), [Column("a", "A"), Column("b", "B")], "T.", "sv"
    )
    assert _first_cells(empty) == ["Det finns inga rader med dessa val."]


def test_faulty_tables_are_refused() -> None:
    frame = pd.DataFrame({"a": [1]})
    with pytest.raises(ValueError, match="no column b"):
        Table(frame, [Column("b", "B")], "T.", "fi")
    with pytest.raises(ValueError, match="caption"):
        Table(frame, [Column("a", "A")], " ", "fi")
    with pytest.raises(ValueError, match="columns"):
        Table(frame, [], "T.", "fi")
    with pytest.raises(TypeError, match="no date"):
        Table(frame, [Column("a", "A", "date")], "T.", "fi").cells()


def test_a_column_of_markdown_is_written_as_it_stands() -> None:
    frame = pd.DataFrame({"name": ["[nimi]{lang=fi}"], "text": ["[nimi]{lang=fi}"]})
    columns = [Column("name", "Name", "markdown"), Column("text", "Text")]
    row = Table(frame, columns, "Names", "en").markdown().splitlines()[2]
    assert row == f"| [nimi]{{lang=fi}} | {escape_markdown('[nimi]{lang=fi}')} |"
