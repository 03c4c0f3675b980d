"""Where a file breaks the rules of its own format, in words for evaluators.

The schemas are those of the REFI-QDA standard (`schemas/ORIGIN.md`). Real exports break them and
are read all the same; what is written here never does.
"""

from __future__ import annotations

import re
from copy import deepcopy
from functools import cache
from importlib.resources import as_file, files

from lxml import etree

from evaltools.documents.packages import local

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
def schema(kind: str) -> etree.XMLSchema:
    """The schema of `Project` or `CodeBook`."""
    with as_file(files("evaltools.exchange.refi") / "schemas" / _FILES[kind]) as path:
        return etree.XMLSchema(etree.parse(path))


def faults(root: etree._Element) -> tuple[str, ...]:
    """Where a file breaks the schema, a line each, in the order of the file.

    Arguments:
        root: `Project` or `CodeBook`, in whatever namespace.
    """
    kind = local(root)
    found: list[str] = []
    namespace = str(etree.QName(root).namespace or "")
    if namespace != NAMESPACES[kind]:
        found.append(
            f"line {root.sourceline}: the namespace is {namespace or 'missing'}, not "
            f"{NAMESPACES[kind]}; it was read as if it were"
        )
        root = _renamed(root, NAMESPACES[kind])
    checker = schema(kind)
    if not checker.validate(root):
        for entry in checker.error_log:
            told = f"line {entry.line}: {_told(entry.message)}"
            if told not in found:
                found.append(told)
    if len(found) > _MOST:
        found = [*found[:_MOST], f"and {len(found) - _MOST} more places that break the format"]
    return tuple(found)


def _renamed(root: etree._Element, namespace: str) -> etree._Element:
    copy = deepcopy(root)
    for element in copy.iter():
        if isinstance(element.tag, str):
            element.tag = f"{{{namespace}}}{local(element)}"
    return copy


def _told(message: str) -> str:
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
