"""Selections of a REFI-QDA project as passages of normalised texts, and the codes on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from lxml import etree

from evaltools.documents.zip_package import children, first, local_name
from evaltools.qda.model import (
    Certainty,
    Coder,
    Coding,
    Polarity,
    Segment,
    coding_id,
    neighbours,
    parse_day,
    segment_id,
)
from evaltools.qda.names import identifier
from evaltools.qda.offsets.conventions import Convention, OffsetScale
from evaltools.qda.offsets.detection import ToolText
from evaltools.qda.offsets.scoring import quote_key
from evaltools.qda.refi.model import (
    exact_text,
    generate_guid,
    line_number,
    line_text,
    own_guid,
    passage_seal,
    read_guid,
    selection_loss,
)
from evaltools.qda.refi.sources import CodedDocument, ProjectFile

_POLARITIES: Mapping[str, Polarity] = {"affirm": "affirm", "deny": "deny", "mixed": "mixed"}
_CERTAINTIES: Mapping[str, Certainty] = {"sure": "sure", "unsure": "unsure"}
UNKNOWN = "unknown"


class Coders:
    """Coders of a project: its users, and those whom only codings name.

    Arguments:
        project: its users are read.
    """

    def __init__(self, project: ProjectFile) -> None:
        self.coders: list[Coder] = []
        self._by_guid: dict[str, str] = {}
        self._assumed: dict[
            str, int
        ] = {}  # how often a coder had to be taken from elsewhere, by how
        root = project.archive.root
        self._project_user = read_guid(root, "creatingUserGUID")
        for container in children(root, "Users"):
            project.leftovers.mark_used(container)
            for user in children(container, "User"):
                if read_guid(user) in self._by_guid:
                    project.leftovers.drop(user, "another user has the same GUID")
                    continue
                project.leftovers.mark_used(user)
                self._add(user, project)

    def _add(self, user: etree._Element, project: ProjectFile) -> None:
        guid = read_guid(user)
        line = project.notes.line("coder", guid)
        taken = {coder.coder_id for coder in self.coders}
        listed = user.get("name") or ("" if line is not None else user.get("id") or "")
        name = exact_text(line, "pseudonym", listed)
        coder_id = line_text(line, "coder_id")
        if not coder_id or coder_id in taken:
            coder_id = identifier(name, "coder", taken)
        self.coders.append(
            Coder(
                coder_id,
                name,
                "consensus" if line_text(line, "role") == "consensus" else "coder",
                parse_day(line_text(line, "trained_on")),
                own_guid(line, guid, "coder", coder_id),
            )
        )
        self._by_guid[guid] = coder_id

    def find_coder(self, coding: etree._Element, selection: etree._Element) -> str:
        """Who made a coding: its own user, else the selection's, else the project's."""
        for guid, how in (
            (read_guid(coding, "creatingUser"), ""),
            (read_guid(selection, "creatingUser"), "the selection's user"),
            (self._project_user, "the project's user"),
        ):
            if guid:
                if how:
                    self._count(f"name no user; they were taken to be of {how}")
                return self._known(guid)
        self._count(f"name no user, nor does anything around them; their coder is “{UNKNOWN}”")
        if all(coder.coder_id != UNKNOWN for coder in self.coders):
            self.coders.append(Coder(UNKNOWN, UNKNOWN))
        return UNKNOWN

    def _known(self, user: str) -> str:
        if user not in self._by_guid:  # named by a coding, but not in the list
            taken = {coder.coder_id for coder in self.coders}
            coder_id = identifier(f"user {user[:8]}", "coder", taken)
            self.coders.append(Coder(coder_id, coder_id, guid=user))
            self._by_guid[user] = coder_id
            self._count(f"name a user that the project does not list; called {coder_id}", 0)
        return self._by_guid[user]

    def _count(self, how: str, step: int = 1) -> None:
        self._assumed[how] = self._assumed.get(how, 0) + step

    @property
    def assumed(self) -> tuple[str, ...]:
        """What was assumed about coders, a line each."""
        return tuple(
            f"{count} codings {how}" if count else f"codings {how}"
            for how, count in self._assumed.items()
        )


@dataclass(frozen=True)
class SelectionPlace:
    """Where a selection lies in the normalised text, or why nowhere."""

    start: int
    end: int
    grew: bool = False
    fault: str = ""


def place_selections(marked: ToolText, convention: Convention) -> Iterator[SelectionPlace]:
    """Where the passages of a text lie in its normalised form."""
    start = np.array([mark.start for mark in marked.marks], dtype=np.int64)
    end = np.array([mark.end for mark in marked.marks], dtype=np.int64)
    spans = OffsetScale(marked.text).spans(start, end, convention)
    for index in range(len(marked.marks)):
        if index in spans.faults:
            yield SelectionPlace(-1, -1, False, spans.faults[index])
            continue
        begin, past, grew = marked.form.span(int(spans.start[index]), int(spans.end[index]))
        yield SelectionPlace(
            begin, past, grew, "" if begin < past else "nothing but blanks stands there"
        )


@dataclass
class Passages:
    """Reads the selections of documents.

    Arguments:
        codes: identifiers of codes by GUID.
        linked: GUIDs of selections that a link ties, which stay though no code is on them.
        by_guid: identifiers of segments by the GUID of their selection.
        new: document and coder of codings that no note of ours speaks of.
        assumed: what was changed or concluded, a line each.
    """

    project: ProjectFile
    codes: Mapping[str, str]
    coders: Coders
    linked: frozenset[str]
    segments: dict[str, Segment] = field(default_factory=dict)
    codings: dict[str, Coding] = field(default_factory=dict)
    by_guid: dict[str, str] = field(default_factory=dict)
    new: dict[tuple[str, str], None] = field(default_factory=dict)
    assumed: list[str] = field(default_factory=list)

    def read(self, coded: CodedDocument, convention: Convention) -> None:
        """Add the passages of a document and the codes on them."""
        if coded.marked is None or coded.document.text is None:
            return
        places = place_selections(coded.marked, convention)
        for selection, place in zip(coded.selections, places, strict=True):
            if place.fault:
                where = f"{selection.get('startPosition')} to {selection.get('endPosition')}"
                why = f"{place.fault} ({where}, read as {convention.name})"
                self.project.leftovers.drop(selection, why, selection_loss(selection))
            else:
                self._read_selection(coded, selection, place, convention)

    def _read_selection(
        self,
        coded: CodedDocument,
        selection: etree._Element,
        place: SelectionPlace,
        convention: Convention,
    ) -> None:
        guid = read_guid(selection)
        twins = coded.twins.get(guid, ())
        line = self.project.notes.line("segment", guid)
        codings = [c for part in (selection, *twins) for c in children(part, "Coding")]
        if not codings and guid not in self.linked and line is None:
            self.project.leftovers.drop(selection, "no code is on it", "uncoded")
            return
        segment = self._segment(coded, guid, place, convention)
        about = f"{coded.document.name}: “{segment.quote[:40]}”"
        self.segments.setdefault(segment.segment_id, segment)
        self.by_guid.setdefault(guid, segment.segment_id)
        self.project.leftovers.mark_used(selection, *twins)
        if place.grew:
            self.assumed.append(
                f"{about} began or ended inside a letter and was widened to take all of it"
            )
        if line is not None and line_text(line, "proof") != quote_key(segment.quote):
            self.assumed.append(
                f"{about} ({guid}) is not the passage it was when evaltools wrote it, and counts "
                "as a new one"
            )
        for coding in codings:
            holder = coding.getparent()
            self._read_coding(coding, selection if holder is None else holder, segment)

    def _segment(
        self, coded: CodedDocument, guid: str, place: SelectionPlace, convention: Convention
    ) -> Segment:
        document = coded.document
        text = document.text or ""
        prefix, suffix = neighbours(text, place.start, place.end)
        segment = Segment(
            segment_id=segment_id(document.document_id, place.start, place.end),
            document_id=document.document_id,
            start=place.start,
            end=place.end,
            quote=text[place.start : place.end],
            prefix=prefix,
            suffix=suffix,
            page=coded.pages.get(guid),
            origin_tool=self.project.origin,
            origin_guid=guid,
            offset_convention=convention.name,
        )
        line = self.project.notes.line("segment", guid)
        if line is None or line_text(line, "proof") != quote_key(segment.quote):
            return segment
        own = line_text(line, "segment_id", segment.segment_id)
        is_ours = guid == generate_guid("segment", own)
        return replace(
            segment,
            segment_id=own,
            prefix=line_text(line, "prefix", prefix),
            suffix=line_text(line, "suffix", suffix),
            page=line_number(line, "page"),
            section=line_text(line, "section"),
            origin_tool=line_text(line, "origin_tool"),
            origin_guid=line_text(line, "origin_guid", "" if is_ours else guid),
            offset_convention=line_text(line, "offset_convention"),
        )

    def _read_coding(
        self, coding: etree._Element, selection: etree._Element, segment: Segment
    ) -> None:
        reference = first(coding, "CodeRef")
        code_id = None if reference is None else self.codes.get(read_guid(reference, "targetGUID"))
        if not code_id:
            self.project.leftovers.drop(coding, "its code is not in the codebook", "passage")
            return
        coder_id = self.coders.find_coder(coding, selection)
        line = self.project.notes.line("coding", read_guid(coding))
        if line is not None and line_text(line, "seal") != passage_seal(
            segment.segment_id, code_id, coder_id
        ):
            self.assumed.append(
                f"the coding of “{segment.quote[:40]}” with {code_id} by {coder_id} is not what "
                "it was when evaltools wrote it, and counts as a new one"
            )
            line = None
        round_ = line_number(line, "round") or 1
        result = Coding(
            coding_id=line_text(line, "coding_id")
            or coding_id(segment.segment_id, code_id, coder_id, round_),
            segment_id=segment.segment_id,
            code_id=code_id,
            coder_id=coder_id,
            polarity=_POLARITIES.get(line_text(line, "polarity"), "affirm"),
            certainty=_CERTAINTIES.get(line_text(line, "certainty")),
            round=round_,
            created=parse_day(coding.get("creationDateTime")),
            consensus_of=line_text(line, "consensus_of"),
        )
        if result.coding_id in self.codings and local_name(selection) != "PDFSelection":
            why = "this passage has the same code by the same coder already"
            self.project.leftovers.drop(coding, why, "repeated")
            return
        self.project.leftovers.mark_used(coding, reference)
        self.codings.setdefault(result.coding_id, result)
        if line is None:
            self.new.setdefault((segment.document_id, coder_id))
