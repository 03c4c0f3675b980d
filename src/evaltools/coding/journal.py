"""The journal of a coder and a round: a line an event, on the disk before it is acknowledged.

One panel writes at a time: whoever opens the journal first holds a lock that goes with the
process, so a kernel that was killed holds nothing. A second panel reads, and says why. A line
that a crash cut short was never acknowledged; it is set aside at the next opening and said,
and the browser, which still has its event, sends it again.

Tables follow from journals alone, or, of coders who have none, are those of the study.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from evaltools.coding.events import AddCode, Event, parse_line, replay, to_message, write_line
from evaltools.evidence.data_hash import CODERS
from evaltools.files import replace_file, sync_to_disk
from evaltools.problems import Problem, refuse
from evaltools.qda import model
from evaltools.qda.coding_tables import make_records, read_study_tables, table_files
from evaltools.study import Study

JOURNAL = re.compile(r"round-([1-9][0-9]{0,3})\.jsonl")
_OPEN: dict[Path, Journal] = {}
_GUARD = threading.RLock()


class WriteConflict(Exception):
    """Another event has the same identifier."""


class Journal:
    """A journal, open for writing where `locked_by` is empty.

    Arguments:
        path: the file; its folder is made where it is missing.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events: list[Event] = []
        self.set_aside: Path | None = None
        self.locked_by = ""
        self._by_id: dict[str, Event] = {}
        self._file = -1
        self._guard = threading.RLock()

    def record(self, event: Event) -> bool:
        """Write an event to the disk; when this returns, a crash cannot take it away.

        Returns whether it is new: the same event a second time changes nothing.
        Raises WriteConflict where another event has its identifier, PermissionError where the
        journal is held by another panel, OSError where the disk takes no more (nothing is left
        behind).
        """
        with self._guard:
            if event in self:
                return False
            if event.id in self._by_id:
                raise WriteConflict(event.id)
            if self._file < 0:
                raise PermissionError(self.locked_by)
            length = os.fstat(self._file).st_size
            try:
                _write(self._file, write_line(event) + b"\n")
                os.fsync(self._file)
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(self._file, length)
                raise
            self._keep(event)
            return True

    def __contains__(self, event: Event) -> bool:
        known = self._by_id.get(event.id)
        return known is not None and to_message(known) == to_message(event)

    def close(self, locked_by: str = "closed") -> None:
        """Let go of the lock; from then on the journal can only be read."""
        with self._guard, _GUARD:
            if self._file >= 0:
                os.close(self._file)
                self._file = -1
                self.locked_by = locked_by
                _OPEN.pop(self.path, None)

    def _keep(self, event: Event) -> None:
        self._by_id[event.id] = event
        self.events.append(event)

    def _load(self) -> None:
        for event in read_journal(self.path):
            if event.id not in self._by_id:
                self._keep(event)


def open_journal(folder: Path, round_: int) -> Journal:
    """Open the journal of a round in a coder's folder, to write where nobody else does.

    A panel opened anew in the same process takes over from the one before it: its cell was run
    again. Another process that holds the journal is left in peace, and this one only reads.

    Raises ProblemError where a line in the middle cannot be read: something has changed the file.
    """
    folder.mkdir(parents=True, exist_ok=True)
    path = folder.resolve() / f"round-{round_}.jsonl"
    journal = Journal(path)
    with _GUARD:
        if (earlier := _OPEN.get(path)) is not None:
            earlier.close("newer")
        file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            journal.locked_by = "other"
            journal._load()
            return journal
        try:
            journal.set_aside = _repair(path, file)
            journal._load()
        except BaseException:
            os.close(file)
            raise
        sync_to_disk(folder)
        journal._file = file
        _OPEN[path] = journal
    return journal


def read_journal(path: Path) -> tuple[Event, ...]:
    """The events of a journal, without opening it to write; a line not yet ended is not read.

    Raises ProblemError naming every line that is no event.
    """
    data = path.read_bytes() if path.exists() else b""
    whole, _, _ = data.rpartition(b"\n")
    events: list[Event] = []
    problems: list[Problem] = []
    for number, line in enumerate(whole.split(b"\n") if whole else (), 1):
        try:
            events.append(parse_line(line))
        except ValueError as error:
            what = f"the line is no act of a coder: {error}"
            remedy = "Bring the file back from a copy; nothing was changed in it."
            where = f"{path.name}:{number}"
            problems.append(Problem(where, what, "", remedy, "coding.journal"))
    refuse(problems)
    return tuple(events)


def list_journals(folder: Path) -> tuple[tuple[int, Path], ...]:
    """Round and path of every journal in a coder's folder, in order of rounds."""
    paths = folder.iterdir() if folder.is_dir() else ()
    found = ((JOURNAL.fullmatch(path.name), path) for path in paths)
    return tuple(sorted((int(match[1]), path) for match, path in found if match))


def _repair(path: Path, file: int) -> Path | None:
    """Set aside what stands after the last line's end; keep it where it is a whole event."""
    data = path.read_bytes()
    end = data.rfind(b"\n") + 1
    torn = data[end:]
    if not torn:
        return None
    try:
        parse_line(torn)
    except ValueError:
        number = 1
        while (aside := path.with_suffix(f".torn-{number}")).exists():
            number += 1
        with aside.open("xb") as kept:
            kept.write(torn)
            kept.flush()
            os.fsync(kept.fileno())
        os.ftruncate(file, end)
        os.fsync(file)
        return aside
    _write(file, b"\n")
    os.fsync(file)
    return None


def _write(file: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(file, view) :]


ORIGIN = "evaltools coding panel"
CONVENTION = "code points"


def make_coding_set(rounds: Mapping[int, Sequence[Event]], coder: model.Coder) -> model.CodingSet:
    """What a coder's journals amount to, in the study's own terms.

    Every passage, coding, reading and relation is named by what it is, so the same events give
    the same rows wherever and whenever they are read.
    """
    segments: dict[str, model.Segment] = {}
    codings: list[model.Coding] = []
    readings: list[model.ReadDocument] = []
    relations: list[model.Relation] = []
    digests: dict[str, str] = {}
    for round_, events in sorted(rounds.items()):
        state = replay(events)
        for (document, start, end, code), marked in state.codings.items():
            name, one = model.segment_id(document, start, end), marked.coding
            place = one.passage.model_dump()
            segment = model.Segment(
                name, document, **place, origin_tool="evaltools", offset_convention=CONVENTION
            )
            segments.setdefault(name, segment)
            digests[document] = marked.event.text_sha256
            coding = model.Coding(
                model.coding_id(name, code, coder.coder_id, round_),
                name,
                code,
                coder.coder_id,
                one.polarity,
                one.certainty,
                round_,
                marked.event.day,
                "" if isinstance(one, AddCode) else one.consensus_of,
            )
            codings.append(coding)
        for document, read in state.readings.items():
            version = read.codebook_version
            readings.append(
                model.ReadDocument(document, coder.coder_id, round_, read.complete, version)
            )
            digests.setdefault(document, "")
        for document, source, target, kind in state.relations:
            ends = [model.segment_id(document, *place) for place in (source, target)]
            name = f"{ends[0]}-{kind}-{target[0]}-{target[1]}-{coder.coder_id}-{round_}"
            relations.append(model.Relation(name, ends[0], ends[1], kind, coder.coder_id))
    return model.CodingSet(
        origin=ORIGIN,
        documents=tuple(
            model.Document(name, name, None, sha) for name, sha in sorted(digests.items())
        ),
        coders=(coder,),
        segments=tuple(
            sorted(segments.values(), key=lambda row: (row.document_id, row.start, row.end))
        ),
        codings=tuple(sorted(codings, key=lambda row: (row.round, row.coding_id))),
        readings=tuple(readings),
        relations=tuple(relations),
        positions="counted in code points of the normalised text and checked letter by letter",
    )


def write_coder(folder: Path, coder: model.Coder) -> model.CodingSet:
    """Write the tables of a coder's folder anew from all journals in it.

    Each file is written beside and renamed, and only where it has changed.
    """
    coding = make_coding_set(
        {number: read_journal(path) for number, path in list_journals(folder)}, coder
    )
    for name, data in table_files(coding).items():
        path = folder / name
        if not path.exists() or path.read_bytes() != data:
            replace_file(path, data)
    return coding


def load_codings(study: Study, coders: Iterable[model.Coder], round_: int) -> model.CodingSet:
    """What several coders did in a round.

    A coder who has a journal of the round is taken from it, another one from the study's tables,
    where codings of other tools are.
    """
    segments: dict[str, model.Segment] = {}
    codings: list[model.Coding] = []
    readings: list[model.ReadDocument] = []
    tables: model.CodingSet | None = None
    chosen = tuple(coders)
    for coder in chosen:
        path = dict(list_journals(study.data / CODERS / coder.coder_id)).get(round_)
        if path is not None:
            own = make_coding_set({round_: read_journal(path)}, coder)
        else:
            tables = tables or _study_codings(study)
            own = _coder_codings(tables, coder, round_)
        for segment in own.segments:
            segments.setdefault(segment.segment_id, segment)
        codings += own.codings
        readings += own.readings
    return model.CodingSet(
        coders=chosen,
        segments=tuple(segments.values()),
        codings=tuple(codings),
        readings=tuple(readings),
    )


def read_in_study(study: Study, coder: model.Coder, round_: int) -> frozenset[str]:
    """Documents that a coder has read whole in a round, by the study's tables."""
    readings = _coder_codings(_study_codings(study, ("readings",)), coder, round_).readings
    return frozenset(one.document_id for one in readings if one.complete)


def _coder_codings(coding: model.CodingSet, coder: model.Coder, round_: int) -> model.CodingSet:
    def is_wanted(one: model.Coding | model.ReadDocument) -> bool:
        return one.coder_id == coder.coder_id and one.round == round_

    codings = tuple(filter(is_wanted, coding.codings))
    names = {one.segment_id for one in codings}
    return model.CodingSet(
        segments=tuple(one for one in coding.segments if one.segment_id in names),
        codings=codings,
        readings=tuple(filter(is_wanted, coding.readings)),
    )


def _study_codings(
    study: Study, names: Sequence[str] = ("segments", "codings", "readings")
) -> model.CodingSet:
    """Codings in the study's tables, as far as these can be read."""
    frames = read_study_tables(study.data, names, (), "coding.table")
    return model.CodingSet(
        segments=tuple(make_records(frames["segments"], model.Segment)),
        codings=tuple(make_records(frames["codings"], model.Coding)),
        readings=tuple(make_records(frames["readings"], model.ReadDocument)),
    )
