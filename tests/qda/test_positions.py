"""How a file counts is told from its passages, or the file is refused: never a wrong quote."""

import re
from math import log

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaltools.problems import ProblemError
from evaltools.qda.offsets.conventions import (
    BY_NAME,
    CANDIDATES,
    Convention,
    OffsetScale,
    normalise_text,
)
from evaltools.qda.offsets.detection import (
    NEEDED,
    DetectedConventions,
    ToolPassage,
    ToolText,
    Trial,
    detect_conventions,
)
from evaltools.qda.offsets.scoring import SENTENCE_LIMIT, quote_key

WORDS = re.findall(
    r"\S+",
    "hankkeen avainhenkilö vaihtui kesken kaiken ja å i ö rajapinta ei toiminut Åbo Jyväskylä "
    "tjänsten införs stegvis på svenska öppet a\u0308iti sa\u0308a\u0308sto\u0308 henkilo\u0308 "
    "👍🏽 📄 😟 👩\u200d💻 🇫🇮 ❤\ufe0f 2019 käyttö\u00adönotto",
)
MARKS_BETWEEN = (" ", " ", " ", " ", ", ", ". ", ".\n", "\n", "\n\n", " (", ") ", "! ", ": ")


@st.composite
def marked_texts(draw: st.DrawFn, words: tuple[str, ...] = tuple(WORDS)) -> tuple[str, list]:
    """A text of words and the spans of passages of whole words in it, in code points."""
    tokens = draw(st.lists(st.sampled_from(words), min_size=3, max_size=60))
    text, spans = "", []
    for token in tokens:
        text += draw(st.sampled_from(MARKS_BETWEEN)) if text else ""
        spans.append((len(text), len(text) + len(token)))
        text += token
    ends = draw(st.sampled_from(("\n", "\r\n", "\n ")))
    counts = draw(st.lists(st.integers(0, len(tokens) - 1), min_size=1, max_size=12))
    chosen = []
    for first in counts:
        last = min(len(tokens) - 1, first + draw(st.integers(0, 8)))
        chosen.append((spans[first][0], spans[last][1]))
    shift = [0]
    for character in text:
        shift.append(shift[-1] + (len(ends) - 1 if character == "\n" else 0))
    chosen = [(start + shift[start], end + shift[end]) for start, end in chosen]
    return text.replace("\n", ends) + ends, chosen


def count(text: str, spans: list, convention: Convention) -> tuple[ToolPassage, ...]:
    """Positions as a tool that counts so would write them."""
    scale = OffsetScale(text).scale(convention.unit, convention.lines)
    width = 3 if convention.unit == "utf8" else 1
    shift = {"nobom": 0, "bom": width, "from1": 1}[convention.first]
    last = convention.end == "inclusive"
    return tuple(
        ToolPassage(str(i), int(scale[start]) + shift, int(scale[end]) + shift - last)
        for i, (start, end) in enumerate(spans)
    )


def quotes(text: ToolText, convention: Convention) -> list[str]:
    trial = Trial(text)
    return [trial.quote(convention, index) for index in range(len(text.marks))]


def right(text: str, spans: list) -> list[str]:
    form = normalise_text(text)
    return [form.text[slice(*form.span(start, end)[:2])] for start, end in spans]


@given(marked_texts(), st.sampled_from(CANDIDATES))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_convention_is_found_or_the_file_refused_but_no_quote_is_ever_wrong(
    drawn: tuple[str, list], convention: Convention
) -> None:
    text, spans = drawn
    if not OffsetScale(text).applies(convention):
        return
    marked = ToolText("t", text, count(text, spans, convention))
    try:
        found = detect_conventions([marked], "f")
    except ProblemError:
        return
    assert quotes(marked, found.convention) == right(text, spans)


def test_what_is_known_of_tools_and_sentence_ends_cannot_settle_a_matter_without_words() -> None:
    spread = max(c.prior for c in CANDIDATES) - min(c.prior for c in CANDIDATES)
    assert spread + 2 * SENTENCE_LIMIT < NEEDED


REPORT = (
    "Loppuselvitys 📎\nKehittäjä siirtyi muualle kesken työn 😕, eikä tietojen siirto onnistunut.\n"
    "Muutimme aikataulua ja ostimme avun toimittajalta.\n"
    "Pargas och Mariehamn fortsätter använda tjänsten 👍🏽 efter projektet.\n"
)
QUOTES = (
    "Kehittäjä siirtyi muualle",
    "tietojen siirto onnistunut",
    "Muutimme aikataulua",
    "ostimme avun toimittajalta",
    "fortsätter använda tjänsten 👍🏽 efter projektet",
)


LINE_ENDS = {"crlf2": ("\n", "\r\n"), "crlf1": ("\r\n",), "lf2": ("\n",), "pad": ("\n ",)}


@pytest.mark.parametrize(
    ("convention", "ends"), [(c, ends) for c in CANDIDATES for ends in LINE_ENDS[c.lines]]
)
def test_five_quotes_with_emoji_are_enough_for_every_convention(
    convention: Convention, ends: str
) -> None:
    text = REPORT.replace("\n", ends)
    assert OffsetScale(text).applies(convention)
    spans = [(text.index(quote), text.index(quote) + len(quote)) for quote in QUOTES]
    marked = ToolText("t", text, count(text, spans, convention))
    found = detect_conventions([marked], "f")
    assert quotes(marked, found.convention) == list(QUOTES)
    assert found.margin >= NEEDED
    assert found.convention.name in found.words


def test_read_by_the_standard_most_of_these_would_be_wrong() -> None:
    text = REPORT.replace("\n", "\r\n")
    spans = [(text.index(quote), text.index(quote) + len(quote)) for quote in QUOTES]
    marked = ToolText("t", text, count(text, spans, Convention("utf16")))
    assert quotes(marked, CANDIDATES[0]) != list(QUOTES)


def test_quotes_that_end_before_full_stops_everywhere_are_refused_as_ambiguous() -> None:
    text = "Yksi kaksi. Kolme neljä. Viisi kuusi.\n"
    spans = [(0, 10), (12, 23), (25, 36)]
    with pytest.raises(ProblemError) as caught:
        detect_conventions([ToolText("t", text, count(text, spans, CANDIDATES[0]))], "koodaus.qdpx")
    (problem,) = caught.value.problems
    assert problem.code == "exchange.positions-ambiguous"
    for part in ("koodaus.qdpx", "exclusive", "inclusive", "“Yksi kaksi”", "“Yksi kaksi.”"):
        assert part in str(problem)
    assert "--positions codepoint/crlf2/nobom/inclusive" in problem.remedy


def test_names_that_hold_quotes_settle_what_words_leave_open() -> None:
    text = "Yksi kaksi. Kolme neljä. Viisi kuusi.\n"
    marks = tuple(
        ToolPassage(mark.label, mark.start, mark.end, (name,))
        for mark, name in zip(
            count(text, [(0, 10), (12, 23), (25, 36)], CANDIDATES[0]),
            ("Yksi kaksi", "Kolme neljä", "Viisi kuusi"),
            strict=True,
        )
    )
    found = detect_conventions([ToolText("t", text, marks)], "f")
    assert quotes(ToolText("t", text, marks), found.convention)[0] == "Yksi kaksi"
    assert "3 of 3 names hold their quote" in found.words


def test_titles_that_are_no_quotes_do_no_harm() -> None:
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    plain = count(REPORT, spans, CANDIDATES[0])
    titled = tuple(ToolPassage(m.label, m.start, m.end, ("Quotation 6:1", "avun")) for m in plain)
    assert detect_conventions([ToolText("t", REPORT, titled)], "f").convention == CANDIDATES[0]


def test_the_beginning_of_a_quote_with_an_ellipsis_counts() -> None:
    text = "aa bb cc dd ee ff gg hh ii jj kk ll mm nn oo pp\n"
    found = detect_conventions(
        [ToolText("t", text, (ToolPassage("x", 4, 30, ("bb cc dd ee…",)),))], "f", None
    )
    assert quotes(ToolText("t", text, (ToolPassage("x", 4, 30),)), found.convention)[0].startswith(
        "bb"
    )


def test_positions_of_another_text_are_refused_with_what_they_would_quote() -> None:
    other = "Tämä on aivan toinen teksti, jonka sanat ovat muualla kuin ensimmäisessä.\n" * 4
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    marks = count(REPORT, spans, CANDIDATES[0])
    with pytest.raises(ProblemError) as caught:
        detect_conventions([ToolText("t", other, marks)], "f")
    assert {p.code for p in caught.value.problems} == {"exchange.positions-foreign"}
    assert "export the project again" in caught.value.problems[0].remedy


def test_one_changed_text_among_many_is_named() -> None:
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    marks = count(REPORT, spans, CANDIDATES[0])
    texts = [ToolText(f"t{i}", REPORT, marks) for i in range(9)]
    other = "Tämä on aivan toinen teksti, jonka sanat ovat muualla kuin ensimmäisessä.\n" * 4
    texts.insert(4, ToolText("vaihdettu", other, marks))
    with pytest.raises(ProblemError, match="vaihdettu"):
        detect_conventions(texts, "f")


def test_texts_that_count_in_different_ways_are_told_one_by_one_and_said() -> None:
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    wide = Convention("utf16")
    texts = [
        ToolText("a", REPORT, count(REPORT, spans, CANDIDATES[0])),
        ToolText("b", REPORT, count(REPORT, spans, wide)),
        ToolText("c", REPORT, count(REPORT, spans, CANDIDATES[0])),
    ]
    found = detect_conventions(texts, "f")
    assert [found.of(i) for i in range(3)] == [CANDIDATES[0], wide, CANDIDATES[0]]
    assert "in different ways" in found.words
    assert "b: utf16/crlf2/nobom/exclusive" in found.words


def test_what_the_user_states_is_believed_and_the_evidence_told() -> None:
    marked = ToolText("t", "Yksi kaksi. Kolme.\n", (ToolPassage("x", 0, 9),))
    given_one = BY_NAME["codepoint/crlf2/nobom/inclusive"]
    found = detect_conventions([marked], "f", given_one)
    assert found.convention == given_one
    assert "as stated" in found.words
    assert "1 of 1" in found.words
    assert quotes(marked, given_one) == ["Yksi kaksi"]


def test_a_passage_outside_of_its_text_does_not_hide_how_the_others_count() -> None:
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    marks = (*count(REPORT, spans, Convention("utf16")), ToolPassage("lost", 90_000, 90_010))
    marked = ToolText("t", REPORT, marks)
    found = detect_conventions([marked], "f")
    assert quotes(marked, found.convention) == [*QUOTES, ""]


def test_checksums_of_every_quote_prove_the_standards_own_way() -> None:
    text = "aaaa aaaa aaaa"
    marks = (
        ToolPassage("x", 1, 3, (), quote_key("aa")),
        ToolPassage("y", 4, 6, (), quote_key(" a")),
    )
    found = detect_conventions([ToolText("t", text, marks)], "f")
    assert found.convention == CANDIDATES[0]
    assert "all agree" in found.words
    with pytest.raises(ProblemError):
        detect_conventions(
            [ToolText("t", text, (marks[0], ToolPassage("y", 4, 6, (), quote_key("no"))))], "f"
        )


def test_a_file_without_passages_leaves_no_doubt() -> None:
    assert detect_conventions([ToolText("t", REPORT)], "f") == DetectedConventions(
        CANDIDATES[0], ""
    )


def test_letters_beyond_the_first_plane_alone_part_units() -> None:
    text = "abc def ghi jkl mno pqr\n"
    marked = ToolText("t", text, count(text, [(4, 7), (8, 15)], Convention("utf16")))
    assert (
        detect_conventions([marked], "f").convention.unit == "codepoint"
    )  # the same, and so named


def test_margins_are_odds_and_grow_with_evidence() -> None:
    spans = [(REPORT.index(quote), REPORT.index(quote) + len(quote)) for quote in QUOTES]
    few = detect_conventions([ToolText("t", REPORT, count(REPORT, spans[:3], CANDIDATES[0]))], "f")
    many = detect_conventions([ToolText("t", REPORT, count(REPORT, spans, CANDIDATES[0]))], "f")
    assert log(100) <= few.margin
    assert few.score < many.score  # three passages, five
    assert log(100) <= many.margin < np.inf
