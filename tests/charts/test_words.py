"""Every fixed word has three languages, and asking for another is an error."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import evaltools.charts
from evaltools.i18n.messages import Words, all_phrases, fields, hold_numbers, read_phrases
from evaltools.i18n.numbers import LANGUAGES

ROOM = Path(evaltools.charts.__file__).parent


def test_every_phrase_has_three_languages_with_the_same_fields() -> None:
    phrases = all_phrases()
    assert len(phrases) > 150
    for key, texts in phrases.items():
        assert set(texts) == set(LANGUAGES), key
        assert len({frozenset(fields(text)) for text in texts.values()}) == 1, key


def test_phrases_that_depend_on_number_have_both_forms() -> None:
    phrases = all_phrases()
    singular = [key for key in phrases if key.endswith(".one")]
    assert len(singular) > 2
    for key in singular:
        assert key.removesuffix(".one") + ".other" in phrases


def test_spaces_inside_numbers_do_not_break() -> None:
    for key, texts in all_phrases().items():
        for tongue in ("fi", "sv"):
            assert not re.search(r"[\d}] ?%|\d \d{3}\b", texts[tongue]), (key, tongue)
    own = {"size.small": hold_numbers({"fi": "5 000–19 999 asukasta"})}
    assert Words("fi", own)("size.small") == "5\u00a0000–19\u00a0999 asukasta"


def test_keys_that_figures_and_tables_use_exist() -> None:
    used = {
        key
        for file in ROOM.glob("*.py")
        for key in re.findall(r"""words\(\s*"([a-z_0-9.]+)\"""", file.read_text(encoding="utf-8"))
    }
    assert len(used) > 40
    unknown = {key for key in used if not Words("fi").has(key)}
    assert not unknown


def test_unknown_key_names_the_nearest() -> None:
    with pytest.raises(KeyError, match=r"state\.yes"):
        Words("fi")("state.yess")


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="not a language"):
        Words("de")  # type: ignore[arg-type]


def test_number_chooses_the_form_and_is_printed_in_the_language() -> None:
    words = Words("fi")
    assert words("alt.rows", count=1) == "Yksi rivi."
    assert words("alt.rows", count=1234) == "1\u00a0234 riviä."
    with pytest.raises(KeyError, match="count"):
        words("alt.rows")


def test_surplus_and_lacking_values_are_errors() -> None:
    with pytest.raises(TypeError, match="no field wrong"):
        Words("fi")("state.yes", wrong=1)
    with pytest.raises(KeyError, match="level"):
        Words("fi")("legend.interval")


def test_values_in_captions_are_escaped_and_phrases_are_not() -> None:
    assert Words("fi").markdown("alt.item", label="*a*", value="1") == "&#42;a&#42; 1"


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        ("a: {fi: x, sv: x}", "instead of fi, sv, en"),
        ("a: {fi: x, sv: x, en: no}", "quote it"),
        ("a: {fi: '{x}', sv: y, en: '{x}'}", "different fields"),
        ("a: text", "texts by language"),
    ],
)
def test_faulty_files_are_refused(tmp_path: Path, content: str, fault: str) -> None:
    file = tmp_path / "faulty.yml"
    file.write_text(content, encoding="utf-8")
    with pytest.raises(ValueError, match=fault):
        read_phrases(file)
