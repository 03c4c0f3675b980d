"""Filters of evaltools make the same of what they look at as of the whole document."""

import copy
import json
from pathlib import Path

import pytest

from evaltools.report.part_store import PartStore
from evaltools.report.renderer import own_filters
from evaltools.report.renderer.own_filters import lead_to_evidence
from evaltools.report.renderer.pandoc import pandoc, read_texts, run_filters
from evaltools.report.renderer.pandoc_tree import Node, make_document

STYLE = Path(own_filters.__file__).parents[1] / "project" / "style"
FILTERS = [STYLE / "evidence.lua", STYLE / "quarto_output.lua"]
TEXT = """
# First [of two](#ev-a){.evidence-link}

Words and [12]{.number} with [a link](#ev-a){.evidence-link}, twice
[a link](#ev-a){.evidence-link}; *all of [it](#ev-b){.evidence-link}*.^[A note with
[a link](#ev-b){.evidence-link} and [a sentence]{.finding finding="one-two"}.]

> [Most say [so](#ev-b){.evidence-link}.]{.finding finding="one-two"} Others do not.

## Second

| a | b |
|---|---|
| [1](#ev-a){.evidence-link} | [2](#ev-c){.evidence-link} |

: Table of [c](#ev-c){.evidence-link}.

::: {.evidence-entries mark="↗" panel="Panel"}
### 01_one.ipynb

::: {#ev-a .evidence}
[Told]{.evidence-text text="It is told."}
[x]{.evidence-uses of="ev-a" text="nowhere" page="p. "}

``` {.evidence-passages}
{"label": "Passages", "text": "two", "paper": "see the page", "medium": "both",
 "items": [{"place": "R1", "quote": "a < b", "lang": "en"}]}
```
:::

::: {#ev-b .evidence .examined}
[Nobody]{.evidence-uses of="ev-z" text="nowhere" page="p. "}

Second paragraph.
:::

::: {#ev-finding-one-two .evidence}
[Found]{.evidence-line label="Found" text="so" medium="screen"}
:::
:::
"""


def normal(blocks: list[Node]) -> str:
    """Blocks as pandoc writes them, whichever way they came."""
    return pandoc(["-t", "native"], make_document(blocks, {}))[0].decode()


@pytest.fixture(scope="module")
def blocks() -> list[Node]:
    return read_texts([("text", TEXT)])["text"]


@pytest.mark.parametrize("meta", [{}, {"evidence-in": {"t": "MetaString", "c": "report.html"}}])
@pytest.mark.parametrize("name", ["html", "typst", "docx"])
def test_a_part_of_the_document_becomes_what_it_becomes_within_the_whole(
    blocks: list[Node], name: str, meta: dict[str, Node], tmp_path: Path
) -> None:
    whole, _ = run_filters(copy.deepcopy(blocks), meta, FILTERS, name, tmp_path, tmp_path)
    assert whole != blocks
    store = PartStore(tmp_path / "parts", "run")
    given = (meta, FILTERS, name, tmp_path, tmp_path, store, "report.qmd")
    found, kept = lead_to_evidence(copy.deepcopy(blocks), *given)
    assert normal(found) == normal(whole)
    assert kept == meta


def test_an_edit_of_other_words_runs_no_filter(
    blocks: list[Node], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = ({}, FILTERS, "html", tmp_path, tmp_path, PartStore(tmp_path / "parts", "run"), "a.qmd")
    lead_to_evidence(copy.deepcopy(blocks), *given)
    edited = json.loads(json.dumps(blocks).replace("Others", "Some"))
    whole, _ = run_filters(copy.deepcopy(edited), {}, FILTERS, "html", tmp_path, tmp_path)
    monkeypatch.setattr(own_filters, "run_filters", None)
    found, _ = lead_to_evidence(edited, *given)
    assert normal(found) == normal(whole)
    assert "Some" in normal(found)


def test_a_filter_of_the_study_is_given_the_whole_document(
    blocks: list[Node], tmp_path: Path
) -> None:
    own = tmp_path / "own.lua"
    own.write_text('function Str(s) if s.text == "Others" then return pandoc.Str("All") end end')
    given = ([*FILTERS, own], "html", tmp_path, tmp_path, PartStore(), "report.qmd")
    found, _ = lead_to_evidence(copy.deepcopy(blocks), {}, *given)
    assert "All" in normal(found)


def test_evidence_among_prose_is_looked_at_where_it_stands(
    blocks: list[Node], tmp_path: Path
) -> None:
    stray = read_texts([("text", '::: {#ev-s .evidence}\n[Told]{.evidence-text text="So."}\n:::')])
    text = [*blocks, *stray["text"]]
    whole, _ = run_filters(copy.deepcopy(text), {}, FILTERS, "docx", tmp_path, tmp_path)
    given = ({}, FILTERS, "docx", tmp_path, tmp_path, PartStore(), "report.qmd")
    assert normal(lead_to_evidence(copy.deepcopy(text), *given)[0]) == normal(whole)
