"""Whether a coding can be written, and where a file breaks the rules of its own format.

The schemas are those of the REFI-QDA standard (`schemas/ORIGIN.md`). Real exports break them and
are read all the same; what is written here never does.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from evaltools.documents.zip_package import local_name
from evaltools.problems import Problem
from evaltools.qda.model import Code, CodingSet


def arrange_coding(codings: CodingSet) -> CodingSet:
    """A coding in the order in which a file shows it: codes below their parents, passages in their
    documents by position, codings at their passages."""
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


def find_writing_problems(codings: CodingSet) -> Iterator[Problem]:
    """Everything that keeps a coding from being written."""
    known: dict[str, Counter[str]] = {}
    for kind in ("document", "code", "coder", "segment", "coding", "relation"):
        rows = getattr(codings, f"{kind}s")
        known[kind] = Counter(getattr(row, f"{kind}_id") for row in rows)
        for name, count in known[kind].items():
            yield from [_problem(f"{kind}s", f"{name!r} is there twice")] * (count - 1)
    if len(list(_nested(codings.codes))) != len(codings.codes):
        yield _problem("codes", "some codes are their own parents, over one or more others")
    yield from _wrong_passages(codings)
    references = [
        (f"codings, {one.coding_id}", kind, getattr(one, f"{kind}_id"))
        for one in codings.codings
        for kind in ("segment", "code", "coder")
    ]
    references += [
        (f"relations, {one.relation_id}", "segment", name)
        for one in codings.relations
        for name in (one.from_segment_id, one.to_segment_id)
    ]
    for where, kind, name in references:
        if name not in known[kind]:
            yield _problem(where, f"there is no {kind} {name!r}")


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
        where, text = f"documents, {document.document_id}", document.text or ""
        if "\r" in text:
            yield _problem(where, "its text is not normalised")
        elif re.search("[\ud800-\udfff]", text):
            yield _problem(where, "its text is no Unicode")


def _problem(where: str, what: str) -> Problem:
    remedy = "Run `evaltools check`, and correct the tables that the coding comes from."
    return Problem(where, what, "", remedy, "exchange.unwritable")


NAMESPACES = {"Project": "urn:QDA-XML:project:1.0", "CodeBook": "urn:QDA-XML:codebook:1.0"}
_FILES = {"Project": "project.xsd", "CodeBook": "codebook.xsd"}
_MOST = 50  # one fault is often repeated in every element

_QUALIFIED = re.compile(r"\{[^}]*\}")
_ABOUT = re.compile(
    r"^Element '([^']+)'(?:, attribute '([^']+)')?: (?:\[[^\]]*\] )?(.*)$", re.DOTALL
)
_VALUE = re.compile(r"(?:The value )?'(.*?)' is not (?:accepted|an element|a valid)", re.DOTALL)
_EXPECTED = re.compile(r"Expected is (?:one of )?\( ?(.*?) ?\)\.")


@cache
def _schema(kind: str) -> etree.XMLSchema:
    with as_file(files("evaltools.qda.refi") / "schemas" / _FILES[kind]) as path:
        return etree.XMLSchema(etree.parse(path))


def find_schema_errors(root: etree._Element) -> tuple[str, ...]:
    """Where `Project` or `CodeBook`, in whatever namespace, breaks the schema, a line each."""
    kind, errors = local_name(root), dict[str, None]()
    namespace = str(etree.QName(root).namespace or "")
    if namespace != NAMESPACES[kind]:
        errors[
            f"line {root.sourceline}: the namespace is {namespace or 'missing'}, not "
            f"{NAMESPACES[kind]}; it was read as if it were"
        ] = None
        root = deepcopy(root)
        for element in root.iter():
            if isinstance(element.tag, str):
                element.tag = f"{{{NAMESPACES[kind]}}}{local_name(element)}"
    schema = _schema(kind)
    if not schema.validate(root):
        found = [f"line {entry.line}: {_explain(entry.message)}" for entry in schema.error_log]
        errors |= dict.fromkeys(found)
    shown = list(errors)
    if len(shown) > _MOST:
        shown = [*shown[:_MOST], f"and {len(shown) - _MOST} more places that break the format"]
    return tuple(shown)


def _explain(message: str) -> str:
    text = _QUALIFIED.sub("", message).strip()
    match = _ABOUT.match(text)
    if match is None:
        return text
    element, attribute, rest = match.groups()
    expected = _EXPECTED.search(rest)
    names = " or ".join(part.strip() for part in expected[1].split(",")) if expected else ""
    if "Missing child element" in rest:
        return f"{element} is empty or ends too early; it needs {names} in it"
    if "This element is not expected" in rest:
        where = f"; {names} may stand there" if names else "; nothing may follow there"
        return f"{element} stands where it may not{where}"
    if missing := re.match(r"The attribute '([^']+)' is required but missing", rest):
        return f"{element} has no {missing[1]}, which it needs"
    if foreign := re.match(r"The attribute '([^']+)' is not allowed", rest):
        return f"{element} has {foreign[1]}, which the format does not know"
    if value := _VALUE.match(rest):
        return f"{attribute or 'text'} of {element} is “{value[1]}”, which is no value of it"
    return f"{element}{f', {attribute}' if attribute else ''}: {rest}"
