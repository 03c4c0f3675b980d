"""Tables, scope, states of codes and shared euros of the recount; nothing here is of evaltools."""

import csv
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property

LEAST = 5
"""Projects that a sensitive number must be of: `disclosure.minimum_projects` of the study."""
CUTOFF = {"2022": date(2022, 4, 30), "2023": date(2023, 4, 30)}
DUE = {"2022": ("2019",), "2023": ("2020",)}
"""Years of the calls whose projects were to report in a wave: those that ended before its cut-off
(column projects_end of calls.csv) and not before that of the wave before."""
SIZES = ((5000, "under_5000"), (20000, "5000_19999"), (50000, "20000_49999"),
         (100000, "50000_99999"))  # fmt: skip


@dataclass(frozen=True)
class Choice:
    """Parameters of a run."""

    calls: tuple = ("2019", "2020", "2021")
    wave: str = "2022"
    region: str = "all"
    municipality_group: str = "all"
    coder_rule: str = "majority"
    allocation: str = "equal"
    minimum_cell: int = 5
    level: float = 0.95

    @property
    def cutoff(self):
        return CUTOFF[self.wave]

    def holds(self, place):
        return self.region in ("all", place["region_code"]) and self.municipality_group in (
            "all", place["municipality_group"],
        )  # fmt: skip


def read(folder):
    """Rows of every CSV file below the folder, by the name of the file."""
    tables = {}
    for path in sorted(folder.rglob("*.csv")):
        with path.open(encoding="utf-8", newline="") as stream:
            tables[path.stem] = list(csv.DictReader(stream))
    return tables


def day(text):
    return date.fromisoformat(text) if text else None


def number(text):
    return float(text) if text else None


@dataclass
class Scope:
    """What the choice leaves of the tables."""

    tables: dict
    choice: Choice
    states: dict = field(default_factory=dict)

    @cached_property
    def organisations(self):
        return {row["org_id"]: row for row in self.tables["organisations"]}

    @cached_property
    def register(self):
        return {(row["year"], row["code"]): row for row in self.tables["municipalities"]}

    @cached_property
    def codes(self):
        """Codable codes: id to kind, by id."""
        rows = [row for row in self.tables["codes"] if row["codable"] == "true"]
        return dict(sorted((row["code_id"], row["kind"]) for row in rows))

    @cached_property
    def shown(self):
        """Codes that leave the study: of `saving` those that enough projects have, and lack."""
        claiming = {row["project"] for row in self.own("saving_claims")}
        return {
            code: kind
            for code, kind in self.codes.items()
            if kind != "saving"
            or not any(
                0 < part < LEAST
                for x in (len(self.having(code)), *([len(claiming)] * (code == "saving.claimed")))
                for part in (x, self.n - x)
            )
        }

    def of_kind(self, *kinds):
        return [code for code, kind in self.codes.items() if kind in kinds]

    def place(self, org, decided, call_year):
        """Place of an organisation: register of the decision's year, the call's, its own row."""
        own = self.organisations[org]
        rows = [self.register.get((year, own["municipality_code"]), {})
                for year in (decided[:4], call_year)]  # fmt: skip
        found = {"kind": own["kind"], "code": own["municipality_code"]}
        for column in ("region_code", "municipality_group", "population"):
            found[column] = next((r[column] for r in (*rows, own) if r.get(column)), "")
        people = found["population"]
        size = own["size_class"]
        if people:
            size = next((name for top, name in SIZES if int(people) < top), "100000_or_more")
        return found | {"size_class": size}

    @cached_property
    def all_projects(self):
        """Every project decided by the cut-off, with its call, place and partners."""
        calls = {row["call_id"]: row for row in self.tables["calls"]}
        taking = defaultdict(dict)
        for row in self.tables["participations"]:
            taking[row["project_id"]][row["org_id"]] = row
        projects = {}
        for row in sorted(self.tables["projects"], key=lambda row: row["project_id"]):
            if day(row["decided"]) > self.choice.cutoff:
                continue
            call = calls[row["call_id"]]
            own = taking[row["project_id"]]
            partners = {org for org, part in own.items() if part["role"] != "vendor"}
            municipal = {o for o in partners if self.organisations[o]["kind"] == "municipality"}
            projects[row["project_id"]] = row | {
                "year": call["year"],
                "place": self.place(row["lead_org_id"], row["decided"], call["year"]),
                "grant": number(row["grant_eur"]),
                "taking": own,
                "partners": partners,
                "municipal": municipal,
                "joint": len(municipal) > 1 or call["joint_only"] == "true",
            }
        return projects

    @cached_property
    def projects(self):
        return {
            name: row for name, row in self.all_projects.items()
            if row["year"] in self.choice.calls and self.choice.holds(row["place"])
        }  # fmt: skip

    def reports_of(self, wave, projects):
        """Final reports of a wave received by the cut-off: document to project."""
        return {
            row["document_id"]: row["project_id"]
            for row in self.tables["documents"]
            if row["kind"] == "final" and row["wave"] == wave
            and day(row["received"]) <= self.choice.cutoff and row["project_id"] in projects
        }  # fmt: skip

    @cached_property
    def reports(self):
        return self.reports_of(self.choice.wave, self.projects)

    def reports_of_wave(self, wave):
        """Of projects of any call, in the same region and group."""
        anywhere = {n for n, row in self.all_projects.items() if self.choice.holds(row["place"])}
        return self.reports_of(wave, anywhere)

    @property
    def n(self):
        return len(self.reports)

    @cached_property
    def due(self):
        """Projects in scope that were to report in the wave, or have."""
        return {
            name for name, row in self.projects.items()
            if (row["year"] in DUE[self.choice.wave] and self._is_over(row))
            or name in self.reports.values()
        }  # fmt: skip

    def _is_over(self, row):
        """Neither its own last day nor, where that is not known, that of its call is to come."""
        calls = {call["call_id"]: call for call in self.tables["calls"]}
        last = row["ended"] or calls[row["call_id"]]["projects_end"]
        return not (last and day(last) > self.choice.cutoff)

    @property
    def N(self):
        return len(self.due)

    def own(self, table):
        """Rows of a table that are of the reports in scope, with `project`."""
        rows = [row for row in self.tables[table] if row["document_id"] in self.reports]
        return [row | {"project": self.reports[row["document_id"]]} for row in rows]

    @cached_property
    def readings(self):
        """Last complete round of each reader of each document: {document: {coder: round}}."""
        last = defaultdict(dict)
        for row in self.tables["readings"]:
            if row["complete"] == "true":
                own = last[row["document_id"]]
                own[row["coder_id"]] = max(own.get(row["coder_id"], 0), int(row["round"]))
        return last

    @cached_property
    def consensus(self):
        return {c["coder_id"] for c in self.tables["coders"] if c["role"] == "consensus"}

    @cached_property
    def marks(self):
        """Codings of those rounds: document, segment, code, coder, polarity."""
        where = {row["segment_id"]: row["document_id"] for row in self.tables["segments"]}
        return [
            (where[row["segment_id"]], row["segment_id"], row["code_id"], row["coder_id"],
             row["polarity"])
            for row in self.tables["codings"]
            if self.readings[where[row["segment_id"]]].get(row["coder_id"]) == int(row["round"])
            and row["code_id"] in self.codes
        ]  # fmt: skip

    def voters(self, document, rule):
        """Who counts, and whether it is the consensus."""
        readers = set(self.readings[document])
        agreed = readers & self.consensus
        if rule == "consensus" and agreed:
            return agreed, True
        return readers - self.consensus, False

    def enough(self, saying, document, rule):
        """Whether so many of those who count satisfy the coder rule."""
        voters, agreed = self.voters(document, rule)
        said = len(saying & voters)
        if rule == "any" or agreed:
            return said >= 1
        if rule == "majority":
            return 2 * said > len(voters)
        return bool(voters) and said == len(voters)

    def state(self, document, code, rule=None):
        """yes, no or silent."""
        rule = rule or self.choice.coder_rule
        key = (document, code, rule)
        if key not in self.states:
            affirm, deny = self._saying[document, code]
            yes = self.enough(affirm, document, rule)
            no = not yes and self.enough(deny, document, rule)
            self.states[key] = "yes" if yes else "no" if no else "silent"
        return self.states[key]

    @cached_property
    def _saying(self):
        saying = defaultdict(lambda: (set(), set()))
        for document, _, code, coder, polarity in self.marks:
            affirm, deny = saying[document, code]
            if polarity in ("affirm", "mixed"):
                affirm.add(coder)
            if polarity in ("deny", "mixed"):
                deny.add(coder)
        return saying

    def having(self, code, reports=None, rule=None):
        """Documents that say yes to the code."""
        reports = self.reports if reports is None else reports
        return {d for d in reports if self.state(d, code, rule) == "yes"}

    @cached_property
    def links(self):
        """Documents by (challenge, response) that those who count join, both being present."""
        given = defaultdict(set)
        for _, segment, code, coder, polarity in self.marks:
            if polarity in ("affirm", "mixed"):
                given[segment, coder].add(code)
        joined = defaultdict(set)
        where = {row["segment_id"]: row["document_id"] for row in self.tables["segments"]}
        for row in self.tables["relations"]:
            if row["kind"] != "answers":
                continue
            document, coder = where[row["from_segment_id"]], row["coder_id"]
            for response in given[row["from_segment_id"], coder]:
                for challenge in given[row["to_segment_id"], coder]:
                    joined[document, challenge, response].add(coder)
        found = defaultdict(set)
        for (document, challenge, response), coders in joined.items():
            if document not in self.reports or self.codes[challenge] != "challenge":
                continue
            if self.codes[response] != "response":
                continue
            present = {self.state(document, challenge), self.state(document, response)}
            if present == {"yes"} and self.enough(coders, document, self.choice.coder_rule):
                found[challenge, response].add(document)
        return found

    def shared(self, rule):
        """Euros of projects by organisation, with its place: (project, org, euros, place)."""
        rows = []
        for name, project in self.projects.items():
            if rule == "lead" or not project["municipal"]:
                who = [org for org in project["taking"] if org == project["lead_org_id"]]
            else:
                who = sorted(project["municipal"])
            places = [self.place(org, project["decided"], project["year"]) for org in who]
            euros = self._divided(project, who, places, rule)
            rows += [(name, *row) for row in zip(who, euros, places, strict=True)]
        return rows

    @staticmethod
    def _divided(project, who, places, rule):
        if project["grant"] is None:
            return [None] * len(who)
        cents = round(project["grant"] * 100)
        known = [number(project["taking"][org]["share_eur"]) for org in who]
        told = None not in known and sum(round(k * 100) for k in known) == cents
        if rule != "lead" and known and told:
            return known
        weights = [1] * len(who)
        if rule == "population" and len(who) > 1:
            if not all(place["population"] for place in places):
                return [None] * len(who)
            weights = [int(place["population"]) for place in places]
        whole = [cents * w // sum(weights) for w in weights]
        rest = sorted(range(len(who)), key=lambda i: (-(cents * weights[i] % sum(weights)), i))
        for i in rest[: cents - sum(whole)]:
            whole[i] += 1
        return [part / 100 for part in whole]

    @cached_property
    def residents(self):
        """Municipalities in scope in the register of the cut-off's year, by code."""
        years = sorted({r["year"] for r in self.tables["municipalities"] if r["population"]})
        past = [year for year in years if int(year) <= self.choice.cutoff.year]
        year = past[-1] if past else years[0]
        rows = {r["code"]: r for r in self.tables["municipalities"] if r["year"] == year}
        return {code: row for code, row in rows.items() if self.choice.holds(row)}

    @cached_property
    def reached(self):
        """Municipalities in scope that take part, by code or organisation, with their euros."""
        euros = defaultdict(list)
        for _, org, eur, _ in self.shared(self.choice.allocation):
            if eur is not None:
                euros[org].append(eur)
        successor = {}
        for row in self.tables["municipality_changes"]:
            if day(row["in_force"]) <= self.choice.cutoff:
                successor[row["ended_code"]] = row["successor_code"]
        found = {}
        for name in sorted(self.projects):
            project = self.projects[name]
            for org in sorted(project["municipal"]):
                place = self.place(org, project["decided"], project["year"])
                code = place["code"]
                while code in successor:
                    code = successor[code]
                if code and code not in self.residents:
                    continue
                if not code and not self.choice.holds(place):
                    continue
                own = self.residents[code] if code else place
                row = found.setdefault(code or org, {
                    "region": own["region_code"], "people": number(own["population"]),
                    "orgs": set()})  # fmt: skip
                row["orgs"].add(org)
        for row in found.values():
            known = [eur for org in row["orgs"] for eur in euros[org]]
            row["money"] = sum(known) if known else None
        return found

    @cached_property
    def counted_regions(self):
        return Counter(row["region_code"] for row in self.residents.values())
