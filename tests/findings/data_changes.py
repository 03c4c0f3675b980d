"""Data changed at random, valid as before: what an evaluator might be handed next time.

Every change is of the CSV files themselves, so that the recount and evaltools read the same.
"""

from __future__ import annotations

import csv
import random
import shutil
from collections.abc import Callable
from pathlib import Path

Rows = list[dict[str, str]]
OPTIONAL = ("saving_claims", "rooting", "ratings", "prior_ties", "relations")
OF_DOCUMENTS = (
    "documents", "sections", "readings", "segments", "goals", "ratings", "saving_claims",
)  # fmt: skip
OF_SEGMENTS = {"codings": "segment_id", "redactions": "segment_id", "relations": "from_segment_id"}


class Data:
    """The tables of a copy of a study's data."""

    def __init__(self, folder: Path) -> None:
        self.paths = {path.stem: path for path in sorted(folder.glob("*/*.csv"))}
        self.columns: dict[str, list[str]] = {}

    def read(self, name: str) -> Rows:
        with self.paths[name].open(encoding="utf-8", newline="") as file:
            reader = csv.DictReader(file)
            rows = list(reader)
        self.columns[name] = list(reader.fieldnames or ())
        return rows

    def write(self, name: str, rows: Rows) -> None:
        with self.paths[name].open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, self.columns[name], lineterminator="\n")
            writer.writeheader()
            writer.writerows(rows)

    def keep(self, name: str, wanted: Callable[[dict[str, str]], bool]) -> None:
        self.write(name, [row for row in self.read(name) if wanted(row)])

    def set(self, name: str, changed: Callable[[dict[str, str]], dict[str, str]]) -> None:
        self.write(name, [{**row, **changed(row)} for row in self.read(name)])

    def root_silently(self, goals: set[str]) -> None:
        """Give goals that came about a row of signs that say nothing, where they have none."""
        rows = self.read("rooting")
        signs = [name for name in self.columns["rooting"] if name != "goal_id"]
        new = sorted(goals - {row["goal_id"] for row in rows})
        self.write("rooting", rows + [{"goal_id": one, **dict.fromkeys(signs, "silent")}
                                      for one in new])  # fmt: skip

    def drop_documents(self, gone: set[str]) -> None:
        """Take reports away, with everything that was read in them."""
        for name in OF_DOCUMENTS:
            self.keep(name, lambda row: row["document_id"] not in gone)
        segments = {row["segment_id"] for row in self.read("segments")}
        for name, column in OF_SEGMENTS.items():
            self.keep(name, lambda row, column=column: row[column] in segments)
        goals = {row["goal_id"] for row in self.read("goals")}
        self.keep("rooting", lambda row: row["goal_id"] in goals)


def drop_wrong_answers(data: Data) -> None:
    """Take away answers that no longer lead from a response to a challenge, as `check` asks."""
    coded = {(row["segment_id"], row["code_id"].partition(".")[0]) for row in data.read("codings")}
    data.keep(
        "relations",
        lambda row: (
            row["kind"] != "answers"
            or {(row["from_segment_id"], "response"), (row["to_segment_id"], "challenge")} <= coded
        ),
    )


def drop_reports(data: Data, rng: random.Random) -> None:
    documents = sorted(row["document_id"] for row in data.read("documents"))
    data.drop_documents(set(rng.sample(documents, round(len(documents) * rng.uniform(0.1, 0.9)))))


def change_codings(data: Data, rng: random.Random) -> None:
    """Other polarities, other codes of the same kind, and codings taken away."""
    codes: dict[str, list[str]] = {}
    for row in data.read("codes"):
        if row["codable"] == "true":
            codes.setdefault(row["kind"], []).append(row["code_id"])
    kind = {code: kind for kind, own in codes.items() for code in own}
    share, seen, made = rng.uniform(0.05, 0.6), set(), []
    for row in data.read("codings"):
        if rng.random() < share:
            what = rng.choice(["polarity", "code", "drop"])
            if what == "drop":
                continue
            if what == "polarity":
                row["polarity"] = rng.choice(["affirm", "deny", "mixed"])
            elif row["code_id"].startswith(("challenge.", "result.", "response.")):
                row["code_id"] = rng.choice(codes[kind[row["code_id"]]])
        key = (row["segment_id"], row["code_id"], row["coder_id"], row["round"])
        if key not in seen:
            seen.add(key)
            made.append(row)
    data.write("codings", made)


def change_marks(data: Data, rng: random.Random) -> None:
    value = rng.choice([None, "1", "5"])
    data.set("ratings", lambda row: {"value": value or str(rng.randint(1, 5))})


def change_goals(data: Data, rng: random.Random) -> None:
    share = rng.uniform(0.2, 1)
    kinds = rng.sample(["achieved", "partly", "not_achieved"], 2)
    attained = {}

    def changed(row: dict[str, str]) -> dict[str, str]:
        if row["attainment"] == "not_reported" or rng.random() > share:
            attained[row["goal_id"]] = row["attainment"]
            return {}
        attained[row["goal_id"]] = kind = rng.choice(kinds)
        marks = {f"has_{name}": rng.choice(["true", "false"])
                 for name in ("metric", "baseline", "target")}  # fmt: skip
        return {"attainment": kind, "measured_by": rng.choice(["measured", "asserted"]), **marks}

    data.set("goals", changed)
    came_about = {goal for goal, kind in attained.items() if kind in ("achieved", "partly")}
    data.keep("rooting", lambda row: row["goal_id"] in came_about)
    data.root_silently(came_about)


def delete_rows(data: Data, rng: random.Random) -> None:
    """All rows of some tables that a study may lack."""
    for name in rng.sample(OPTIONAL, rng.randint(1, 3)):
        data.keep(name, lambda row: False)


def no_goals(data: Data, rng: random.Random) -> None:
    data.keep("goals", lambda row: False)
    data.keep("rooting", lambda row: False)


def same_names(data: Data, rng: random.Random) -> None:
    """Codes, organisations and projects that share their names."""
    data.set("codes", lambda row: {"label_fi": "sama (nimi)", "label_en": "the same, too"})
    data.set("organisations", lambda row: {"name_fi": "Sama kunta"})
    data.set("projects", lambda row: {"title_fi": "Sama hanke {x} | $y$"})


def lonely_group(data: Data, rng: random.Random) -> None:
    """All municipalities of one group but the lead of one project."""
    leads = sorted({row["lead_org_id"] for row in data.read("projects")})
    alone, rest = rng.choice(leads), rng.choice(["urban", "rural"])
    other = "rural" if rest == "urban" else "urban"
    data.set(
        "organisations",
        lambda row: {"municipality_group": other if row["org_id"] == alone else rest}
        if row["municipality_group"] else {},
    )  # fmt: skip


def one_reader(data: Data, rng: random.Random) -> None:
    """Each report read by one coder, so that nobody knows whether another would agree."""
    first: dict[str, str] = {}
    for row in data.read("readings"):
        first.setdefault(row["document_id"], row["coder_id"])
    data.keep("readings", lambda row: row["coder_id"] == first[row["document_id"]])
    document = {row["segment_id"]: row["document_id"] for row in data.read("segments")}
    data.keep("codings", lambda row: row["coder_id"] == first[document[row["segment_id"]]])


def complete_sets(data: Data, rng: random.Random) -> None:
    """Every goal complete, achieved and measured, every result rooted, every mark the best."""
    full = {"has_metric": "true", "has_baseline": "true", "has_target": "true"}
    data.set("goals", lambda row: {
        **full, **({} if row["attainment"] == "not_reported" else
                   {"attainment": "achieved", "measured_by": "measured"})})  # fmt: skip
    data.root_silently({r["goal_id"] for r in data.read("goals") if r["attainment"] == "achieved"})
    data.set("rooting", lambda row: dict.fromkeys(("owner_named", "budget_line", "in_use"), "yes"))
    data.set("ratings", lambda row: {"value": "5"})


def empty_sets(data: Data, rng: random.Random) -> None:
    """Nothing achieved, nothing rooted, no theme of some kinds told of."""
    nothing = {"attainment": "not_achieved", "measured_by": "asserted", "has_metric": "false"}
    data.set("goals", lambda row: {} if row["attainment"] == "not_reported" else nothing)
    data.keep("rooting", lambda row: False)
    kinds = tuple(rng.sample(["challenge.", "result.", "response.", "goal.", "steering."], 2))
    data.keep("codings", lambda row: not row["code_id"].startswith(kinds))


def tie_themes(data: Data, rng: random.Random) -> None:
    """One theme coded wherever another of its kind is."""
    kind = rng.choice(["challenge", "result", "response", "goal"])
    rows = data.read("codings")
    codes = sorted({r["code_id"] for r in rows if r["code_id"].startswith(f"{kind}.")})
    one, *others = rng.sample(codes, rng.choice([2, 3, len(codes)]))
    kept = [row for row in rows if row["code_id"] not in others]
    copies = [
        {**row, "code_id": other, "coding_id": f"{row['coding_id']}-{place}"}
        for row in kept
        if row["code_id"] == one
        for place, other in enumerate(others)
    ]
    data.write("codings", kept + copies)


def all_reported(data: Data, rng: random.Random) -> None:
    """Only projects whose report has come, but for as many others as chance will have."""
    came = {row["project_id"] for row in data.read("documents") if row["kind"] == "final"}
    others = sorted({row["project_id"] for row in data.read("projects")} - came)
    came |= set(rng.sample(others, rng.randint(0, 2)))
    for name in ("projects", "participations"):
        data.keep(name, lambda row: row["project_id"] in came)


CHANGES: tuple[Callable[[Data, random.Random], None], ...] = (
    drop_reports, change_codings, change_marks, change_goals, delete_rows, no_goals, same_names,
    lonely_group, complete_sets, empty_sets, tie_themes, all_reported,
)  # fmt: skip
MUTATIONS = 40


def change_data(source: Path, folder: Path, seed: int) -> str:
    """A copy of a study's data, changed: one kind of change by turns, then others by chance.

    Arguments:
        source, folder: the data, and where the copy is made.
        seed: which change; each is the same every time.

    Returns:
        What was done, for whoever reads of a fault.
    """
    shutil.copytree(source, folder)
    rng, data = random.Random(f"data changed, {seed}"), Data(folder)
    chosen = [CHANGES[seed % len(CHANGES)], *rng.sample(CHANGES, seed // len(CHANGES))]
    for change in dict.fromkeys(chosen):
        change(data, rng)
    drop_wrong_answers(data)
    return f"change {seed}: {', '.join(each.__name__ for each in dict.fromkeys(chosen))}"


def set_everything(folder: Path, state: str, root: Path) -> None:
    """A copy of a study's data in which reports say but one thing of everything.

    Arguments:
        state: `deny`, `affirm` or `silent` of all codes and signs; `one`, a single report affirms
            what the others deny; `partly`, every goal was reached in part.
    """
    shutil.copytree(root / "data", folder)
    data = Data(folder)
    data.read("rooting")
    signs = [name for name in data.columns["rooting"] if name != "goal_id"]
    if state == "partly":
        data.set("goals", lambda row: {"attainment": "partly"})
        data.root_silently({row["goal_id"] for row in data.read("goals")})
        return
    if state == "silent":
        data.keep("codings", lambda row: False)
        data.keep("relations", lambda row: False)
    documents = {row["segment_id"]: row["document_id"] for row in data.read("segments")}
    first = min(documents.values())
    one = {segment for segment, document in documents.items() if document == first}
    affirming = {"affirm": set(documents), "one": one}.get(state, set())
    data.set(
        "codings",
        lambda row: {"polarity": "affirm" if row["segment_id"] in affirming else "deny"},
    )
    said = {"deny": "no", "affirm": "yes", "silent": "silent"}.get(state)
    if said:
        data.set("rooting", lambda row: dict.fromkeys(signs, said))
