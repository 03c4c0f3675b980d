"""Runs the program of a PDF page, and does not stop at what has no bearing on its text.

A colour that cannot be understood is no reason to call a document damaged.
"""

from __future__ import annotations

from typing import Any

import pikepdf
from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, resolve1
from pdfminer.psparser import PSException, PSLiteral, literal_name

from evaltools.documents.pdf.glyphs import Scribe

_STUMBLES = (PSException, KeyError, ValueError, TypeError, IndexError, AttributeError)


def layers_off(pdf: pikepdf.Pdf) -> frozenset[int]:
    """Object numbers of the layers that are switched off when the document is opened."""
    properties = pdf.Root.get("/OCProperties")
    if not isinstance(properties, pikepdf.Dictionary):
        return frozenset()
    default = properties.get("/D")
    if not isinstance(default, pikepdf.Dictionary):
        return frozenset()

    def numbers(holder: Any, name: str) -> set[int]:
        items = holder.get(name)
        if not isinstance(items, pikepdf.Array):
            return set()
        return {int(item.objgen[0]) for item in items if isinstance(item, pikepdf.Dictionary)}

    off = numbers(properties, "/OCGs") if default.get("/BaseState") == "/OFF" else set()
    return frozenset((off - numbers(default, "/ON")) | numbers(default, "/OFF"))


class Interpreter(PDFPageInterpreter):
    """An interpreter of pdfminer that knows layers and passes over colours it does not know.

    Arguments:
        manager, device: of pdfminer; the device is a `Scribe`.
        off: object numbers of layers that are switched off.
    """

    def __init__(self, manager: Any, device: Scribe, off: frozenset[int] = frozenset()) -> None:
        super().__init__(manager, device)
        self._scribe = device
        self._off = off

    def dup(self) -> Interpreter:
        """Another one for a form that is drawn on the page."""
        return Interpreter(self.rsrcmgr, self._scribe, self._off)

    def init_resources(self, resources: Any) -> None:
        """Prepare the resources of a page; colour spaces one by one."""
        spaces = resolve1(resources.get("ColorSpace")) if resources else None
        if not isinstance(spaces, dict):
            super().init_resources(resources)
            return
        super().init_resources({k: v for k, v in resources.items() if k != "ColorSpace"})
        found = dict(self.csmap)
        keep = (self.fontmap, self.xobjmap)
        for name, space in spaces.items():
            try:
                super().init_resources({"ColorSpace": {name: space}})
                found.update(self.csmap)
            except _STUMBLES:
                found[name] = PDFColorSpace("unknown", 1)  # text in it is read all the same
        self.fontmap, self.xobjmap = keep
        self.csmap = found
        self.resources = resources

    def do_BDC(self, tag: Any, props: Any) -> None:
        """Begin marked content; what its properties are may stand with the page's resources."""
        if isinstance(tag, PSLiteral) and isinstance(props, PSLiteral):
            named = self._properties().get(literal_name(props))
            if tag.name == "OC":
                self._scribe.begin_layer(self._is_off(named))
                return
            resolved = resolve1(named)
            props = resolved if isinstance(resolved, dict) else props
        super().do_BDC(tag, props)

    def do_Do(self, xobjid_arg: Any) -> None:
        """Draw a form or picture, which may be in a layer."""
        held = self.xobjmap.get(literal_name(xobjid_arg))
        drawn = resolve1(held)
        layer = drawn.attrs.get("OC") if isinstance(drawn, PDFStream) else None
        if layer is None:
            super().do_Do(xobjid_arg)
            return
        self._scribe.begin_layer(self._is_off(layer))
        super().do_Do(xobjid_arg)
        self.device.end_tag()

    def _properties(self) -> dict[str, Any]:
        found = resolve1(dict_value(self.resources).get("Properties")) if self.resources else None
        return found if isinstance(found, dict) else {}

    def _is_off(self, layer: Any) -> bool:
        """Whether content of a layer, or of a set of layers, is not shown."""
        if isinstance(layer, PDFObjRef) and layer.objid in self._off:
            return True
        members = resolve1(layer)
        if not isinstance(members, dict) or literal_name(members.get("Type")) != "OCMD":
            return False
        groups = members.get("OCGs")
        resolved = resolve1(groups)
        listed = resolved if isinstance(resolved, list) else [groups]
        off = [ref.objid in self._off for ref in listed if isinstance(ref, PDFObjRef)]
        if not off:
            return False
        rule = literal_name(members["P"]) if "P" in members else "AnyOn"
        shown = {
            "AllOn": not any(off), "AnyOn": not all(off), "AnyOff": any(off), "AllOff": all(off)
        }  # fmt: skip
        return not shown.get(rule, True)
