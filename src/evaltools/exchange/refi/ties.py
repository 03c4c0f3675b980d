"""Links between passages, cases, and what is known of readings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from evaltools.documents.packages import children, local
from evaltools.exchange.record import Case, Reading, Relation
from evaltools.exchange.refi.guids import made, plain
from evaltools.exchange.refi.ledger import Ledger
from evaltools.exchange.refi.notes import Notes, exact, number_of, text_of, texts_of
from evaltools.exchange.refi.passages import Passages
from evaltools.exchange.refi.sources import exact_values, read_values

# What people and tools call the four kinds of relation, in three languages.
_KINDS = {
    "answers": (
        "answers", "answer", "answer to", "answers to", "responds to", "response to", "solves",
        "is solution to", "solution to", "vastaa", "vastaus", "vastaus haasteeseen", "ratkaisee",
        "ratkaisu", "svarar", "svarar på", "svar", "svar på", "löser", "lösning på",
    ),
    "leads_to": (
        "leads to", "leads_to", "causes", "is cause of", "results in", "because of", "johtaa",
        "aiheuttaa", "seuraa", "syy", "leder till", "orsakar", "medför", "är orsak till",
    ),
    "rival": (
        "rival", "rival explanation", "alternative", "alternative explanation", "kilpaileva",
        "kilpaileva selitys", "vaihtoehtoinen selitys", "rivaliserande", "rivaliserande förklaring",
        "alternativ förklaring",
    ),
    "counter": (
        "counter", "contradicts", "counter-evidence", "counters", "opposes", "disproves",
        "ristiriidassa", "kiistää", "vastanäyttö", "vastaesimerkki", "motsäger", "motbevis",
        "strider mot",
    ),
}  # fmt: skip
_BY_NAME = {name: kind for kind, names in _KINDS.items() for name in names}
_EITHER_WAY = ("rival", "counter")  # what these tie is the same from both ends


def kind_of(name: str) -> str | None:
    """The kind of relation that a link's name means; None for any other."""
    return _BY_NAME.get(" ".join(name.casefold().replace("_", " ").split()).strip(" .:")) or (
        _BY_NAME.get(name.strip())
    )


def tied(root: etree._Element, notes: Notes) -> frozenset[str]:
    """GUIDs at the ends of links that mean a relation."""
    return frozenset(
        plain(link.get(end))
        for link in _links(root)
        if kind_of(link.get("name") or "") or notes.line("relation", plain(link.get("guid")))
        for end in ("originGUID", "targetGUID")
    )


def _links(root: etree._Element) -> Iterator[etree._Element]:
    for container in children(root, "Links"):
        yield from children(container, "Link")


def read_relations(
    root: etree._Element, ledger: Ledger, notes: Notes, passages: Passages
) -> tuple[Relation, ...]:
    """Links between passages whose name or note says how they hang together."""
    found: dict[str, Relation] = {}
    ledger.take(*children(root, "Links"))
    coders = _coders_of(passages)
    for link in _links(root):
        guid, name = plain(link.get("guid")), link.get("name") or ""
        line = notes.line("relation", guid)
        kind = exact(line, "kind", name) if line is not None else kind_of(name)
        origin = passages.by_guid.get(plain(link.get("originGUID")))
        target = passages.by_guid.get(plain(link.get("targetGUID")))
        if kind is None:
            ledger.drop(link, f"its name says nothing of {', '.join(_KINDS)}")
            continue
        if origin is None or target is None:
            ledger.drop(link, "it does not tie two passages that were read")
            continue
        if line is None and link.get("direction") != "OneWay" and kind not in _EITHER_WAY:
            ledger.drop(link, f"it has no direction, without which “{kind}” says nothing")
            continue
        by = coders.get(origin) or coders.get(target) or ""
        if line is not None:
            by = text_of(line, "coder_id")
        own = text_of(line, "relation_id") or f"{origin}-{kind}-{target}-{by}"
        if own in found:
            ledger.drop(link, "the same tie is there already")
            continue
        ledger.take(link)
        found[own] = Relation(own, origin, target, kind, by)
    return tuple(found.values())


def _coders_of(passages: Passages) -> dict[str, str]:
    """Who first coded each passage, since the format does not say who made a link."""
    result: dict[str, str] = {}
    for coding in passages.codings.values():
        result.setdefault(coding.segment_id, coding.coder_id)
    return result


def read_cases(
    root: etree._Element,
    ledger: Ledger,
    notes: Notes,
    documents: Mapping[str, str],
    variables: Mapping[str, str],
) -> tuple[Case, ...]:
    """Cases with their documents and values.

    Arguments:
        documents: identifiers by GUID of the source.
        variables: names by GUID.
    """
    found: list[Case] = []
    for container in children(root, "Cases"):
        ledger.take(container)
        for element in children(container, "Case"):
            guid = plain(element.get("guid"))
            line = notes.line("case", guid)
            held = []
            for reference in children(element, "SourceRef"):
                document = documents.get(plain(reference.get("targetGUID")))
                if document is not None and document not in held:
                    held.append(document)
                    ledger.take(reference)
            ledger.take(element)
            values = dict(read_values(element, ledger, variables))
            number = number_of(line, "number")
            name = exact(line, "name", element.get("name") or "")
            is_made = guid == made("case", f"{number}:{name}")
            found.append(
                Case(
                    name=name,
                    documents=texts_of(line, "documents") or tuple(held),
                    variables=exact_values(line, values),
                    project_id=text_of(line, "project_id"),
                    guid=text_of(line, "guid", "" if is_made else guid),
                )
            )
    return tuple(found)


def read_readings(notes: Notes, passages: Passages) -> tuple[Reading, ...]:
    """Readings that our own notes tell, and that each other coder saw some of a document."""
    found: dict[tuple[str, str, int], Reading] = {}
    for line in notes.readings:
        document, coder = text_of(line, "reading"), text_of(line, "coder")
        round_ = number_of(line, "round") or 1
        complete = line.get("complete") is True
        found[document, coder, round_] = Reading(
            document, coder, round_, complete, text_of(line, "codebook_version")
        )
    for document, coder in passages.new:
        if not any(key[:2] == (document, coder) for key in found):
            found[document, coder, 1] = Reading(document, coder, 1, complete=False)
    return tuple(found.values())


def take_notes(root: etree._Element, ledger: Ledger, ours: frozenset[str]) -> None:
    """Our own notes and what points to them were read; other memos stay behind."""
    for container in children(root, "Notes"):
        ledger.take(container)
        for note in children(container, "Note"):
            if plain(note.get("guid")) in ours:
                ledger.take(note, *(c for c in note if local(c) == "PlainTextContent"))
    for element in ledger.elements:
        if local(element) == "NoteRef" and plain(element.get("targetGUID")) in ours:
            ledger.take(element)
