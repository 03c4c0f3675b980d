"""Positions under every way to count, and through normalisation."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.documents.text_normalisation import normalise
from evaltools.problems import ProblemError
from evaltools.qda.offsets.conventions import (
    BY_NAME,
    CANDIDATES,
    Convention,
    OffsetScale,
    normalise_text,
)

TEXT = "Ääni 📄\r\nå👍🏽 a\u0308ä\r\n"

texts = st.text(
    st.sampled_from("ab äÄå.\n\r\t \u00ad\ufeff\u0308\u0301📄👍🏽\u200d\u00a0\u2028\x07 \uac00ᆨ"),
    max_size=40,
)


@given(texts)
@settings(max_examples=400, deadline=None)
def test_following_a_text_through_normalisation_gives_the_same_text(text: str) -> None:
    assert normalise_text(text).text == normalise(text)


@given(texts, st.data())
@settings(max_examples=400, deadline=None)
def test_a_passage_keeps_its_characters_through_normalisation(
    text: str, data: st.DataObject
) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    form = normalise_text(text)
    first, past, grew = form.span(start, end)
    assert 0 <= first <= past <= len(form.text)
    if first == past:
        assert not normalise(text[start:end]).strip()
    elif not grew:
        kept = normalise(text[start:end]).strip()
        assert normalise(form.text[first:past]).strip() == kept
    else:
        outer = text[form.start[first] : form.end[past - 1]]
        assert normalise(outer).strip() == form.text[first:past].strip()
        assert form.start[first] <= start or form.end[past - 1] >= end


def test_a_passage_that_ends_inside_a_composed_letter_takes_all_of_it() -> None:
    form = normalise_text("a\u0308iti")
    assert form.text == "äiti\n"
    assert form.span(0, 1) == (0, 1, True)
    assert form.span(1, 3) == (0, 2, True)
    assert form.span(0, 2) == (0, 1, False)


@pytest.mark.parametrize("convention", CANDIDATES, ids=lambda c: c.name)
def test_every_convention_reads_back_what_it_counted(convention: Convention) -> None:
    ruler = OffsetScale(TEXT)
    if not ruler.applies(convention):
        return
    scale = ruler.scale(convention.unit, convention.lines)
    width = 3 if convention.unit == "utf8" else 1
    shift = {"nobom": 0, "bom": width, "from1": 1}[convention.first]
    edges = [i for i in range(len(TEXT) + 1) if not (0 < i < len(TEXT) and TEXT[i - 1] == "\r")]
    pairs = [(i, j) for i in edges for j in edges if i < j]
    start = np.array([scale[i] + shift for i, _ in pairs])
    end = np.array([scale[j] + shift - (convention.end == "inclusive") for _, j in pairs])
    spans = ruler.spans(start, end, convention)
    assert not spans.faults
    assert list(zip(spans.start, spans.end, strict=True)) == pairs


def test_the_units_of_a_text_are_counted_as_its_encodings_have_them() -> None:
    ruler = OffsetScale(TEXT)
    assert ruler.scale("codepoint", "crlf2")[-1] == len(TEXT)
    assert ruler.scale("utf16", "crlf2")[-1] == len(TEXT.encode("utf-16-le")) // 2
    assert ruler.scale("utf8", "crlf2")[-1] == len(TEXT.encode("utf-8"))
    assert ruler.scale("codepoint", "crlf1")[-1] == len(TEXT.replace("\r\n", "\n"))
    bare = TEXT.replace("\r\n", "\n")
    assert OffsetScale(bare).scale("codepoint", "lf2")[-1] == len(TEXT)
    padded = bare.replace("\n", "\n ")
    assert OffsetScale(padded).scale("codepoint", "pad")[-1] == len(bare)


@pytest.mark.parametrize(
    ("convention", "start", "end", "why"),
    [
        ("codepoint/crlf2/nobom/exclusive", 0, 99, "outside"),
        ("codepoint/crlf2/from1/exclusive", 0, 4, "outside"),
        ("codepoint/crlf2/nobom/exclusive", 4, 4, "not after its start"),
        ("utf16/crlf2/nobom/exclusive", 6, 9, "parts one character"),
        ("utf8/crlf2/nobom/exclusive", 1, 4, "parts one character"),
        ("codepoint/crlf2/nobom/exclusive", 0, 7, "halves of a line end"),
    ],
)
def test_what_cannot_be_is_said(convention: str, start: int, end: int, why: str) -> None:
    spans = OffsetScale(TEXT).spans(np.array([start]), np.array([end]), BY_NAME[convention])
    assert why in spans.faults[0]
    assert spans.start[0] == spans.end[0] == -1


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    assert all(Convention.stated(c.name) == c for c in CANDIDATES)
    assert len({c.name for c in CANDIDATES}) == len(CANDIDATES)
    with pytest.raises(ProblemError, match="utf16/crlf2/nobom/exclusive"):
        Convention.stated("windows")
