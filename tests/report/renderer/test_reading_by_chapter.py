"""A text that is read a chapter at a time, with words joined, is the same text."""

import copy
from pathlib import Path

import pytest

from evaltools.report.part_store import PartStore
from evaltools.report.renderer import references
from evaltools.report.renderer.pandoc import pandoc, read_texts
from evaltools.report.renderer.pandoc_tree import join_words, make_document, nodes
from evaltools.report.renderer.text_trees import read_document

TEXTS = {
    "plain": "Before.\n\n# One\n\nText *of* one.\n\n# Two\n\n- a\n\n  b\n\n## Three\n\nEnd.\n",
    "citations and notes": "# A\n\n[@x] and @y.^[A note [@z].]\n\n# B\n\nSee [@y; @x, p. 5].\n",
    "notes defined elsewhere": "# A\n\nText.[^1]\n\n# B\n\n[^1]: A note.\n\nMore.\n",
    "links defined elsewhere": "# A\n\n[text][there]\n\n# B\n\n[there]: https://example.org\n",
    "titles as links": "# Alpha beta\n\nText.\n\n# B\n\nSee [Alpha beta].\n",
    "titles alike": "# Same\n\nText.\n\n# Same\n\nText.\n",
    "a block around chapters": "::: {.box}\n\n# A\n\nText.\n\n# B\n\n:::\n\nEnd.\n",
    "code that looks like one": "# A\n\n```\n\n# no heading\n\n```\n\n# B\n\nText.\n",
    "a comment over chapters": "# A\n\n<!--\n\n# B\n\n-->\n\n# C\n\nText.\n",
    "raw blocks over chapters": "# A\n\n<div>\n\n# B\n\n</div>\n\nText.\n",
    "examples": "# A\n\n(@one) First.\n\n# B\n\n(@) Second, as (@one).\n",
    "lines of tables": "# A\n\n-----\n\n# B\n\n-----\n\nText.\n",
    "two lines for a heading": "A\n=\n\nText.\n\n# B\n\nText\n# that goes on\n",
    "tables": "# A\n\n| a | b |\n|:--|--:|\n| 1 | 2 |\n\n: Caption {#tbl-a}\n\n# B\n\nText.\n",
    "nothing": "",
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_tree_is_that_of_the_text_read_whole(name: str) -> None:
    whole = read_texts([("body", TEXTS[name])])["body"]
    read = read_document(TEXTS[name], {"value": "*x*"}, PartStore())
    assert read["body"] == whole
    assert read["value"] == read_texts([("v", "*x*")])["v"]


def test_after_an_edit_only_that_chapter_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def count(texts):
        given = list(texts)
        asked.extend(text for _, text in given)
        return read_texts(given)

    monkeypatch.setattr("evaltools.report.renderer.text_trees.read_texts", count)
    parts, text = PartStore.of(tmp_path, "run"), TEXTS["plain"]
    read_document(text, {"value": "*x*"}, parts)
    assert len(asked) == 4
    asked.clear()
    edited = text.replace("of* one", "of* the first")
    assert (
        read_document(edited, {"value": "*x*"}, parts)["body"] == read_texts([("b", edited)])["b"]
    )
    assert asked == ["# One\n\nText *of* the first.\n\n"]


PROSE = """# A heading of some words {#a}

Words with *an emphasis of words*, `code`, [a link to it](#a "its title"), a note,^[Of words.] and
a soft break; {braces} and -- dashes... "quotes".

- [ ] a task to do
- [x] a task done

| a b | c d e |
|:----|------:|
| 1 2 | 3 4 5 |

: A caption of words
"""


@pytest.mark.parametrize("writer", ["html5-smart", "typst", "docx"])
def test_joined_words_are_written_as_they_were(writer: str) -> None:
    (blocks,) = read_texts([("b", PROSE)]).values()
    joined = copy.deepcopy(blocks)
    join_words(joined)
    assert len(list(nodes(joined))) < 0.7 * len(list(nodes(blocks)))
    arguments = ["-t", writer, "--wrap=none", "-o", "-"]
    before, after = (pandoc(arguments, make_document(tree, {}))[0] for tree in (blocks, joined))
    assert before == after


def test_citations_are_resolved_as_in_the_whole_document(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "b.bib").write_text(
        "@book{x, author={Ant, A}, title={T}, year=2001}\n"
        "@book{y, author={Ant, A}, title={S}, year=2001}\n"
    )
    text = (
        "# Of [@x]\n\nWords.\n\n- In a list @y, p. 5.\n\n| a |\n|---|\n| [@x] |\n\n: As @y says\n\n"
        "Note.^[See [@x; -@y].]\n\n[Not cited.]{.a}\n\n::: {#refs}\n:::\n"
    )
    options = {"bibliography": ["/b.bib"], "lang": "en"}

    def cite():
        (blocks,) = read_texts([("b", text)]).values()
        return references.cite(blocks, options, {}, tmp_path, 0, None, PartStore())

    apart = cite()
    monkeypatch.setattr(references, "_parts_with_citations", lambda blocks: blocks)
    assert apart == cite()
    assert "2001a" in str(apart)
