"""Import of codings: from the file of any tool to tables of their own or to those of the study."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from pathlib import Path

from evaltools.evidence.codebook import version_order
from evaltools.evidence.descriptor import FILE_NAME, load_descriptor
from evaltools.evidence.validation import check_data
from evaltools.ingest.file_transaction import import_problem, transaction
from evaltools.ingest.identification import (
    IdentifiedCoders,
    KnownCodes,
    UnknownCodesError,
    identify_coders,
    identify_codes,
    read_key,
    write_key,
)
from evaltools.ingest.table_edits import EditableTable, Row, TableEdits
from evaltools.problems import Problem, list_values, refuse
from evaltools.qda import model
from evaltools.qda.coding_tables import folder_problem, read_study_coding, write_tables
from evaltools.qda.model import Choices, Coding, CodingSet, DroppedItem, ReadDocument, Segment
from evaltools.qda.readers import read_coding
from evaltools.qda.search import MatchedPassages, match_passages
from evaltools.study.vocabulary import LANGUAGES


@dataclass(frozen=True)
class CodingJob:
    """What is to be imported, and how.

    Arguments:
        path: the file or folder.
        data: the data folder of the study; None outside a study.
        choices: what the file does not say by itself.
        coders, codes: names of the study by names of the file, as the user says.
        complete: the coders read their documents from beginning to end.
        created: day of codings that have none.
        add_codes: put codes into the codebook that it does not have.
        dry: write nothing.
        check: tells what is wrong with a data folder.
        coder_word: before the number in pseudonyms that are made.
    """

    path: Path
    data: Path | None = None
    choices: Choices = field(default_factory=Choices)
    coders: Mapping[str, str] = field(default_factory=dict)
    codes: Mapping[str, str] = field(default_factory=dict)
    complete: bool = False
    created: date | None = None
    add_codes: bool = False
    dry: bool = False
    check: Callable[[Path], Sequence[Problem]] = check_data
    coder_word: str = "Coder"


@dataclass(frozen=True)
class CodingsImported:
    """What became of an import: its coding by pseudonyms, and all that was left behind.

    `key` says whether the key of names was written beside the file; None where there was none.
    """

    coding: CodingSet
    coders: IdentifiedCoders
    key: bool | None
    dropped: tuple[DroppedItem, ...]
    dry: bool
    matches: MatchedPassages | None = None
    merged: MergedTables | None = None

    @property
    def lost(self) -> bool:
        """Whether passages that carry a code were left behind."""
        return any(one.loss == "passage" for one in self.dropped)


def import_to_folder(job: CodingJob, folder: Path) -> CodingsImported:
    """Write the coding of a file as a folder of tables.

    Raises ProblemError, with nothing written, where the file or the folder is at fault.
    """
    refuse(folder_problem(folder))
    study = CodingSet() if job.data is None else read_study_coding(job.data)
    coding = _read(job, study)
    coders = _identify(job, coding, study)
    named = _pseudonymise(coding, coders)
    key = None
    if not job.dry:
        write_tables(named, folder)
        key = write_key(job.path, coders.key)
    return CodingsImported(named, coders, key, named.dropped, job.dry)


def import_into_study(job: CodingJob) -> CodingsImported:
    """Add the coding of a file to the study's tables; importing it again changes nothing.

    Raises ProblemError, with nothing changed, where the file does not fit the study or the study
    would be wrong with it.
    """
    if job.data is None:
        remedy = "Go to the folder of an evaluation.yml, or use --to FOLDER."
        raise import_problem(str(job.path), "there is no study here", remedy, "import.study")
    descriptor = load_descriptor(job.data)
    declared = [name for name in ORDER if any(one.name == name for one in descriptor.resources)]
    remedy = "Declare it, with its columns, and import again."
    refuse(
        Problem(FILE_NAME, f"declares no table {name}", "", remedy, "import.table")
        for name in NEEDED
        if name not in declared
    )
    with transaction(job.data, dry=job.dry) as stage:
        study = read_study_coding(job.data)
        coding = _read(job, study)
        coders = _identify(job, coding, study)
        matches = match_passages(coding, study.documents, job.choices.documents)
        used = [one.code_id for one in coding.codings if one.coder_id in coders.coders]
        additions = None
        if job.add_codes:
            versions = (code.codebook_version for code in study.codes)
            newest = max(sorted(versions, reverse=True), key=version_order, default="")
            fields = {one.name: one for one in descriptor.resource("codes").fields}
            additions = (fields, newest)
        codes = identify_codes(used, coding.codes, study.codes, job.codes, job.path.name, additions)
        problems = [*_wrong_documents(job, study, coding, matches), *codes.problems]
        if codes.unknown:
            raise UnknownCodesError(problems, codes.unknown)
        refuse(problems)
        edits = TableEdits(job.data, descriptor)
        tables = {name: edits[name] for name in declared}
        merged = _Merge(job, coding, matches, coders, codes, tables).run()
        refuse(merged.problems)
        for name, rows in merged.tables.items():
            edits.put(name, rows)
        edits.write(stage, ORDER)
        if merged.tables:
            # It is to be no less right than it is: a study whose reports wait for their coders is
            # not valid yet, and codings are what it lacks.
            with stage.trial() as changed:
                wrong = job.check(changed)
            before = set(job.check(job.data)) if wrong else set()
            refuse(one for one in wrong if one not in before)
        key = None
        if not job.dry:
            # Before anything is changed: without it nobody would know who is who.
            key = write_key(job.path, coders.key)
            stage.commit()
    dropped = (*coding.dropped, *matches.dropped, *merged.dropped)
    named = _pseudonymise(coding, coders)
    return CodingsImported(named, coders, key, dropped, job.dry, matches, merged)


def _read(job: CodingJob, study: CodingSet) -> CodingSet:
    ids = frozenset(code.code_id for code in study.codes)
    return read_coding(job.path, replace(job.choices, library=study.documents, code_ids=ids))


def _identify(job: CodingJob, coding: CodingSet, study: CodingSet) -> IdentifiedCoders:
    used = {one.coder_id for one in coding.codings} | {one.coder_id for one in coding.readings}
    used |= {one.coder_id for one in coding.relations}
    people = [coder for coder in coding.coders if coder.coder_id in used]
    return identify_coders(people, study.coders, job.coders, read_key(job.path), job.coder_word)


def _pseudonymise(coding: CodingSet, coders: IdentifiedCoders) -> CodingSet:
    """The set with pseudonyms in place of names."""
    ids = {name: coder.coder_id for name, coder in coders.coders.items()}
    known = {coder.coder_id: coder for coder in coders.coders.values()}
    named = model.rename(coding, lambda name: ids.get(name, name))
    return replace(named, coders=tuple(known[key] for key in sorted(known)))


def _wrong_documents(
    job: CodingJob, study: CodingSet, coding: CodingSet, matches: MatchedPassages
) -> Iterator[Problem]:
    known = {document.document_id for document in study.documents}
    for target in sorted(set(job.choices.documents.values()) - known):
        what = f"the study has no document {target!r}"
        yield Problem("--documents", what, code="import.documents")
    if coding.segments and not matches.segments:
        reasons = sorted({f"{one.where}: {one.why}" for one in matches.dropped})[:5]
        what = "nothing of it is found in the study's documents: " + "; ".join(reasons)
        remedy = "Map the documents by --documents, or import the reports first."
        yield Problem(job.path.name, what, "", remedy, "import.documents")


# So that every table refers only to what was put in its place before it.
ORDER = ("codes", "coders", "readings", "segments", "codings", "relations")
NEEDED = ("codes", "segments", "codings")
Key = tuple[str, str, str, str]
"""Passage, code, coder and round: of these a study has one coding."""
_key = itemgetter("segment_id", "code_id", "coder_id", "round")
_reading_key = itemgetter("document_id", "coder_id", "round")
_ENDS = ("from_segment_id", "to_segment_id")


@dataclass(frozen=True)
class MergedTables:
    """The tables that change, by name, and how many rows are new in each.

    `existing` codings are there already, of which `differing` have another polarity or certainty,
    that stays; `finished` readings were partial and are complete now; `problems` have to be settled
    before anything is imported; `dropped` are rows of tables that the study does not have.
    """

    tables: Mapping[str, EditableTable]
    added: Mapping[str, int]
    existing: int
    differing: tuple[str, ...]
    finished: int
    problems: tuple[Problem, ...]
    dropped: tuple[DroppedItem, ...]


class _Merge:
    """A coding on its way into the tables of the study, whose rows stay as they are.

    Arguments:
        tables: those of ORDER that the study has.
    """

    def __init__(
        self,
        job: CodingJob,
        coding: CodingSet,
        matches: MatchedPassages,
        coders: IdentifiedCoders,
        codes: KnownCodes,
        tables: Mapping[str, EditableTable],
    ) -> None:
        self.job, self.coding, self.documents = job, coding, matches.documents
        self.coders, self.codes = coders, codes
        self.tables = {name: tables.get(name, EditableTable()) for name in ORDER}
        rows = self.tables["segments"]
        at = {(row["document_id"], row["start"], row["end"]): row["segment_id"] for row in rows}
        self.segments: dict[str, str] = {}  # passage of the study by passage of the file
        self.new_segments: dict[str, Segment] = {}
        for name, segment in matches.segments.items():
            place = (segment.document_id, str(segment.start), str(segment.end))
            if place not in at:
                self.new_segments[segment.segment_id] = segment
            self.segments[name] = at.setdefault(place, segment.segment_id)
        self.home = {row["segment_id"]: row["document_id"] for row in rows}
        self.home |= {one.segment_id: one.document_id for one in matches.segments.values()}
        self.existing: dict[Key, Row] = {_key(row): row for row in self.tables["codings"]}
        self.by_coder: dict[str, list[Key]] = {}
        self.known = self.undated = self.resting = 0
        self.differing: list[str] = []
        self.agreed = {one.coder_id for one in coders.coders.values() if one.role == "consensus"}

    def run(self) -> MergedTables:
        """The tables with what is new."""
        codings = self._codings()
        relations = self._relations()
        readings, finished = self._readings(codings)
        used = {one.segment_id for one in codings}
        used |= {row[column] for row in relations for column in _ENDS}
        wanted = [one for name, one in self.new_segments.items() if name in used]
        wanted.sort(key=lambda one: (one.document_id, one.start, one.end))
        people = {one.coder_id for one in codings} | {one.coder_id for one in readings}
        added: dict[str, list[Mapping[str, object]]] = {
            # What a code is defined by stands in every language until somebody translates it.
            "codes": [
                vars(code) | {f"definition_{each}": code.definition for each in LANGUAGES}
                for code in self.codes.new
            ],
            "coders": [vars(coder) for coder in self.coders.new if coder.coder_id in people],
            "readings": [vars(reading) for reading in readings],
            "segments": [vars(one) for one in wanted],
            "codings": [vars(one) for one in codings],
            "relations": [dict(row) for row in relations],
        }
        why = "the study has no such table"
        dropped = tuple(
            DroppedItem(f"table {name}", f"{len(rows)} rows", why, "unsupported")
            for name, rows in added.items()
            if rows and not self.tables[name].columns
        )
        added = {name: rows for name, rows in added.items() if rows and self.tables[name].columns}
        changed = dict(self.tables)
        if finished:
            changed["readings"] = changed["readings"].changed(
                lambda row: {**row, "complete": "true"} if _reading_key(row) in finished else row
            )
        return MergedTables(
            {
                name: changed[name].append_rows(added.get(name, ()))
                for name in ORDER
                if name in added or (finished and name == "readings")
            },
            {name: len(rows) for name, rows in added.items()},
            self.known,
            tuple(self.differing),
            len(finished),
            tuple(self._problems()),
            dropped,
        )

    def _codings(self) -> list[Coding]:
        """New codings; those that are there already are counted."""
        new: dict[Key, Coding] = {}
        own_ids: dict[str, str] = {}  # of codings of the study by those of the file
        for one in self.coding.codings:
            if one.segment_id not in self.segments or one.code_id not in self.codes.ids:
                continue
            passage, code = self.segments[one.segment_id], self.codes.ids[one.code_id]
            coder = self.coders.coders[one.coder_id].coder_id
            key = (passage, code, coder, str(one.round))
            self.by_coder.setdefault(coder, []).append(key)
            old = self.existing.get(key)
            if old is not None:
                self.known += 1
                own_ids[one.coding_id] = old["coding_id"]
                certainty = one.certainty or old.get("certainty")
                if old["polarity"] != one.polarity or old.get("certainty", certainty) != certainty:
                    self.differing.append(old["coding_id"])
                continue
            created = one.created or self.job.created
            self.undated += created is None
            own_ids[one.coding_id] = identifier = model.coding_id(passage, code, coder, one.round)
            named = replace(one, coding_id=identifier, segment_id=passage, code_id=code)
            new.setdefault(key, replace(named, coder_id=coder, created=created))
        ids = {row["coding_id"]: row["coding_id"] for row in self.tables["codings"]} | own_ids
        for key, one in new.items():
            names = one.consensus_of.split()
            self.resting += any(name not in ids for name in names)
            sources = dict.fromkeys(ids[name] for name in names if name in ids)
            new[key] = replace(one, consensus_of=" ".join(sources))
        return [new[key] for key in sorted(new)]

    def _problems(self) -> Iterator[Problem]:
        if self.undated:
            what = f"it does not say when {self.undated} of its codings were made"
            yield self._problem(what, "Say when by --created DATE.", "import.created")
        yield from self._conflicts()
        if self.resting:
            what = "codings of the consensus rest on codings that the study does not have"
            remedy = "Import the coding of each coder first."
            yield self._problem(f"{self.resting} {what}", remedy, "import.consensus")
        yield from self._suspects()

    def _relations(self) -> list[dict[str, str]]:
        columns = (*_ENDS, "kind", "coder_id")
        existing = set(map(itemgetter(*columns), self.tables["relations"]))
        rows: dict[tuple[str, ...], dict[str, str]] = {}
        for one in self.coding.relations:
            start = self.segments.get(one.from_segment_id)
            end = self.segments.get(one.to_segment_id)
            coder = self.coders.coders.get(one.coder_id)
            if start is None or end is None or coder is None:
                continue
            values = (start, end, one.kind, coder.coder_id)
            if values not in existing:
                row = dict(zip(columns, values, strict=True))
                rows[values] = {"relation_id": "-".join(values), **row}
        return [rows[key] for key in sorted(rows)]

    def _readings(
        self, new: Sequence[Coding]
    ) -> tuple[list[ReadDocument], set[tuple[str, str, str]]]:
        """New readings, and those that are there as partial and are complete now."""
        existing = {_reading_key(row): row["complete"] for row in self.tables["readings"]}
        wanted: dict[tuple[str, str, str], ReadDocument] = {}
        for one in self.coding.readings:
            document = self.documents.get(one.document_id)
            coder = self.coders.coders.get(one.coder_id)
            if document is not None and coder is not None:
                key = (document, coder.coder_id, str(one.round))
                earlier = wanted.get(key)
                complete = one.complete or self.job.complete or bool(earlier and earlier.complete)
                wanted[key] = replace(one, document_id=key[0], coder_id=key[1], complete=complete)
        for coded in new:
            key = (self.home[coded.segment_id], coded.coder_id, str(coded.round))
            wanted.setdefault(key, ReadDocument(*key[:2], coded.round, self.job.complete))
        finished = {k for k, one in wanted.items() if one.complete and existing.get(k) == "false"}
        return [one for key, one in sorted(wanted.items()) if key not in existing], finished

    def _conflicts(self) -> Iterator[Problem]:
        """Documents whose consensus in a round is there already, and is another one."""
        coders, agreed = self.coders.coders, self.agreed
        mine: dict[tuple[str, ...], set[tuple[str, str]]] = {
            (document, coders[one.coder_id].coder_id, str(one.round)): set()
            for one in self.coding.readings
            if (document := self.documents.get(one.document_id)) is not None
            and coders[one.coder_id].coder_id in agreed
        }
        for coder in agreed:
            for passage, code, _, round_ in self.by_coder.get(coder, ()):
                mine.setdefault((self.home[passage], coder, round_), set()).add((passage, code))
        theirs: dict[tuple[str, ...], set[tuple[str, str]]] = {
            _reading_key(row): set() for row in self.tables["readings"] if row["coder_id"] in agreed
        }
        for passage, code, coder, round_ in self.existing:
            if coder in agreed and passage in self.home:
                theirs.setdefault((self.home[passage], coder, round_), set()).add((passage, code))
        if differing := {key[0] for key, own in mine.items() if theirs.get(key, own) != own}:
            what = f"the study holds another consensus on {list_values(sorted(differing))}"
            remedy = (
                "Settle them in a new round, or take that consensus out of codings and readings."
            )
            yield self._problem(what, remedy, "import.consensus")

    def _suspects(self) -> Iterator[Problem]:
        """Why somebody may be taken for somebody else.

        A new coder all of whose codings another has already, is that one under a key that was lost;
        and a made pseudonym that the study has, with other codings only, is of another person.
        """
        coders = self.coders.coders
        of: dict[str, set[tuple[str, str, str]]] = {}
        for key in self.existing:
            of.setdefault(key[2], set()).add(_without_coder(key))
        lines = []
        # The consensus has what others have: that is what it is.
        new = {coder.coder_id for coder in self.coders.new} - self.agreed
        for coder in sorted(self.by_coder.keys() & new):
            own = set(map(_without_coder, self.by_coder[coder]))
            twins = sorted(other for other, codings in of.items() if own <= codings)
            name = next(name for name, one in coders.items() if one.coder_id == coder)
            if twins:
                lines.append(f"every coding of {name!r} is there already, by {', '.join(twins)}")
        for name in sorted(self.coders.by_pseudonym):
            coder = coders[name].coder_id
            own = set(map(_without_coder, self.by_coder.get(coder, ())))
            if own and of.get(coder) and not own & of[coder]:
                lines.append(f"the study has a {coders[name].pseudonym!r} with other codings")
        remedy = "Say who is who by --coders: a table with the columns name and coder_id."
        for line in lines:
            yield self._problem(line, remedy, "import.coders")

    def _problem(self, what: str, remedy: str, code: str) -> Problem:
        return Problem(self.job.path.name, what, "", remedy, code)


def _without_coder(key: Key) -> tuple[str, str, str]:
    return key[0], key[1], key[3]
