"""Formulas of a DOCX in one line: 10⁶ is not 106, and a half is 1/2 and not 12."""

from __future__ import annotations

from collections.abc import Callable

from lxml import etree

from evaltools.documents.packages import children, first, value
from evaltools.documents.superscripts import MARKS, shift

FORMULAS = frozenset(("sSup", "sSub", "sSubSup", "sPre", "f", "rad", "d", "nary"))
"""Elements whose parts do not simply follow each other."""

Part = Callable[[etree._Element | None], str]


def write_formula(node: etree._Element, part: Part) -> str:
    """A formula in one line.

    Arguments:
        node: one of FORMULAS; Office Math, ECMA-376 part 1, 22.1.
        part: gives the text of a part of it.
    """
    name = etree.QName(node).localname
    base = part(first(node, "e"))
    if name == "f":
        return f"{_grouped(part(first(node, 'num')))}/{_grouped(part(first(node, 'den')))}"
    if name == "rad":
        return _scripts("", part(first(node, "deg")), "") + "√" + _grouped(base)
    if name == "d":
        properties = first(node, "dPr")
        begin, between, end = (
            _sign(first(properties, of), otherwise)
            for of, otherwise in (("begChr", "("), ("sepChr", "|"), ("endChr", ")"))
        )
        return begin + between.join(part(e) for e in children(node, "e")) + end
    raised, lowered = part(first(node, "sup")), part(first(node, "sub"))
    if name == "nary":
        sign = _sign(first(node, "naryPr", "chr"), "∫")
        return _scripts(sign, raised, lowered) + base
    if first(node, "e", "f") is not None:  # the power of a fraction, not of what is under its line
        base = f"({base})"
    return (
        _scripts("", raised, lowered) + base if name == "sPre" else _scripts(base, raised, lowered)
    )


def apart(runs: list[tuple[str, int]], fractions: set[int]) -> list[tuple[str, int]]:
    """Runs with a blank beside a fraction where it would run together with its neighbour.

    Arguments:
        runs: (text, how far above the line).
        fractions: which of them are or hold fractions.
    """
    if not fractions:
        return runs
    spaced: list[tuple[str, int]] = []
    before, was_fraction = "", False
    for at, (text, shift_) in enumerate(runs):
        if not text:
            continue
        begins, is_fraction = text[0], at in fractions
        meet = before.isalnum() and (begins.isalnum() or (is_fraction and begins == "("))
        mark = shift_ != 0 or begins in MARKS  # of a note, or an exponent
        if meet and (is_fraction or (was_fraction and not mark)):
            spaced.append((" ", 0))
        spaced.append((text, shift_))
        before, was_fraction = text[-1], is_fraction
    return spaced


def _scripts(base: str, raised: str, lowered: str) -> str:
    low = shift(lowered, -1)
    if not all(c in MARKS or c.isspace() for c in low):
        low = f"_({lowered})"
    high = shift(raised, 1)
    if not all(c in MARKS or c.isspace() for c in high):
        high = f"^({raised})"
    return base + low + high


def _grouped(text: str) -> str:
    return text if len(text) < 2 or text.isalnum() else f"({text})"


def _sign(element: etree._Element | None, otherwise: str) -> str:
    return otherwise if element is None else value(element)
