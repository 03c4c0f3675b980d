"""Reading the file of any tool: what it is, is recognised by what it holds and not by its name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from evaltools.files import open_file
from evaltools.problems import ProblemError
from evaltools.qda import coding_tables, model, sqlite_projects
from evaltools.qda.refi.read import read_refi
from evaltools.qda.refi.sources import looks_like_refi
from evaltools.qda.spreadsheets import SUFFIXES, read_spreadsheet, workbook_kind

_READ = "a REFI-QDA project or codebook, a QualCoder project, a Taguette database, a spreadsheet "
_READ += "(CSV, XLSX, ODS), or a folder written by evaltools"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


def read_coding(path: Path, choices: model.Choices = model.NO_CHOICES) -> model.CodingSet:
    """The coding in a file of any tool; `origin` says what it was taken for.

    Arguments:
        path: a file, or a folder of QualCoder or of evaltools.
        choices: what the file does not say by itself.

    Raises ProblemError where it is nothing that is read, is damaged or hostile, or leaves
    something open that has to be chosen.
    """
    return _fill_coder(_read(path, choices), choices.coder, path.name)


def read_codes(path: Path, choices: model.Choices = model.NO_CHOICES) -> model.CodingSet:
    """The codes alone, whoever coded what with them."""
    coding = _read(path, choices)
    return model.CodingSet(
        origin=coding.origin, codes=coding.codes, faults=coding.faults, dropped=coding.dropped
    )


def _read(path: Path, choices: model.Choices) -> model.CodingSet:
    if path.is_dir():
        if coding_tables.is_table_folder(path):
            return coding_tables.read_tables(path)
        if (path / sqlite_projects.FILE_NAME).is_file():
            with sqlite_projects.open_database(path / sqlite_projects.FILE_NAME) as database:
                if database.tables >= sqlite_projects.QUALCODER_TABLES:
                    return sqlite_projects.read_qualcoder(database, choices)
            raise model.refusal(path.name, "it is no QualCoder project", code="exchange.database")
        raise _unknown(path, "the folder is of no tool that is read")
    if not path.exists():
        raise _unknown(path, "there is no such file", "Is the name right?")
    with open_file(path, path.name) as file:
        head = file.read(400)
    if not head:
        raise _unknown(path, "it is empty", "Export it again.")
    if head.startswith(sqlite_projects.MAGIC):
        with sqlite_projects.open_database(path) as database:
            names = database.tables
            if names >= sqlite_projects.QUALCODER_TABLES:
                return sqlite_projects.read_qualcoder(database, choices)
            if names >= sqlite_projects.TAGUETTE_TABLES:
                return sqlite_projects.read_taguette(database, choices)
        shown = ", ".join(sorted(names)[:8]) or "none"
        raise _unknown(path, f"it is a database of no tool that is read (its tables: {shown})")
    if looks_like_refi(path):
        coding = read_refi(path, choices.positions, choices.code_ids)
        # The format has no rounds, but our own notes in it may.
        rounds = {one.round for one in coding.codings} | {one.round for one in coding.readings}
        return model.rename(coding, round_=choices.round) if rounds <= {1} else coding
    known = path.suffix.casefold() in SUFFIXES or workbook_kind(head)
    if not known or (b"\0" in head and not workbook_kind(head) and head[:2] not in _UTF16):
        raise _unknown(path, "it is nothing that is read")
    return read_spreadsheet(path, choices)


def _fill_coder(coding: model.CodingSet, coder: str, where: str) -> model.CodingSet:
    """The set with a coder for what names none; refused where none is given."""
    nameless = sum(not one.coder_id for one in coding.codings)
    if not nameless:
        if coder and coding.codings:
            names = ", ".join(one.pseudonym for one in coding.coders[:8])
            what = "it says itself who coded, so --coder has nothing to tell"
            remedy = "Map its coders by --coders."
            raise model.refusal(where, what, names, remedy, "exchange.coder")
        return replace(
            coding,
            coders=tuple(one for one in coding.coders if one.coder_id),
            readings=tuple(one for one in coding.readings if one.coder_id),
        )
    if not coder:
        what = f"it does not say who made {nameless} of its {len(coding.codings)} codings"
        raise model.refusal(where, what, "", "Say who did by --coder NAME.", "exchange.coder")
    coding = model.rename(coding, lambda name: name or coder)
    coders = {one.coder_id: one for one in coding.coders if one.coder_id}
    coders.setdefault(coder, model.Coder(coder, coder))
    by_reader = sorted(coding.readings, key=lambda r: (r.document_id, r.coder_id, r.round))
    people = tuple(coders[name] for name in sorted(coders))
    return replace(coding, coders=people, readings=tuple(by_reader))


def _unknown(path: Path, what: str, remedy: str = "") -> ProblemError:
    return model.refusal(path.name, what, "" if remedy else _READ, remedy, "exchange.unknown")
