"""Answers in the fields of a PDF form, which are no part of its pages' text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pikepdf

_DEEPEST = 30
_RADIO, _PUSH = 1 << 15, 1 << 16
CHECKED, UNCHECKED = "☒", "☐"


def read_fields(pdf: pikepdf.Pdf) -> list[tuple[str, str]]:
    """Read (label, value) of every field that a person can fill in, in the form's order.

    The label is what the form tells people who hear it read aloud, else the field's name.
    """
    form = pdf.Root.get("/AcroForm")
    if not isinstance(form, pikepdf.Dictionary):
        return []
    return list(_fields(form.get("/Fields"), "", {}, set(), 0))


def is_xfa(pdf: pikepdf.Pdf) -> bool:
    """Whether the form is of the kind that only Adobe's own programs draw."""
    form = pdf.Root.get("/AcroForm")
    return isinstance(form, pikepdf.Dictionary) and "/XFA" in form


def _fields(
    items: Any, path: str, above: dict[str, Any], seen: set[tuple[int, int]], depth: int
) -> Iterator[tuple[str, str]]:
    if not isinstance(items, pikepdf.Array) or depth > _DEEPEST:
        return
    for item in items:
        if not isinstance(item, pikepdf.Dictionary):
            continue
        if item.is_indirect:
            if item.objgen in seen:
                continue
            seen.add(item.objgen)
        known = {
            **above,
            **{k: item.get(k) for k in ("/FT", "/Ff", "/V", "/TU", "/Opt") if k in item},
        }
        name = str(item.get("/T", ""))
        whole = f"{path}.{name}" if path and name else path or name
        kids = item.get("/Kids")
        if isinstance(kids, pikepdf.Array) and any("/T" in kid for kid in kids):
            yield from _fields(kids, whole, known, seen, depth + 1)
        else:
            yield from _field(whole, known)


def _field(name: str, known: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, flags = str(known.get("/FT", "")), int(known.get("/Ff", 0))
    value = known.get("/V")
    label = str(known.get("/TU") or name).strip()
    if kind == "/Tx":
        yield label, _text(value)
    elif kind == "/Ch":
        chosen = list(value) if isinstance(value, pikepdf.Array) else [value]
        yield (
            label,
            ", ".join(_option(known.get("/Opt"), _text(c)) for c in chosen if c is not None),
        )
    elif kind == "/Btn" and not flags & _PUSH:
        state = str(value or "/Off").lstrip("/")
        if flags & _RADIO:
            yield label, "" if state == "Off" else state
        else:
            yield label, UNCHECKED if state == "Off" else CHECKED


def _option(options: Any, value: str) -> str:
    """What a choice shows for a value."""
    if isinstance(options, pikepdf.Array):
        for option in options:
            if isinstance(option, pikepdf.Array) and len(option) == 2 and str(option[0]) == value:
                return str(option[1])
    return value


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, pikepdf.Stream):
        return value.read_bytes().decode("utf-8", "replace")
    return str(value)
