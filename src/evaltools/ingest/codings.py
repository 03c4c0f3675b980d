"""Import of codings: from the file of any tool to tables of their own or to those of the study."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from evaltools.evidence.codebook import version_order
from evaltools.evidence.descriptor import load_descriptor
from evaltools.evidence.messages import list_values, quote_value
from evaltools.ingest.code_ids import CodebookAdditions, UnknownCodesError, identify_codes
from evaltools.ingest.coder_ids import IdentifiedCoders, identify_coders, read_key, write_key
from evaltools.ingest.merge_codings import ORDER, MergedTables, ReadCoding, merge_codings
from evaltools.ingest.passage_match import HOW, MatchedPassages, match_passages
from evaltools.ingest.table_edits import check_with, read_editable_table
from evaltools.ingest.transaction import transaction
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.qda.model import Choices, CodingSet, DroppedItem, coding_id
from evaltools.qda.readers import read_coding
from evaltools.qda.study_coding import read_study_coding
from evaltools.qda.tables import folder_problem, write_tables
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
    vocabulary: Vocabulary | None = None
    coder_word: str = "Coder"


@dataclass(frozen=True)
class CodingsImported:
    """What became of an import.

    Arguments:
        coding: as it was read, coders by pseudonym.
        coders: who is who.
        matches: where its passages are in the study; None where none was asked.
        merged: what was added to the study.
        dropped: everything that was left behind.
        key: the key of names was written beside the file; None where there was nothing to keep.
    """

    coding: CodingSet
    coders: IdentifiedCoders
    matches: MatchedPassages | None
    merged: MergedTables | None
    dropped: tuple[DroppedItem, ...]
    key: bool | None
    dry: bool

    @property
    def lost(self) -> bool:
        """Whether passages that carry a code were left behind."""
        return any(one.loss == "passage" for one in self.dropped)


def import_to_folder(job: CodingJob, folder: Path) -> CodingsImported:
    """Write the coding of a file as a folder of tables.

    Raises ProblemError, with nothing written, where the file or the folder is at fault.
    """
    refuse(folder_problem(folder))
    study = _study(job)
    coding = _read(job, study)
    coders = _identify(job, coding, study)
    named = _pseudonymise(coding, coders)
    key = None
    if not job.dry:
        write_tables(named, folder)
        key = write_key(job.path, coders.key) if coders.key else None
    return CodingsImported(named, coders, None, None, named.dropped, key, job.dry)


def import_into_study(job: CodingJob) -> CodingsImported:
    """Add the coding of a file to the study's tables; importing it again changes nothing.

    Raises ProblemError, with nothing changed, where the file does not fit the study or the study
    would be wrong with it.
    """
    if job.data is None:
        what = "there is no study here"
        remedy = "Go to the folder of an evaluation.yml, or use --to FOLDER."
        raise ProblemError([Problem(str(job.path), what, "", remedy, "import.study")])
    descriptor = load_descriptor(job.data)
    with transaction(job.data, dry=job.dry) as stage:
        study = _study(job)
        coding = _read(job, study)
        coders = _identify(job, coding, study)
        matches = match_passages(coding, study.documents, job.choices.documents)
        used = [one.code_id for one in coding.codings if one.coder_id in coders.coders]
        fields = {one.name: one for one in descriptor.resource("codes").fields}
        additions = CodebookAdditions(fields, _version(study)) if job.add_codes else None
        codes = identify_codes(used, coding.codes, study.codes, job.codes, job.path.name, additions)
        problems = [*_wrong_documents(job, study), *_nothing_found(job, coding, matches)]
        if codes.unknown:
            raise UnknownCodesError([*problems, *codes.problems], codes.unknown)
        refuse([*problems, *codes.problems])
        tables = {name: read_editable_table(job.data, descriptor.resource(name)) for name in ORDER}
        read = ReadCoding(coding, matches, coders, codes, job.complete, job.created)
        merged = merge_codings(read, tables)
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
    dropped = (*coding.dropped, *matches.dropped)
    return CodingsImported(
        _pseudonymise(coding, coders), coders, matches, merged, dropped, key, job.dry
    )


def _study(job: CodingJob) -> CodingSet:
    return CodingSet() if job.data is None else read_study_coding(job.data)


def _read(job: CodingJob, study: CodingSet) -> CodingSet:
    ids = frozenset(code.code_id for code in study.codes)
    choices = replace(job.choices, library=study.documents, code_ids=ids)
    return read_coding(job.path, choices)


def _identify(job: CodingJob, coding: CodingSet, study: CodingSet) -> IdentifiedCoders:
    used = {one.coder_id for one in coding.codings}
    used |= {one.coder_id for one in coding.readings}
    used |= {one.coder_id for one in coding.relations}
    coders = [coder for coder in coding.coders if coder.coder_id in used]
    return identify_coders(coders, study.coders, job.coders, read_key(job.path), job.coder_word)


def _pseudonymise(coding: CodingSet, coders: IdentifiedCoders) -> CodingSet:
    """The set with pseudonyms in place of names."""
    ids = {name: coder.coder_id for name, coder in coders.coders.items()}
    known = {coder.coder_id: coder for coder in coders.coders.values()}

    def name(one: str) -> str:
        return ids.get(one, one)

    codings = []
    renamed: dict[str, str] = {}
    for one in coding.codings:
        is_ours = one.coding_id == coding_id(one.segment_id, one.code_id, one.coder_id, one.round)
        who = name(one.coder_id)
        identifier = coding_id(one.segment_id, one.code_id, who, one.round)
        identifier = identifier if is_ours else one.coding_id
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


def _nothing_found(job: CodingJob, coding: CodingSet, matches: MatchedPassages) -> list[Problem]:
    if not coding.segments or matches.segments:
        return []
    reasons = sorted({f"{one.where}: {one.why}" for one in matches.dropped})[:5]
    what = "nothing of it is found in the study's documents: " + "; ".join(reasons)
    remedy = "Map the documents by --documents, or import the reports first."
    return [Problem(job.path.name, what, "", remedy, "import.documents")]


def _open_questions(job: CodingJob, merged: MergedTables) -> Iterator[Problem]:
    if merged.undated:
        what = f"it does not say when {merged.undated} of its codings were made"
        yield Problem(job.path.name, what, "", "Say when by --created DATE.", "import.created")
    if merged.unsettled:
        what = f"the study holds another consensus on {list_values(merged.unsettled)}"
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


_EXAMPLES = 3


def summarise(outcome: CodingsImported) -> Iterator[str]:
    """The lines, from what was read to what was left behind."""
    coding = outcome.coding
    yield f"Read as: {coding.origin or 'a coding'}"
    if coding.positions:
        yield f"Positions: {coding.positions}"
    counts = (
        ("documents", len(coding.documents)),
        ("codes", len(coding.codes)),
        ("coders", len(coding.coders)),
        ("passages", len(coding.segments)),
        ("codings", len(coding.codings)),
    )
    yield "Holds: " + ", ".join(f"{count} {what}" for what, count in counts)
    for what in coding.assumed:
        yield f"Assumed: {what}"
    for what in coding.faults:
        yield f"Fault of the file: {what}"
    yield from _coders(outcome)
    if outcome.matches is not None:
        yield from _matches_lines(outcome)
    if outcome.merged is not None:
        yield from _merged_lines(outcome)
    yield from _dropped_lines(outcome)


def _coders(outcome: CodingsImported) -> Iterator[str]:
    for name, identifier, pseudonym in outcome.coders.key:
        yield f"Coder {quote_value(name)} is {quote_value(pseudonym)} ({identifier})"
    if outcome.key:
        yield "Names stay out of the study; the key of names and pseudonyms is beside the file."
    elif outcome.key is False:
        yield (
            "The key could not be written beside the file: keep these lines, and give them by "
            "--coders when you import it again."
        )


def _matches_lines(outcome: CodingsImported) -> Iterator[str]:
    assert outcome.matches is not None
    ways: dict[str, int] = {}
    for why in outcome.matches.known_by.values():
        ways[why] = ways.get(why, 0) + 1
    for why, count in sorted(ways.items()):
        yield f"Documents known by {why}: {count}"
    for way, words in HOW.items():
        if way in outcome.matches.how:
            yield f"Passages {words}: {outcome.matches.how[way]}"
    for old, new in outcome.matches.close:
        yield f"reworded: {quote_value(old)} → {quote_value(new)}"


def _merged_lines(outcome: CodingsImported) -> Iterator[str]:
    merged = outcome.merged
    assert merged is not None
    for name, count in merged.added.items():
        yield f"{'Would be added' if outcome.dry else 'Added'} to {name}: {count}"
    if merged.existing:
        yield f"Codings that the study has already: {merged.existing}"
    if merged.differing:
        shown = ", ".join(merged.differing[:_EXAMPLES])
        yield (
            f"Of these the study says something else on {len(merged.differing)}, which stays: "
            f"{shown}{', …' if len(merged.differing) > _EXAMPLES else ''}"
        )
    if merged.finished:
        yield f"Readings that are complete now: {merged.finished}"
    if not merged.tables:
        yield "Nothing is new; nothing was changed."
    elif "readings" in merged.added:
        yield (
            "A new reading counts as complete only where the file says so or --complete was given: "
            "until then that a coder gave no code says nothing."
        )


def _dropped_lines(outcome: CodingsImported) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for one in outcome.dropped:
        groups.setdefault(one.why, []).append(one.where)
    for why, places in sorted(groups.items()):
        shown = ", ".join(places[:_EXAMPLES]) + (", …" if len(places) > _EXAMPLES else "")
        yield f"Left behind ({len(places)}): {why}: {shown}"
