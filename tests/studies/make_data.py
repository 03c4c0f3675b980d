"""Makes the data of the two studies beside it; everything in them is invented.

Run `python tests/studies/make_data.py` in the repository; a test compares what it makes with what
is committed.
"""

from __future__ import annotations

import csv
import hashlib
import json
import random
import sys
from datetime import date, timedelta
from pathlib import Path

Rows = list[dict[str, object]]
TYPES = {"int": "integer", "float": "number", "bool": "boolean", "date": "date", "str": "string"}

SUBJECTS = ("soil", "peat", "river plants", "sea grass", "bats", "urban trees", "bees", "lichens")
METHODS = ("A survey of", "Models of", "New maps of", "Thirty years of", "A census of")
INSTITUTES = (
    ("U1", "university", "University of Northmouth"),
    ("U2", "university", "University of Eastley"),
    ("U3", "university", "Westbury College"),
    ("I1", "institute", "Institute for Upland Studies"),
    ("I2", "institute", "Coastal Observatory"),
    ("C1", "charity", "Trust for Wild Places"),
)
CODES = (
    ("1", None, "outcome", "outcomes", False),
    ("1.1", "1", "outcome", "a data set that others use", True),
    ("1.2", "1", "outcome", "a method taken up elsewhere", True),
    ("1.3", "1", "outcome", "advice to public bodies", True),
    ("2", None, "legacy", "what remains", False),
    ("2.1", "2", "legacy", "staff kept on", True),
    ("2.2", "2", "legacy", "further funding", True),
    ("3", None, "openness", "openness", False),
    ("3.1", "3", "openness", "data published", True),
    ("3.2", "3", "openness", "code published", True),
)
SENTENCES = {
    "1.1": ("Three other groups already work with our records.", "The records are in wide use."),
    "1.2": ("A team abroad has adopted the protocol.", "The method is now taught elsewhere."),
    "1.3": ("We advised two public bodies on the findings.", "Our advice was asked for twice."),
    "2.1": ("Both assistants stay in the group.", "The post was made permanent."),
    "2.2": ("A second grant continues the work.", "Further funding has been secured."),
    "3.1": ("The data are in an open archive.", "All data were published."),
    "3.2": ("The code is open as well.", "Our scripts can be downloaded."),
}
FILLER = ("The field season went as planned.", "The weather was mild.", "Samples were kept cold.")


def research_fund(chance: random.Random) -> dict[str, Rows]:
    """A fund for ecology: outside raters, numbered codes; no areas, goals, savings, challenges."""
    tables: dict[str, Rows] = {
        "calls": [
            {"call_id": f"R{year}", "year": year, "subject_en": f"Round of {year}",
             "opened": date(year, 2, 1), "decided": date(year, 9, 15)} for year in (2021, 2022)
        ],
        "organisations": [
            {"org_id": one, "kind": kind, "name_en": name} for one, kind, name in INSTITUTES
        ],
        "projects": [], "documents": [],
        "codes": [
            {"code_id": code, "parent_id": above, "kind": kind, "label_en": label,
             "definition": f"The report tells of {label}." if codable else "A heading.",
             "codable": codable}
            for code, above, kind, label, codable in CODES
        ],
        "coders": [{"coder_id": one, "role": "coder"} for one in ("ann", "ben")],
        "readings": [], "segments": [], "codings": [],
        "rating_items": [
            {"item_id": "quality", "label_en": "Quality", "scale_min": 1, "scale_max": 6},
            {"item_id": "value", "label_en": "Value for money", "scale_min": 1, "scale_max": 6},
        ],
        "ratings": [],
    }  # fmt: skip
    for number in range(1, 41):
        year = 2021 if number <= 22 else 2022
        decided = date(year, 9, 15)
        project, cost = f"N{number:03}", chance.randrange(40, 300) * 1000
        tables["projects"].append(
            {"project_id": project, "call_id": f"R{year}",
             "title_en": f"{chance.choice(METHODS)} {chance.choice(SUBJECTS)}",
             "lead_org_id": chance.choice(INSTITUTES)[0],
             "theme": chance.choice(("land", "water", "air")),
             "grant": float(cost) if number % 13 else None, "decided": decided,
             "ended": decided + timedelta(days=chance.randrange(500, 700))}
        )  # fmt: skip
        for item in ("quality", "value"):
            if chance.random() < 0.8:
                tables["ratings"].append(
                    {"project_id": project, "item_id": item, "value": chance.randint(2, 6),
                     "rater_kind": "panel"}
                )  # fmt: skip
        if year == 2021 and number % 3:
            _report(tables, project, decided, chance)
    return tables


def _report(tables: dict[str, Rows], project: str, decided: date, chance: random.Random) -> None:
    document = f"{project}-final"
    said = [code for code in SENTENCES if chance.random() < 0.45]
    text, spans = f"Final report of project {project}\n\n", []
    for code in said:
        text += chance.choice(FILLER) + " "
        quote = chance.choice(SENTENCES[code])
        spans.append((code, len(text), quote))
        text += quote + "\n"
    text += chance.choice(FILLER) + "\n"
    path = f"reports/{document}.txt"
    tables["documents"].append(
        {"document_id": document, "project_id": project, "kind": "final", "wave": 2024,
         "received": decided + timedelta(days=800), "language": "en", "text_file": path,
         "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "_text": text}
    )  # fmt: skip
    for coder in ("ann", "ben"):
        tables["readings"].append(
            {"document_id": document, "coder_id": coder, "round": 1, "complete": True}
        )
    for number, (code, start, quote) in enumerate(spans, start=1):
        segment = f"{document}-{number}"
        tables["segments"].append(
            {"segment_id": segment, "document_id": document, "start": start,
             "end": start + len(quote), "quote": quote}
        )  # fmt: skip
        for coder in ("ann", "ben"):
            if coder == "ann" or chance.random() < 0.8:
                tables["codings"].append(
                    {"coding_id": f"{segment}-{coder}", "segment_id": segment, "code_id": code,
                     "coder_id": coder, "polarity": "affirm", "round": 1}
                )  # fmt: skip


def register_only(chance: random.Random) -> dict[str, Rows]:
    """A register of grants to village halls: projects and calls, in Swedish, in kronor."""
    calls: Rows = [
        {"call_id": f"{year}", "year": year, "subject_sv": f"Bidragsomgången {year}"}
        for year in (2022, 2023, 2024)
    ]
    projects: Rows = []
    for number in range(1, 61):
        year = chance.choice((2022, 2023, 2024))
        grant = chance.randrange(20, 400) * 1000
        projects.append(
            {"project_id": str(100 + number), "call_id": str(year),
             "title_sv": f"{chance.choice(('Nytt tak', 'Nytt kök', 'Värme', 'Ramp'))} till "
             f"bygdegård {number}",
             "county": chance.choice(("norr", "mitt", "syd")), "grant": float(grant),
             "total_cost": float(grant * 2), "decided": date(year, 5, chance.randint(1, 28))}
        )  # fmt: skip
    return {"calls": calls, "projects": projects}


def write(folder: Path, title: str, tables: dict[str, Rows]) -> None:
    """Write the tables, the texts of the documents and a descriptor of no more than there is."""
    folder.mkdir(parents=True, exist_ok=True)
    resources = []
    for name, rows in tables.items():
        columns = list(dict.fromkeys(key for row in rows for key in row if key[0] != "_"))
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, columns, extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            writer.writerows({key: _cell(row.get(key)) for key in columns} for row in rows)
        fields = []
        for column in columns:
            kinds = {type(row[column]).__name__ for row in rows if row.get(column) is not None}
            fields.append({"name": column, "type": TYPES[kinds.pop() if kinds else "str"]})
        resources.append({"name": name, "path": f"{name}.csv", "schema": {"fields": fields}})
        for row in rows:
            if "_text" in row:
                path = folder / str(row["text_file"])
                path.parent.mkdir(exist_ok=True)
                path.write_text(str(row["_text"]), encoding="utf-8", newline="\n")
    descriptor = {"name": folder.parent.name.replace("_", "-"), "title": title,
                  "evaltools:example": True, "resources": resources}  # fmt: skip
    text = json.dumps(descriptor, ensure_ascii=False, indent=1) + "\n"
    (folder / "datapackage.json").write_text(text, encoding="utf-8", newline="\n")


def _cell(value: object) -> object:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else value


def main(root: Path) -> None:
    """Make the data of both studies below a folder."""
    for make, title in (
        (research_fund, "Invented data of a research fund"),
        (register_only, "Påhittade uppgifter ur ett bidragsregister"),
    ):
        write(root / make.__name__ / "data", title, make(random.Random(7)))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
