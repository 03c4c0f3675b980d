"""Checks of an act against the study before it is written: the text, the codebook, the past.

What the browser shows and what the disk holds can have come apart, so the quote is compared with
the text, letter by letter, every time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from evaltools.coding.acts import Act, Code, Decide, Passage, Read, Relate, Undo
from evaltools.coding.material import CONTEXT, Material
from evaltools.coding.state import State, fold, in_force

Reason = Literal[
    "form", "document", "text", "changed", "place", "quote", "code", "group", "relation", "undo",
    "clash", "locked", "disk",
]  # fmt: skip


class Refused(Exception):
    """An act that was not recorded, why, and what was found."""

    def __init__(self, reason: Reason, detail: str = "") -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def checked(act: Act, acts: Sequence[Act], material: Material) -> Act:
    """The act with what the kernel fills in.

    Arguments:
        act: as it came.
        acts: those of the journal so far.
        material: the study as the coder sees it.

    Raises Refused where it does not fit the text, the codebook or what was done before.
    """
    if act.document_id not in material.documents:
        raise Refused("document", act.document_id)
    if isinstance(act, Code):
        kind = _kind(act.code_id, material)
        passage = _placed(act.passage, act, material)
        return act.model_copy(update={"passage": passage, "kind": kind})
    if isinstance(act, Decide):
        settled = tuple(
            item.model_copy(
                update={
                    "passage": _placed(item.passage, act, material),
                    "kind": _kind(item.code_id, material),
                }
            )
            for item in act.codings
        )
        return act.model_copy(update={"codings": settled})
    if isinstance(act, Read):
        return act.model_copy(update={"codebook_version": material.version})
    if isinstance(act, Relate):
        _ties(act, fold([one for one in acts if one.document_id == act.document_id]))
    if isinstance(act, Undo):
        own = [one for one in acts if one.document_id == act.document_id]
        if act.of not in {one.id for one in in_force(own)}:
            raise Refused("undo", act.of)
    return act


def _kind(code_id: str, material: Material) -> str:
    code = material.codes.get(code_id)
    if code is None:
        raise Refused("code", code_id)
    if not code["codable"]:
        raise Refused("group", code_id)
    return str(code["kind"])


def _placed(passage: Passage, act: Code | Decide, material: Material) -> Passage:
    """The passage with its neighbours, page and section, if it stands in the text."""
    try:
        found = material.text(act.document_id)
    except (OSError, UnicodeError) as error:
        raise Refused("text", str(error)) from None
    if found.sha256 != act.text_sha256:
        raise Refused("changed", act.document_id)
    text, start, end = found.text, passage.start, passage.end
    if not start < end <= len(text):
        raise Refused("place", f"{start}–{end}")
    if text[start:end] != passage.quote:
        raise Refused("quote", text[start:end][:80])
    around = [
        section
        for section in material.sections(act.document_id)
        if section["start"] <= start < section["end"]
    ]
    section: Mapping[str, Any] = around[-1] if around else {"heading": "", "page": None}
    return Passage(
        start=start,
        end=end,
        quote=passage.quote,
        prefix=text[max(0, start - CONTEXT) : start],
        suffix=text[end : end + CONTEXT],
        page=section["page"],
        section=section["heading"],
    )


def _ties(act: Relate, state: State) -> None:
    """A relation leads from a passage with a response to another with a challenge."""
    kinds: dict[tuple[int, int], set[str]] = {}
    for (_, start, end, _), marked in state.codings.items():
        kinds.setdefault((start, end), set()).add(marked.coding.kind)
    for place, kind in ((act.source, "response"), (act.target, "challenge")):
        if kind not in kinds.get(place, ()):
            raise Refused("relation", f"{place[0]}–{place[1]}: {kind}")
