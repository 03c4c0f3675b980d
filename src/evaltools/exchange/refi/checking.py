"""Whether a coding can be written at all, and the order in which it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from evaltools.exchange.record import Code, CodingSet
from evaltools.problems import Problem

_REMEDY = "Run `evaltools check`, and correct the tables that the coding comes from."


def arranged(codings: CodingSet) -> CodingSet:
    """A coding in the order in which a file shows it.

    Codes stand below their parents, passages in their documents by position, codings at their
    passages; everything else keeps its order.
    """
    place = {document.document_id: i for i, document in enumerate(codings.documents)}
    segments = sorted(
        codings.segments,
        key=lambda s: (place.get(s.document_id, -1), s.start, s.end, s.segment_id),
    )
    at = {segment.segment_id: i for i, segment in enumerate(segments)}
    return replace(
        codings,
        codes=tuple(_nested(codings.codes)),
        segments=tuple(segments),
        codings=tuple(sorted(codings.codings, key=lambda c: at.get(c.segment_id, -1))),
    )


def _nested(codes: tuple[Code, ...]) -> Iterator[Code]:
    known = {code.code_id for code in codes}
    below: dict[str | None, list[Code]] = {}
    for code in codes:
        parent = code.parent_id if code.parent_id in known else None
        below.setdefault(parent, []).append(code)
    waiting = list(reversed(below.get(None, [])))
    while waiting:
        code = waiting.pop()
        yield code
        waiting += reversed(below.get(code.code_id, []))


def wrong(codings: CodingSet) -> Iterator[Problem]:
    """Everything that keeps a coding from being written."""
    yield from _repeated("documents", [d.document_id for d in codings.documents])
    yield from _repeated("codes", [c.code_id for c in codings.codes])
    yield from _repeated("coders", [c.coder_id for c in codings.coders])
    yield from _repeated("segments", [s.segment_id for s in codings.segments])
    yield from _repeated("codings", [c.coding_id for c in codings.codings])
    yield from _repeated("relations", [r.relation_id for r in codings.relations])
    if len(list(_nested(codings.codes))) != len(codings.codes):
        yield _problem("codes", "some codes are their own parents, over one or more others")
    yield from _wrong_passages(codings)
    codes, coders = ({c.code_id for c in codings.codes}, {c.coder_id for c in codings.coders})
    segments = {segment.segment_id for segment in codings.segments}
    for coding in codings.codings:
        for kind, name, known in (
            ("segment", coding.segment_id, segments),
            ("code", coding.code_id, codes),
            ("coder", coding.coder_id, coders),
        ):
            if name not in known:
                yield _problem(f"codings, {coding.coding_id}", f"there is no {kind} {name!r}")
    for relation in codings.relations:
        for name in (relation.from_segment_id, relation.to_segment_id):
            if name not in segments:
                where = f"relations, {relation.relation_id}"
                yield _problem(where, f"there is no segment {name!r}")


def _wrong_passages(codings: CodingSet) -> Iterator[Problem]:
    texts = {document.document_id: document.text for document in codings.documents}
    for segment in codings.segments:
        where = f"segments, {segment.segment_id}"
        text = texts.get(segment.document_id)
        if text is None:
            yield _problem(where, f"the text of its document {segment.document_id!r} is missing")
        elif not 0 <= segment.start < segment.end <= len(text):
            yield _problem(where, f"{segment.start} to {segment.end} is no passage of its document")
        elif text[segment.start : segment.end] != segment.quote:
            yield _problem(where, "its quote is not what stands there")
    for document in codings.documents:
        if document.text is not None and "\r" in document.text:
            yield _problem(f"documents, {document.document_id}", "its text is not normalised")
        elif document.text is not None and not document.text.isascii():
            try:
                document.text.encode()
            except UnicodeEncodeError:
                yield _problem(f"documents, {document.document_id}", "its text is no Unicode")


def _repeated(table: str, names: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield _problem(table, f"{name!r} is there twice")
        seen.add(name)


def _problem(where: str, what: str) -> Problem:
    return Problem(where, what, "", _REMEDY, "exchange.unwritable")
