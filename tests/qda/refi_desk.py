"""Pieces of REFI-QDA projects, to be put together by tests."""

from __future__ import annotations

import zipfile
from collections import Counter
from pathlib import Path

from evaltools.documents.zip_package import local_name
from evaltools.qda.model import CodingSet
from evaltools.qda.refi.read import read_with_leftovers

NS = 'xmlns="urn:QDA-XML:project:1.0"'
TEXT = (
    "Selvitys 📎\nKehittäjä siirtyi muualle 😕, eikä tietojen siirto onnistunut.\n"
    "Muutimme aikataulua ja ostimme avun toimittajalta.\nTjänsten används 👍🏽 efter projektet.\n"
)
QUOTES = ("Kehittäjä siirtyi muualle", "tietojen siirto", "ostimme avun", "används 👍🏽 efter")


def guid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


def selection(number: int, quote: str, inner: str = "", more: str = "", text: str = TEXT) -> str:
    start = text.index(quote)
    return (
        f'<PlainTextSelection guid="{guid(number)}" startPosition="{start}" '
        f'endPosition="{start + len(quote)}" {more}>{inner}</PlainTextSelection>'
    )


def coding(number: int, code: int, user: int | None = None) -> str:
    who = f' creatingUser="{guid(user)}"' if user is not None else ""
    target = f'<CodeRef targetGUID="{guid(code)}"/>'
    return f'<Coding guid="{guid(number)}"{who}>{target}</Coding>'


USERS = f'<Users><User guid="{guid(1)}" name="Koodaaja A"/><User guid="{guid(2)}"/></Users>'
CODES = (
    f'<CodeBook><Codes><Code guid="{guid(10)}" name="Haasteet" isCodable="false">'
    f'<Code guid="{guid(11)}" name="Henkilöstö" isCodable="true" color="#f00"/>'
    f'<Code guid="{guid(12)}" name="Henkilöstö" isCodable="true"/></Code>'
    f'<Code guid="{guid(13)}" name="vastaus.osto" isCodable="true"/></Codes></CodeBook>'
)


def marked(inner: str | None = None, user: int | None = 1) -> str:
    """Four passages, enough to tell how they are counted."""
    if inner is not None:
        return inner
    return "".join(
        selection(100 + i, quote, coding(200 + i, 11 + i % 3, user))
        for i, quote in enumerate(QUOTES)
    )


def source(inner: str, number: int = 50, name: str = "Raportti 1.txt", more: str = "") -> str:
    path = f'plainTextPath="internal://{guid(number).upper()}.txt"'
    named = f'name="{name}"' if name else ""
    return (
        f'<TextSource guid="{{{guid(number).upper()}}}" {named} {path} {more}>{inner}</TextSource>'
    )


def project(body: str, attributes: str = 'name="p" origin="Tool 1"', ns: str = NS) -> str:
    return f"<Project {ns} {attributes}>{body}</Project>"


def package(
    path: Path,
    xml: str | bytes,
    sources: dict[str, bytes] | None = None,
    qde: str = "project.qde",
    folder: str = "sources/",
) -> Path:
    texts = {f"{guid(50)}.txt": TEXT.encode()} if sources is None else sources
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(qde, xml)
        for name, data in texts.items():
            archive.writestr(folder + name, data)
    return path


def quotes(codings: CodingSet) -> list[str]:
    return [segment.quote for segment in codings.segments]


def everything(path: Path) -> CodingSet:
    """Read, and check that every element that holds something is in the study or in the list."""
    found, ledger = read_with_leftovers(path)
    listed = Counter(line.where.split()[0].rstrip(",") for line in found.dropped)
    told = Counter(map(local_name, ledger.used)) + listed
    holding = Counter(local_name(e) for e in ledger.elements if e.attrib or len(e) or e.text)
    assert holding - told == Counter()
    assert told - Counter(local_name(e) for e in ledger.elements) == Counter()
    assert all(line.why and line.where for line in found.dropped)
    return found
