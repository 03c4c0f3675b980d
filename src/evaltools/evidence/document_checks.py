"""Documents and the register that they belong to: leads, areas in their year, reports after their
project; whether files and texts are those that were coded, and hold what was quoted.

A file is what its SHA-256 in `documents` says it is. So is a text: Unicode in composed form (NFC),
lines ended by LF. Offsets count code points. A quote that has drifted is found again where it
stands. Labels are there in every language of the study.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pandas as pd

from evaltools.evidence.cell_values import ROW, CellProblem, NumberedTables, Rule, requires
from evaltools.evidence.descriptor import Descriptor
from evaltools.files import resolve_inside
from evaltools.problems import list_values, plain_number, quote_value, suggest_value

LARGEST = {"text": 20_000_000, "file": 200_000_000}
_COLUMNS = ("document_id", "text_file", "text_sha256", "file", "file_sha256", ROW)


@dataclass(frozen=True)
class _NamedFile:
    """A file that a row of documents names, and what is said where it is not as it should be."""

    row: int
    column: str
    path: str
    digest: str | None
    role: str
    missing: str
    changed: str

    def problem(
        self, what: str, allowed: str, remedy: str, code: str, *, hash_: bool = False
    ) -> CellProblem:
        """A problem of the cell that names the file, or of its hash."""
        column = f"{self.role}_sha256" if hash_ else self.column
        message = f"{quote_value(self.path)} {what}"
        return CellProblem("documents", self.row, column, message, allowed, remedy, code)

    def locate(self, folder: Path) -> Path | CellProblem:
        """The file, where it is there and is the one that was meant."""
        file = resolve_inside(folder, self.path)
        if file is None:
            allowed = "a relative path below the data folder"
            return self.problem(
                "leads out of the data folder", allowed, f"Put the {self.role} there.", "data.path"
            )
        if not file.is_file():
            what = f"there is no file {quote_value(self.path)}"
            allowed, code = "a file below the data folder", f"data.{self.role}-missing"
            return CellProblem(
                "documents", self.row, self.column, what, allowed, self.missing, code
            )
        if file.stat().st_size > LARGEST[self.role]:
            what = f"is larger than {LARGEST[self.role] // 1_000_000} MB"
            meant = {"text": "the text of a report", "file": "a report as it was received"}
            return self.problem(what, meant[self.role], "Is it the right file?", "data.too-large")
        with file.open("rb") as stream:
            computed = hashlib.file_digest(stream, "sha256").hexdigest()
        if self.digest is None and self.role == "file":
            what = f"it is not told which file {quote_value(self.path)} has to be"
            remedy = "Put the SHA-256 there, or import the document."
            code = "data.file-unknown"
            return CellProblem("documents", self.row, "file_sha256", what, computed, remedy, code)
        if self.digest is not None and computed != self.digest:
            what, code = f"has another SHA-256, {computed}", f"data.{self.role}-changed"
            return self.problem(what, quote_value(self.digest, 64), self.changed, code, hash_=True)
        return file


def check_documents(frames: NumberedTables, folder: Path) -> Iterator[CellProblem]:
    """Flaws of the files and texts of documents, and of the passages and sections in the texts.

    Arguments:
        frames: tables with their rows numbered; nothing is checked without documents.
        folder: the data folder, from which `file` and `text_file` lead to the files.
    """
    if "documents" not in frames:
        return
    quotes = {table: _by_document(frames, table) for table in ("segments", "sections")}
    columns = (frames["documents"][name] for name in _COLUMNS)
    for document, text_file, text_hash, file, file_hash, row in zip(*columns, strict=True):
        if not pd.isna(text_file):
            text = _text(_NamedFile(
                int(row), "text_file", str(text_file), _recorded_digest(text_hash), "text",
                "Put the text there, or correct the path.",
                "Put the text back that was coded, or code the new one.",
            ), folder)  # fmt: skip
            if isinstance(text, CellProblem):
                yield text
            else:
                for table, wrong in (("segments", _wrong_passages), ("sections", _wrong_sections)):
                    if str(document) in quotes[table]:
                        yield from wrong(quotes[table][str(document)], text, str(text_file))
        if not pd.isna(file):
            file_or_problem = _NamedFile(
                int(row), "file", str(file), _recorded_digest(file_hash), "file",
                "Put the file there, or empty the cell.",
                "Put the file back that was imported, or import the new one.",
            ).locate(folder)  # fmt: skip
            if isinstance(file_or_problem, CellProblem):
                yield file_or_problem
        elif not pd.isna(file_hash):
            what, allowed = "a SHA-256 is given and no file", "the file it is of"
            hash_column = frames.name_in_file("documents", "file_sha256")
            remedy = f"Put the path of the file there, or empty {hash_column}."
            yield CellProblem(
                "documents", int(row), "file", what, allowed, remedy, "data.file-missing"
            )


def _recorded_digest(digest: object) -> str | None:
    return None if pd.isna(digest) else str(digest)  # type: ignore[call-overload]


def _by_document(frames: Mapping[str, pd.DataFrame], table: str) -> dict[str, pd.DataFrame]:
    if table not in frames:
        return {}
    return {str(name): group for name, group in frames[table].groupby("document_id")}


def _text(named: _NamedFile, folder: Path) -> str | CellProblem:
    file = named.locate(folder)
    if isinstance(file, CellProblem):
        return file
    remedy, code = "Import the document again.", "data.text-form"
    try:
        text = file.read_bytes().decode("utf-8")
    except UnicodeDecodeError:
        return named.problem("is not UTF-8", "UTF-8", remedy, code)
    if "\r" in text or not unicodedata.is_normalized("NFC", text):
        return named.problem("is not normalised", "NFC, lines ended by LF", remedy, code)
    return text


def _text_problem(
    table: str, row: int, code: str, column: str, what: str, allowed: str, remedy: str
) -> CellProblem:
    return CellProblem(table, row, column, what, allowed, remedy, code)


def _wrong_passages(passages: pd.DataFrame, text: str, path: str) -> Iterator[CellProblem]:
    columns = ("start", "end", "quote", "prefix", "suffix", ROW)
    for start, end, quote, prefix, suffix, row in zip(
        *(passages[name] for name in columns), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(quote):
            continue
        problem = partial(_text_problem, "segments", int(row), "data.quote")
        if not 0 <= start < end <= len(text):
            allowed = f"0 ≤ start < end ≤ {len(text)}"
            what = f"{start} to {end} is no passage of {path}"
            yield problem("end", what, allowed, _quote_problem(text, quote))
        elif text[start:end] != quote:
            what = f"{quote_value(quote)} is not what stands at {start} to {end} of {path}"
            yield problem("quote", what, quote_value(text[start:end]), _quote_problem(text, quote))
        else:
            around = (
                ("prefix", prefix, text[:start].endswith),
                ("suffix", suffix, text[end:].startswith),
            )
            for column, found, fits in around:
                if not pd.isna(found) and not fits(found):
                    what = f"{quote_value(found)} does not stand beside the passage in {path}"
                    yield problem(column, what, "", "Cut the passage again.")


def _wrong_sections(sections: pd.DataFrame, text: str, path: str) -> Iterator[CellProblem]:
    for start, end, heading, row in zip(
        *(sections[name] for name in ("start", "end", "heading", ROW)), strict=True
    ):
        if pd.isna(start) or pd.isna(end) or pd.isna(heading):
            continue
        problem = partial(_text_problem, "sections", int(row), "data.section")
        stretch = text[start : start + len(heading)]
        if not 0 <= start < end <= len(text):
            allowed = f"0 ≤ start < end ≤ {len(text)}"
            what = f"{start} to {end} is no stretch of {path}"
            yield problem("end", what, allowed, _quote_problem(text, heading, "heading"))
        elif stretch != heading:
            what = f"{quote_value(heading)} is not what stands at {start} of {path}"
            yield problem(
                "heading", what, quote_value(stretch), _quote_problem(text, heading, "heading")
            )
        elif start + len(heading) > end:
            what = f"the section ends at {end}, within its heading"
            yield problem("end", what, f"at least {start + len(heading)}", "Correct the end.")


def _quote_problem(text: str, quote: str, called: str = "quote") -> str:
    first = text.find(quote)
    if first < 0:
        return f"The text does not hold the {called}: correct it, or the document."
    if text.find(quote, first + 1) >= 0:
        return f"The {called} stands in more than one place: choose the right one."
    return f"The {called} stands at {first} to {first + len(quote)}."


_PRINTED = (
    ("codes", "code_id", "label"),
    ("codes", "code_id", "definition"),
    ("rating_items", "item_id", "label"),
)
"""Texts that are printed: their table, what names a row of it, and how the columns begin."""
_SAID = {"definition": "has no definition"}
CODE = "data.untranslated"


def check_texts(frames: NumberedTables, descriptor: Descriptor) -> Iterator[CellProblem]:
    """Labels and definitions of codes, labels of rating items and names on maps that lack a
    language of the study.

    Names of organisations, areas and projects are data: they stand in the language that they have.
    """
    vocabulary = frames.vocabulary
    maps = ((one.map, one.column, "name") for one in vocabulary.dimensions.values() if one.map)
    for table, key, stem in (*_PRINTED, *dict.fromkeys(maps)):
        if table not in frames:
            continue
        frame, fields = frames[table], {one.name: one for one in descriptor.resource(table).fields}
        columns = [f"{stem}_{language}" for language in vocabulary.languages]
        if not set(columns) & set(fields):
            continue  # nothing is called in any language; identifiers stand for it
        for column in columns:
            if column not in fields:
                what = f"there is no column {column}, though the study has the language"
                remedy = "Add it, or take the language out of evaluation.yml."
                yield CellProblem(table, None, column, what, ", ".join(columns), remedy, CODE)
            elif column in frame and not fields[column].required:  # told already
                empty = frame[column].isna() | (frame[column].astype("string").str.strip() == "")
                yield from frames.tell(
                    frame[empty], f"{table}.{column}", CODE,
                    f"{{{key}}} {_SAID.get(stem, 'is called nothing')} in this language",
                    f"a text in each of {', '.join(vocabulary.languages)}", "Translate it.",
                )  # fmt: skip


@requires("projects", "participations", participations=("project_id", "org_id", "role"))
def check_leads(frames: NumberedTables) -> Iterator[CellProblem]:
    """Every project has one lead, the same in projects and participations."""
    parts = frames["participations"]
    leads = parts[parts["role"] == "lead"].dropna(subset=["project_id"])
    first = leads.drop_duplicates("project_id")[["project_id", "org_id", ROW]]
    first = first.rename(columns={"org_id": "lead", ROW: "lead_row"}).astype({"lead_row": "Int64"})
    # An empty cell of who leads is told as one, and nothing else is concluded from it.
    leads = leads.merge(first, on="project_id").dropna(subset=["org_id", "lead"])
    yield from frames.tell(
        leads[leads[ROW] != leads["lead_row"]], "participations.role", "data.lead",
        "project {project_id} has a second lead, {org_id}; the first is {lead} in row {lead_row}",
        "one lead for each project", "Make one of them a partner.",
    )  # fmt: skip
    projects = frames["projects"].dropna(subset=["project_id", "lead_org_id"])
    projects = projects.merge(first, on="project_id", how="left")
    yield from frames.tell(
        projects[projects["lead_row"].isna()], "projects.lead_org_id", "data.lead",
        "project {project_id} has no lead in {own[participations]}", "one lead for each project",
        "Add a row to {own[participations]} with role lead and {lead_org_id}.",
    )  # fmt: skip
    yield from frames.tell(
        projects[(projects["lead"] != projects["lead_org_id"]).fillna(False)],
        "projects.lead_org_id", "data.lead",
        "{lead_org_id} is not the lead in {own[participations]}, row {lead_row}: {lead}",
        "the same lead in both", "Correct the one that is wrong.",
    )  # fmt: skip


@requires("areas", "organisations", areas=("year", "code"))
def check_area_years(frames: NumberedTables) -> Iterator[CellProblem]:
    """Who takes part has an area that was there in the year of the decision, or of the call."""
    register = frames["areas"]
    known = sorted(set(register["code"].dropna()))
    coded = frames["organisations"].dropna(subset=["area_code"])
    unknown = coded[~coded["area_code"].isin(known)]
    remedies = [
        _successor(frames, code) or suggest_value(code, known) or "Correct the code."
        for code in unknown["area_code"]
    ]
    yield from frames.tell(
        unknown.assign(remedy=remedies), "organisations.area_code", "data.area",
        "{area_code} is not in {own[areas]} in any year",
        "a {own[areas.code]} of {own[areas]}", "{remedy:s}",
    )  # fmt: skip
    needed = ("participations", "projects", "calls")
    if register["year"].isna().all() or not all(table in frames for table in needed):
        return
    parts = (
        frames["participations"][["project_id", "org_id", ROW]]
        .merge(coded[["org_id", "area_code"]], on="org_id")
        .merge(frames["projects"][["project_id", "call_id", "decided"]], on="project_id")
        .merge(frames["calls"][["call_id", "year"]], on="call_id")
        .dropna(subset=["decided", "year"])
    )
    parts = parts[parts["area_code"].isin(known)]
    parts["decision"] = parts["decided"].dt.year.astype("int64")
    pairs = set(zip(register["year"], register["code"], strict=True))
    years = sorted({int(year) for year in register["year"].dropna()})
    telling = f"{frames.name_in_file('areas')} has the years {list_values(years)}: add the rows of"
    absent, when, remedies = [], [], []
    for code, decision, call in zip(
        parts["area_code"], parts["decision"], parts["year"], strict=True
    ):
        absent.append((decision, code) not in pairs and (call, code) not in pairs)
        if absent[-1]:
            when.append("" if call == decision else f", nor in {call}, the year of the call")
            known_year = decision in years or call in years
            remedy = _successor(frames, code) or "Correct the organisation or the year."
            remedies.append(remedy if known_year else f"{telling} {decision}.")
    yield from frames.tell(
        parts[absent].assign(when=when, remedy=remedies), "participations.org_id", "data.area-year",
        "{org_id} has the area code {area_code}, which was not in {own[areas]} in {decision}, "
        "the year of the decision{when:s}", "an area of that year", "{remedy:s}",
    )  # fmt: skip


def _successor(frames: NumberedTables, code: str) -> str:
    if "area_changes" not in frames:
        return ""
    changes = frames["area_changes"]
    for row in changes[(changes["ended_code"] == code).fillna(False)].to_dict("records"):
        return (
            f"{row['ended_name']} ended on {row['in_force']:%Y-%m-%d}; its successor is "
            f"{row['successor_code']} {row['successor_name']}."
        )
    return ""


@requires("documents", "projects")
def check_report_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A final report comes once in a wave, after its project has ended."""
    documents = frames["documents"]
    finals = documents[documents["kind"] == "final"]
    merged = finals.merge(frames["projects"][["project_id", "ended"]], on="project_id")
    yield from frames.tell(
        merged[merged["received"] < merged["ended"]], "documents.received", "data.received",
        "a final report received on {received:%Y-%m-%d}, before project {project_id} ended on "
        "{ended:%Y-%m-%d}", "a day after the end of the project",
        "Correct the date, or the kind if it is an interim report.",
    )  # fmt: skip
    again = finals[finals.duplicated(["project_id", "wave"])]
    waves = ["" if pd.isna(wave) else f" in wave {wave}" for wave in again["wave"]]
    yield from frames.tell(
        again.assign(wave=waves), "documents.project_id", "data.report-twice",
        "project {project_id} has a second final report{wave:s}",
        "one final report of a project in a wave", "Keep the one that holds.",
    )  # fmt: skip


@requires("projects", "participations")
def check_shares(frames: NumberedTables) -> Iterator[CellProblem]:
    """The known shares of a project are together at most its grant."""
    totals = frames["participations"].groupby("project_id")["share_amount"].sum()
    projects = frames["projects"].dropna(subset=["project_id", "grant"])
    shares = projects["project_id"].map(totals).astype("float64")
    projects = projects.assign(shares=shares.round(2).map(plain_number, na_action="ignore"))
    wrong = projects[(shares > 0) & (shares > projects["grant"] + 0.005)]
    return frames.tell(
        wrong.assign(grant=wrong["grant"].map(plain_number)), "projects.grant",
        "data.share", "{grant:s}, but the shares in {own[participations]} are together {shares:s}",
        "shares of at most the grant", "Correct the grant or a share.",
    )  # fmt: skip


@requires("prior_ties")
def check_ties(frames: NumberedTables) -> Iterator[CellProblem]:
    """An earlier tie names two organisations, the lower identifier first, so that it is one."""
    ties = frames["prior_ties"].dropna(subset=["org_a", "org_b"])
    return frames.tell(
        ties[ties["org_a"] >= ties["org_b"]], "prior_ties.org_b", "data.tie-order",
        "{org_b} does not come after {org_a}", "two organisations, the lower identifier first",
        "Turn them round, or take the row out.",
    )  # fmt: skip


@requires("projects", "calls")
def check_decision_dates(frames: NumberedTables) -> Iterator[CellProblem]:
    """A project is decided on or after the day its call opened, or the year of its call."""
    merged = frames["projects"][["call_id", "decided", ROW]].merge(
        frames["calls"][["call_id", "year", "opened"]], on="call_id"
    )
    merged = merged.dropna(subset=["decided", "year"])
    new_year = pd.to_datetime({"year": merged["year"].astype("int64"), "month": 1, "day": 1})
    early = merged[merged["decided"] < merged["opened"].fillna(new_year)]
    when = [
        f"of {year}" if pd.isna(opened) else f"that opened on {opened:%Y-%m-%d}"
        for year, opened in zip(early["year"], early["opened"], strict=True)
    ]
    return frames.tell(
        early.assign(when=when), "projects.decided", "data.decided",
        "decided on {decided:%Y-%m-%d}, before its call {call_id} {when:s}",
        "a day after the call opened", "Correct the date, or the call of the project.",
    )  # fmt: skip


@requires("organisations")
def check_size_classes(frames: NumberedTables) -> Iterator[CellProblem]:
    """An organisation's size class is one of the study's, and that of its own population."""
    classes = frames.vocabulary.areas.size_classes
    found = frames["organisations"].dropna(subset=["size_class"])
    known = found["size_class"].isin(list(classes or found["size_class"]))
    near = [suggest_value(name, classes) for name in found.loc[~known, "size_class"]]
    remedies = [one or "Choose one of these, or declare it there." for one in near]
    yield from frames.tell(
        found[~known].assign(classes=list_values(classes), remedy=remedies),
        "organisations.size_class", "data.size-class",
        "{size_class} is not in the size classes of evaluation.yml", "{classes:s}", "{remedy:s}",
    )  # fmt: skip
    sized = found[known].dropna(subset=["population"])
    right = [frames.vocabulary.size_class(int(number)) for number in sized["population"]]
    sized = sized.assign(right=pd.array(right, dtype="string")).dropna(subset=["right"])
    yield from frames.tell(
        sized[sized["right"] != sized["size_class"]], "organisations.size_class", "data.size-class",
        "{size_class}, but the population is {population}",
        "the class of the population, {right}",
        "Correct one of the two, or leave the class empty: it follows from the population.",
    )  # fmt: skip


REGISTER_RULES: tuple[Rule, ...] = (
    check_decision_dates, check_size_classes, check_shares, check_ties, check_leads,
    check_area_years, check_report_dates,
)  # fmt: skip
