"""Anchoring finds a quote where it stands, says how, and never puts it in a wrong place."""

from __future__ import annotations

import time

from hypothesis import given, settings
from hypothesis import strategies as st

from evaltools.qda.model import CONTEXT
from evaltools.qda.search import LocatedQuote, locate

LETTERS = st.text(alphabet="abcåäö .\n👩🏽e\u0301", min_size=0, max_size=60)


def anchor(*place: str, **more: int | str | None) -> LocatedQuote | None:
    found = locate(*place, **more)  # type: ignore[arg-type]
    return found if isinstance(found, LocatedQuote) else None


def around(text: str, start: int, end: int) -> tuple[str, str]:
    return text[max(0, start - CONTEXT) : start], text[end : end + CONTEXT]


def test_quote_at_the_hint_has_not_moved() -> None:
    text = "Henkilöstö vaihtui. Henkilöstö vaihtui."
    found = anchor(text, "Henkilöstö vaihtui.", hint=20)
    assert found == LocatedQuote(20, 39, False, "exact")


def test_quote_that_stands_once_is_found_without_anything_else() -> None:
    found = anchor("Kunta 👩🏽‍💻 sai tukea.", "sai tukea", hint=3)
    assert found is not None
    assert (found.start, found.end, found.how, found.moved) == (11, 20, "exact", True)


def test_quote_in_two_places_is_refused_with_a_reason() -> None:
    text = "Ei tietoa.\nTyö jatkuu.\nEi tietoa.\n"
    assert anchor(text, "Ei tietoa.") is None
    found = locate(text, "Ei tietoa.")
    assert isinstance(found, str)
    assert "2 places" in found


def test_neighbours_tell_which_of_several_places_it_is() -> None:
    text = "A: ei tietoa, sanoi hanke.\nB: ei tietoa, sanoi kunta.\n"
    found = anchor(text, "ei tietoa", "A: ", ", sanoi hanke.")
    assert found is not None
    assert found.start == 3
    found = anchor(text, "ei tietoa", ".\nB: ", ", sanoi kunta.")
    assert found is not None
    assert found.start == text.rindex("ei tietoa")


def test_short_quote_alone_between_other_neighbours_is_not_believed() -> None:
    # The passage that was meant has gone; the word stands elsewhere by chance.
    found = locate("Aivan toinen lause kunta ja sen jatko.", "kunta", "Raahen ", " päätti toisin")
    assert isinstance(found, str)


def test_line_breaks_hyphens_quotation_marks_and_capitals_do_not_hide_a_quote() -> None:
    text = "Alku. Hankkeen \u201davain\u00adhenkilöt\u201d vaih-\ntuivat \u2013 kahdesti.\tLoppu."
    found = anchor(text, 'HANKKEEN "avainhenkilöt"   vaihtuivat - kahdesti.')
    assert found is not None
    assert text[found.start : found.end].startswith("Hankkeen")
    assert text[found.start : found.end].endswith("kahdesti.")
    assert found.how == "normalised"


def test_composed_and_decomposed_letters_are_the_same_and_never_cut() -> None:
    text = "Tyo\u0308ma\u0308a\u0308ra\u0308 kasvoi kunnassa."
    found = anchor(text, "Työmäärä kasvoi")
    assert found is not None
    assert text[found.start : found.end] == "Tyo\u0308ma\u0308a\u0308ra\u0308 kasvoi"
    assert anchor("Pa\u0308ivitys", "Pa") is None  # "Pä" is not "Pa"


def test_reworded_passage_between_its_neighbours_is_found_and_marked() -> None:
    text = "Johdanto. Henkilöstön vaihtuvuus hidasti selvästi etenemistä. Lopuksi kiitämme kaikkia."
    found = anchor(
        text,
        "Henkilöstön vaihtuvuus hidasti etenemistä.",
        "Johdanto. ",
        " Lopuksi kiitämme kaikkia.",
    )
    assert found is not None
    assert found.how == "close"
    assert text[found.start : found.end] == "Henkilöstön vaihtuvuus hidasti selvästi etenemistä."


def test_reworded_passage_needs_both_neighbours() -> None:
    text = "Johdanto. Henkilöstön vaihtuvuus hidasti selvästi etenemistä. Lopuksi kiitämme."
    quote = "Henkilöstön vaihtuvuus hidasti etenemistä."
    assert anchor(text, quote, "Johdanto. ", " Jotain aivan muuta.") is None
    assert anchor(text, quote) is None


def test_other_meaning_between_the_same_neighbours_is_not_taken() -> None:
    text = "Alkusanat ensin. Tavoite saavutettiin kokonaan ajoissa. Loppusanat sitten."
    assert (
        anchor(text, "Rahoitus loppui kesken vuoden.", "Alkusanat ensin. ", " Loppusanat") is None
    )


def test_empty_quote_stands_nowhere() -> None:
    assert anchor("teksti", "") is None
    assert anchor("teksti", " \n") is None
    assert anchor("", "teksti") is None
    assert anchor("teksti", "-") is None


@given(LETTERS, LETTERS, LETTERS, LETTERS)
def test_quote_is_found_exactly_whatever_is_inserted_elsewhere(
    before: str, after: str, inserted: str, appended: str
) -> None:
    quote = "Kilpailutus viivästyi puoli vuotta."
    old = before + quote + after
    start = len(before)
    prefix, suffix = around(old, start, start + len(quote))
    new = inserted + old + appended
    found = anchor(new, quote, prefix, suffix, hint=start)
    if new[len(inserted) + start + len(quote) :][:1] == "\u0301":
        return  # the inserted mark became part of the quote's last letter
    assert found is not None
    assert found.start == len(inserted) + start
    assert new[found.start : found.end] == quote
    assert found.moved == bool(inserted)


@given(
    st.lists(
        st.sampled_from(["Ei tietoa.", "Työ jatkuu.", "Kunta A", "Kunta B", " ", "\n"]),
        min_size=2,
        max_size=14,
    ),
    st.integers(0, 13),
    LETTERS,
)
@settings(max_examples=300)
def test_repeated_quote_is_put_right_or_refused(
    parts: list[str], chosen: int, inserted: str
) -> None:
    chosen %= len(parts)
    quote = parts[chosen]
    if not quote.strip():
        return
    start = sum(map(len, parts[:chosen]))
    old = "".join(parts)
    prefix, suffix = around(old, start, start + len(quote))
    new = inserted + old
    if start + len(quote) == len(old) or new[len(inserted) + start + len(quote)] != "\u0301":
        found = anchor(new, quote, prefix, suffix)
        assert found is None or found.start == len(inserted) + start


@given(st.text(max_size=80), st.text(max_size=20), st.text(max_size=8), st.text(max_size=8))
def test_anchor_lies_within_any_text_and_holds_something(
    text: str, quote: str, prefix: str, suffix: str
) -> None:
    found = anchor(text, quote, prefix, suffix, hint=3)
    if found is not None:
        assert 0 <= found.start < found.end <= len(text)


def test_hundred_kilobytes_are_searched_in_a_moment() -> None:
    text = "".join(f"Lause {i} kertoo kunnan haasteista ja ratkaisuista. " for i in range(2_000))
    assert len(text) > 100_000
    started = time.process_time()
    for number in range(0, 2_000, 20):
        found = anchor(text, f"LAUSE {number}  kertoo kunnan haasteista")
        assert found is not None
        assert found.how == "normalised"
    assert time.process_time() - started < 5  # a hundred quotes; a tenth of that as a rule


def test_hostile_repetition_does_not_hang() -> None:
    started = time.process_time()
    assert anchor("a" * 100_000, "ab" * 1_000, "a" * 32, "a" * 32) is None
    locate("a " * 50_000, "a", "a a a", "a a a")
    assert time.process_time() - started < 5
