"""Which column of a spreadsheet holds what: told by the user, or known by its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaltools.evidence.quoting import listed, suggestion
from evaltools.problems import Problem, refuse

FIELDS = (
    *("quote", "document", "code", "coder", "start", "end", "polarity", "certainty", "round"),
    *("created", "page", "section", "id", "case", "comment"),
)
SEPARATOR = "separator"


@dataclass(frozen=True)
class Preset:
    """A table that a tool exports.

    Arguments:
        tool: its name.
        signs: columns by which it is known; all have to be there.
        columns: column by field.
        separators: what parts codes in one cell.
    """

    tool: str
    signs: tuple[str, ...]
    columns: Mapping[str, tuple[str, ...]]
    separators: tuple[str, ...] = ()


# Names in small letters. MAXQDA's and ATLAS.ti's columns for begin, end and reference count
# paragraphs or pages, and so tell nothing of characters.
PRESETS = (
    Preset(
        "Taguette",
        ("document", "tag", "content"),
        {
            "id": ("id",),
            "document": ("document",),
            "code": ("tag",),
            "quote": ("content",),
        },
    ),
    Preset(
        "Taguette",
        ("document", "tags", "content"),
        {"id": ("id",), "document": ("document",), "code": ("tags",), "quote": ("content",)},
        (", ", "\n"),
    ),
    Preset(
        "MAXQDA",
        ("document name", "code", "segment"),
        {
            "document": ("document name",),
            "case": ("document group",),
            "code": ("code",),
            "quote": ("segment",),
            "coder": ("created by", "author", "coder", "modified by"),
            "created": ("creation date", "created", "date", "modified"),
            "comment": ("comment",),
        },
    ),
    Preset(
        "ATLAS.ti",
        ("document", "quotation content", "codes"),
        {
            "id": ("id",),
            "document": ("document",),
            "code": ("codes",),
            "quote": ("quotation content",),
            "coder": ("created by", "modified by"),
            "created": ("created",),
            "comment": ("comment",),
        },
        ("\n", ";"),
    ),
    Preset(
        "NVivo",
        ("coded text",),
        {
            "document": ("file name", "files", "file", "source name", "name"),
            "code": ("hierarchical name", "code", "codes", "node", "nodes", "code name"),
            "quote": ("coded text",),
            "coder": ("coded by initials", "coded by", "user"),
            "created": ("modified on", "coded on"),
        },
    ),
    Preset(
        "requal",
        ("segment_start", "segment_end", "code_name"),
        {
            "id": ("segment_id",),
            "document": ("doc_name", "document_name", "doc_id"),
            "code": ("code_name",),
            "quote": ("segment_text", "text", "segment"),
            "start": ("segment_start",),
            "end": ("segment_end",),
            "coder": ("user_name", "user", "user_login", "user_id"),
            "comment": ("memo",),
        },
    ),
)
# What people call such columns in English, Finnish and Swedish.
NAMES: Mapping[str, tuple[str, ...]] = {
    "quote": (
        *("quote", "quotation", "segment", "text", "passage", "excerpt", "content"),
        *(
            "sitaatti",
            "lainaus",
            "katkelma",
            "teksti",
            "tekstikatkelma",
            "tekstikohta",
            "segmentti",
        ),
        *("citat", "textavsnitt", "avsnitt", "textställe", "utdrag"),
    ),
    "document": (
        *("document", "document_id", "document name", "file", "file name", "source", "report"),
        *("asiakirja", "dokumentti", "tiedosto", "raportti", "lähde"),
        *("dokument", "dokumentnamn", "fil", "filnamn", "rapport", "källa"),
    ),
    "code": (
        *("code", "codes", "code_id", "tag", "tags", "node", "theme", "category"),
        *("koodi", "koodit", "teema", "luokka", "kategoria"),
        *("kod", "koder", "tema", "kategori"),
    ),
    "coder": (
        *("coder", "coder_id", "coded by", "created by", "user", "author", "rater"),
        *("koodaaja", "koodannut", "käyttäjä", "luokittelija"),
        *("kodare", "kodad av", "användare"),
    ),
    "start": ("start", "start_offset", "alku", "alkukohta", "startposition", "början"),
    "end": ("end", "end_offset", "loppu", "loppukohta", "slut", "slutposition"),
    "polarity": ("polarity", "polariteetti", "suunta", "polaritet", "riktning"),
    "certainty": ("certainty", "varmuus", "säkerhet"),
    "round": ("round", "kierros", "koodauskierros", "omgång", "kodningsomgång"),
    "created": (
        *("created", "date", "creation date", "päivä", "päiväys", "pvm", "luotu"),
        *("datum", "skapad"),
    ),
    "page": ("page", "sivu", "sida"),
    "section": ("section", "heading", "otsikko", "luku", "rubrik", "kapitel"),
    "case": ("case", "project", "tapaus", "hanke", "fall", "projekt"),
    "comment": ("comment", "memo", "note", "kommentti", "huomio", "kommentar", "anteckning"),
}


@dataclass(frozen=True)
class Layout:
    """Which column holds which field, and which tool the table looks like.

    Arguments:
        tool: its name, or `spreadsheet`.
        columns: number of the column by field.
        separators: what parts codes in one cell, the first that is there.
    """

    tool: str
    columns: Mapping[str, int]
    separators: tuple[str, ...]


def known_names() -> frozenset[str]:
    """All names of columns that are known, by which the delimiter of a text file is told."""
    names = {name for preset in PRESETS for options in preset.columns.values() for name in options}
    return frozenset(names | {name for options in NAMES.values() for name in options})


def layout(header: Sequence[str], told: Mapping[str, str], where: str) -> Layout:
    """What the columns of a table are.

    Arguments:
        header: their names.
        told: name of a column by field, as the user has it; goes before what is known.
        where: what problems call the table.

    Raises ProblemError with all that is wrong: fields and columns that are not there.
    """
    names = [name.casefold() for name in header]
    refuse(_wrong(header, names, told, where))
    preset = next((one for one in PRESETS if set(one.signs) <= set(names)), None)
    options = preset.columns if preset else NAMES
    columns: dict[str, int] = {}
    for field in FIELDS:
        wanted = (told[field].casefold(),) if field in told else options.get(field, ())
        found = next((names.index(name) for name in wanted if name in names), None)
        if found is not None and (field in told or found not in columns.values()):
            columns[field] = found
    separators: tuple[str, ...] = preset.separators if preset else ("\n", ";", "|")
    if SEPARATOR in told:
        separators = (told[SEPARATOR],) if told[SEPARATOR] else ()
    missing = [field for field in ("code",) if field not in columns]
    if "quote" not in columns and not {"start", "end"} <= columns.keys():
        missing.append("quote")
    refuse(
        Problem(
            where,
            f"no column is known to hold the {field}",
            f"one of its columns: {listed(header)}",
            f"Say which: --column {field}=NAME.",
            "exchange.column",
        )
        for field in missing
    )
    return Layout(preset.tool if preset else "spreadsheet", columns, separators)


def _wrong(
    header: Sequence[str], names: Sequence[str], told: Mapping[str, str], where: str
) -> list[Problem]:
    problems = []
    for field, name in told.items():
        if field not in (*FIELDS, SEPARATOR):
            near = suggestion(field, (*FIELDS, SEPARATOR))
            what = f"a segment has no field {field!r}"
            problems.append(
                Problem("--column", what, listed((*FIELDS, SEPARATOR), 20), near, "exchange.field")
            )
        elif field != SEPARATOR and name.casefold() not in names:
            near = suggestion(name, header)
            what = f"there is no column {name!r}"
            problems.append(Problem(where, what, listed(header), near, "exchange.column"))
    return problems
