"""Letters are read as they were written, or the file is refused with what they would be."""

from __future__ import annotations

import contextlib

import pytest

from evaltools.evidence.raw_table import UnreadableTableError, decode

FINNISH = "Henkilöstön riittämättömyys Jyväskylässä ja Åbossa"
TEXTS = [
    FINNISH, "Äänekoski, ÖVERTORNEÅ", "Žižek ja Škoda pöydän äärellä", "crème brûlée – 100 €",
    "“Lainaus” ja ’toinen’…", "Øresund, Ærø, Münster, Straße, señor", "§ 5 • ½ – 2 °C",
    "Helsinki–Espoo", "hyvä® ja x²", "São Paulo", "l’été", "plain",
]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_what_was_written_is_read(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("encoding", "name"),
    [("mac_roman", "Mac Roman"), ("cp850", "DOS code page 850"), ("cp437", "DOS code page 437")],
)
@pytest.mark.parametrize("text", [FINNISH, "Tavoitteena sähköinen asiointi", "HÄMEENLINNA ÖRÖ"])
def test_other_encodings_are_named_with_the_word_they_would_give(
    encoding: str, name: str, text: str
) -> None:
    with pytest.raises(UnreadableTableError) as error:
        decode(f"id\n{text}".encode(encoding))
    assert error.value.code == "data.encoding"
    assert error.value.row == 2
    assert "make no words in Windows-1252" in error.value.what
    # DOS code pages have the letters of Finnish in common
    assert name in error.value.what or encoding.startswith("cp")


@pytest.mark.parametrize(
    ("encoding", "text"),
    [("iso-8859-15", "Škoda 100 €"), ("iso-8859-2", "Łódź Šumava"), ("cp1251", "Привет всем"),
     ("koi8-r", "Привет всем")],
)  # fmt: skip
def test_letters_of_other_lands_are_not_read_as_others(encoding: str, text: str) -> None:
    with pytest.raises(UnreadableTableError):
        decode(text.encode(encoding))


def test_no_encoding_of_a_finnish_text_is_read_as_other_letters() -> None:
    for encoding in ("mac_roman", "cp850", "cp437", "iso-8859-1", "iso-8859-15", "cp1252", "utf-8"):
        for word in FINNISH.split():
            with contextlib.suppress(UnreadableTableError):
                assert decode(word.encode(encoding)) == word
