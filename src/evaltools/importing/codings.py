"""Import of codings: from the file of any tool to tables of their own or to those of the study."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from evaltools.evidence.codebook import version_order
from evaltools.evidence.descriptor import Descriptor, load_descriptor
from evaltools.evidence.quoting import listed
from evaltools.exchange.reading import Choices, read_coding
from evaltools.exchange.record import CodingSet, Dropped, coding_id
from evaltools.exchange.tables import refused_folder, write_tables
from evaltools.importing.coders import Known, know_coders, read_key, write_key
from evaltools.importing.codes import UnknownCodesError, know_codes
from evaltools.importing.merging import ORDER, Merged, Terms, merge
from evaltools.importing.passages import Found, find_passages
from evaltools.importing.rows import read_rows
from evaltools.importing.shelf import Shelf, interrupted, shelf
from evaltools.importing.study_coding import study_coding
from evaltools.importing.trying import check_with
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study import Vocabulary


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
        vocabulary: that of the study, by which its coding is checked.
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
    vocabulary: Vocabulary | None = None


@dataclass(frozen=True)
class Outcome:
    """What became of an import.

    Arguments:
        coding: as it was read, coders by pseudonym.
        coders: who is who.
        found: where its passages are in the study; None where none was asked.
        merged: what was added to the study.
        dropped: everything that was left behind.
        key: the key of names was written beside the file; None where there was nothing to keep.
    """

    coding: CodingSet
    coders: Known
    found: Found | None
    merged: Merged | None
    dropped: tuple[Dropped, ...]
    key: bool | None
    dry: bool

    @property
    def lost(self) -> bool:
        """Whether passages that carry a code were left behind."""
        return any(one.loss == "passage" for one in self.dropped)


def import_to_folder(job: CodingJob, folder: Path) -> Outcome:
    """Write the coding of a file as a folder of tables.

    Raises ProblemError, with nothing written, where the file or the folder is at fault.
    """
    refuse(refused_folder(folder))
    study = _study(job)
    coding = _read(job, study)
    coders = _know(job, coding, study)
    named = _renamed(coding, coders)
    key = None
    if not job.dry:
        write_tables(named, folder)
        key = write_key(job.path, coders.key) if coders.key else None
    return Outcome(named, coders, None, None, named.dropped, key, job.dry)


def import_into_study(job: CodingJob) -> Outcome:
    """Add the coding of a file to the study's tables; importing it again changes nothing.

    Raises ProblemError, with nothing changed, where the file does not fit the study or the study
    would be wrong with it.
    """
    if job.data is None:
        what = "there is no study here"
        remedy = "Go to the folder of an evaluation.yml, or use --to FOLDER."
        raise ProblemError([Problem(str(job.path), what, "", remedy, "import.study")])
    descriptor = load_descriptor(job.data)
    with _shelf(job, job.data) as stage:
        study = _study(job)
        coding = _read(job, study)
        coders = _know(job, coding, study)
        found = find_passages(coding, study.documents, job.choices.documents)
        used = [one.code_id for one in coding.codings if one.coder_id in coders.coders]
        codes = know_codes(
            used,
            coding.codes,
            study.codes,
            job.codes,
            kinds=_kinds(descriptor),
            where=job.path.name,
            add=job.add_codes,
            version=_version(study),
        )
        problems = [*_wrong_documents(job, study), *_nothing_found(job, coding, found)]
        if codes.unknown:
            raise UnknownCodesError([*problems, *codes.problems], codes.unknown)
        refuse([*problems, *codes.problems])
        tables = {name: read_rows(job.data, descriptor.resource(name)) for name in ORDER}
        terms = Terms(job.complete, job.created)
        merged = merge(coding, tables, found, coders, codes.ids, codes.new, terms)
        refuse(_open_questions(job, merged))
        if merged.tables:
            check_with(job.data, merged.tables, stage.stage, job.vocabulary)
        for name in ORDER:
            if name in merged.tables:
                stage.put(merged.tables[name].path, merged.tables[name].content())
        key = None
        if not job.dry:
            # Before anything is changed: without it nobody would know who is who.
            key = write_key(job.path, coders.key) if coders.key else None
            stage.commit()
    dropped = (*coding.dropped, *found.dropped)
    return Outcome(_renamed(coding, coders), coders, found, merged, dropped, key, job.dry)


def _study(job: CodingJob) -> CodingSet:
    return CodingSet() if job.data is None else study_coding(job.data)


def _read(job: CodingJob, study: CodingSet) -> CodingSet:
    ids = frozenset(code.code_id for code in study.codes)
    choices = replace(job.choices, library=study.documents, code_ids=ids)
    return read_coding(job.path, choices)


def _know(job: CodingJob, coding: CodingSet, study: CodingSet) -> Known:
    used = {one.coder_id for one in coding.codings}
    used |= {one.coder_id for one in coding.readings}
    used |= {one.coder_id for one in coding.relations}
    coders = [coder for coder in coding.coders if coder.coder_id in used]
    return know_coders(coders, study.coders, job.coders, read_key(job.path))


def _renamed(coding: CodingSet, coders: Known) -> CodingSet:
    """The set with pseudonyms in place of names."""
    ids = {name: coder.coder_id for name, coder in coders.coders.items()}
    known = {coder.coder_id: coder for coder in coders.coders.values()}

    def name(one: str) -> str:
        return ids.get(one, one)

    codings = []
    renamed: dict[str, str] = {}
    for one in coding.codings:
        made = one.coding_id == coding_id(one.segment_id, one.code_id, one.coder_id, one.round)
        who = name(one.coder_id)
        identifier = coding_id(one.segment_id, one.code_id, who, one.round)
        identifier = identifier if made else one.coding_id
        renamed[one.coding_id] = identifier
        codings.append(replace(one, coder_id=who, coding_id=identifier))
    codings = [
        replace(one, consensus_of=" ".join(renamed.get(n, n) for n in one.consensus_of.split()))
        for one in codings
    ]
    return replace(
        coding,
        coders=tuple(known[key] for key in sorted(known)),
        codings=tuple({one.coding_id: one for one in codings}.values()),
        readings=tuple(
            {
                (one.document_id, name(one.coder_id), one.round): replace(
                    one, coder_id=name(one.coder_id)
                )
                for one in coding.readings
            }.values()
        ),
        relations=tuple(replace(one, coder_id=name(one.coder_id)) for one in coding.relations),
    )


def _kinds(descriptor: Descriptor) -> tuple[str, ...]:
    fields = descriptor.resource("codes").fields
    return next((tuple(one.enum) for one in fields if one.name == "kind" and one.enum), ())


def _version(study: CodingSet) -> str:
    """The newest version of the codebook."""
    versions = (code.codebook_version for code in study.codes)
    return max(versions, key=lambda one: (version_order(one), one), default="")


def _wrong_documents(job: CodingJob, study: CodingSet) -> list[Problem]:
    known = {document.document_id for document in study.documents}
    return [
        Problem("--documents", f"the study has no document {target!r}", code="import.documents")
        for target in sorted(set(job.choices.documents.values()) - known)
    ]


def _nothing_found(job: CodingJob, coding: CodingSet, found: Found) -> list[Problem]:
    if not coding.segments or found.segments:
        return []
    reasons = sorted({f"{one.where}: {one.why}" for one in found.dropped})[:5]
    what = "nothing of it is found in the study's documents: " + "; ".join(reasons)
    remedy = "Map the documents by --documents, or import the reports first."
    return [Problem(job.path.name, what, "", remedy, "import.documents")]


def _open_questions(job: CodingJob, merged: Merged) -> Iterator[Problem]:
    if merged.undated:
        what = f"it does not say when {merged.undated} of its codings were made"
        yield Problem(job.path.name, what, "", "Say when by --created DATE.", "import.created")
    if merged.unsettled:
        what = f"the study holds another consensus on {listed(merged.unsettled)}"
        remedy = "Settle them in a new round, or take that consensus out of codings and readings."
        yield Problem(job.path.name, what, "", remedy, "import.consensus")
    if merged.resting:
        count = len(merged.resting)
        what = f"{count} codings of the consensus rest on codings that the study does not have"
        remedy = "Import the coding of each coder first."
        yield Problem(job.path.name, what, "", remedy, "import.consensus")
    for line in merged.suspects:
        remedy = "Say who is who by --coders: a table with the columns name and coder_id."
        yield Problem(job.path.name, line, "", remedy, "import.coders")


@contextmanager
def _shelf(job: CodingJob, data: Path) -> Iterator[Shelf]:
    """The data folder's shelf, or for a dry run one that nothing is put in place from."""
    if not job.dry:
        with shelf(data) as stage:
            yield stage
        return
    if interrupted(data):
        what = "an import was interrupted while it put its files in their places"
        remedy = "Run an import without --dry-run first: it completes that one."
        refuse([Problem(data.name, what, "", remedy, "import.interrupted")])
    with tempfile.TemporaryDirectory(prefix="evaltools-") as folder:
        yield Shelf(data, Path(folder))
