"""A second count of everything that the example report's sentences say, from its CSV files alone.

It reads the files with the standard library and counts in plain loops; nothing of evaltools is
used. What is counted here is what the sentences mean, by docs/findings.md and decision 5.
"""

from __future__ import annotations

import csv
import itertools
import math
from collections import defaultdict
from functools import cache, cached_property
from pathlib import Path

import numpy as np
from scipy.stats import hypergeom, norm
from scipy.stats import t as student

RULES = ("any", "majority", "all", "consensus")
CUTOFF = {"2022": "2022-04-30", "2023": "2023-04-30"}
DUE = {"2022": "2019", "2023": "2020"}
YEARS = ("2019", "2020", "2021")
SIZES = (5000, 20000, 50000, 100000)
ALPHA, LEAST, CELL, ERROR = 0.667, 10, 5, 0.05 * (1 + 1e-9)
FEWEST_COMPARED = 10
COMPARED = ("challenge", "response", "result")


class Files:
    """The tables of a folder of data, and who marked what in which report."""

    def __init__(self, folder: Path) -> None:
        self.tables = {path.stem: _rows(path) for path in sorted(folder.glob("*/*.csv"))}
        self.codes = {
            kind: sorted(r["code_id"] for r in own if r["codable"] == "true")
            for kind, own in _by(self.tables["codes"], "kind").items()
        }
        self.year = {r["call_id"]: r["year"] for r in self.tables["calls"]}
        self.joint_only = {r["call_id"] for r in self.tables["calls"] if r["joint_only"] == "true"}
        self.orgs = {r["org_id"]: r for r in self.tables["organisations"]}
        self.areas = {(r["year"], r["code"]): r for r in self.tables["municipalities"]}
        self.taking_part = defaultdict(set)
        for row in self.tables["participations"]:
            if row["role"] != "vendor":
                self.taking_part[row["project_id"]].add(row["org_id"])
        self.marks, self.people, self.settled = self._read_marks()
        self.said = {rule: self._decide(rule) for rule in RULES}

    def _read_marks(self):
        """By document and coder the codes affirmed and denied; who read it; whether agreed upon."""
        role = {r["coder_id"]: r["role"] for r in self.tables["coders"]}
        last: dict[tuple[str, str], int] = {}
        for row in self.tables["readings"]:
            if row["complete"] == "true":
                key = row["document_id"], row["coder_id"]
                last[key] = max(last.get(key, 0), int(row["round"]))
        document = {r["segment_id"]: r["document_id"] for r in self.tables["segments"]}
        marks = {key: (set(), set()) for key in last}
        for row in self.tables["codings"]:
            key = document[row["segment_id"]], row["coder_id"]
            if last.get(key) == int(row["round"]):
                if row["polarity"] in ("affirm", "mixed"):
                    marks[key][0].add(row["code_id"])
                if row["polarity"] in ("deny", "mixed"):
                    marks[key][1].add(row["code_id"])
        people = defaultdict(list)
        for doc, coder in sorted(last):
            if role[coder] == "coder":
                people[doc].append(coder)
        settled = {doc: coder for doc, coder in last if role[coder] == "consensus"}
        return marks, people, settled

    def _decide(self, rule):
        """By document the codes that it affirms and those that it denies, by a rule."""
        found = {}
        for doc in {doc for doc, _ in self.marks}:
            coders, own = self.people[doc], rule
            if rule == "consensus":
                own = "all"
                coders = [self.settled[doc]] if doc in self.settled else coders
            if not coders:
                found[doc] = set(), set()
                continue
            sides = []
            for side in (0, 1):
                votes = defaultdict(int)
                for coder in coders:
                    for code in self.marks[doc, coder][side]:
                        votes[code] += 1
                enough = {"any": 1, "all": len(coders), "majority": len(coders) // 2 + 1}[own]
                sides.append({code for code, n in votes.items() if n >= enough})
            found[doc] = sides[0], sides[1] - sides[0]
        return found

    def place(self, org: str, *years: str) -> dict[str, str]:
        """Region, group and inhabitants of an organisation, by the register of the first year."""
        own = self.orgs[org]
        rows = [self.areas.get((year, own["municipality_code"]), {}) for year in years]
        return {
            name: next((r[name] for r in (*rows, own) if r.get(name)), "")
            for name in ("region_code", "municipality_group", "population")
        }


class Scope:
    """What the files say under some parameters: regions, groups, waves and calls."""

    def __init__(self, files: Files, region="all", group="all", wave="2022", years=YEARS) -> None:
        self.files, self.region, self.group, self.wave = files, region, group, wave
        self.cutoff = CUTOFF[wave]
        self.anywhere = [p for p in files.tables["projects"] if self._inside(p)]
        self.projects = [p for p in self.anywhere if files.year[p["call_id"]] in years]
        ids = {p["project_id"] for p in self.projects}
        self.documents = {p: d for p, d in self._finals(wave).items() if p in ids}
        self.docs = sorted(self.documents.values())
        self.n, self.funded = len(self.docs), len(self.projects)
        self.due = [
            p
            for p in self.projects
            if files.year[p["call_id"]] == DUE[wave] or p["project_id"] in self.documents
        ]
        self.N = len(self.due)
        self.kind = {code: kind for kind, own in files.codes.items() for code in own}

    def _inside(self, project):
        lead = self._lead(project)
        return (
            project["decided"] <= self.cutoff
            and self.region in ("all", lead["region_code"])
            and self.group in ("all", lead["municipality_group"])
        )

    def _lead(self, project):
        year = self.files.year[project["call_id"]]
        return self.files.place(project["lead_org_id"], project["decided"][:4], year)

    def _finals(self, wave):
        """Document of a wave by project, of the projects of this place whatever their call."""
        known = {p["project_id"] for p in self.anywhere}
        return {
            r["project_id"]: r["document_id"]
            for r in self.files.tables["documents"]
            if r["kind"] == "final" and r["wave"] == wave and r["received"] <= self.cutoff
            and r["project_id"] in known
        }  # fmt: skip

    def _of_reports(self, table):
        own = set(self.docs)
        return [r for r in self.files.tables[table] if r["document_id"] in own]

    # ------------------------------------------------------------------ themes

    @cache  # noqa: B019
    def told(self, code, rule, state="yes"):
        side = 0 if state == "yes" else 1
        return sum(code in self.files.said[rule][doc][side] for doc in self.docs)

    def ranking(self, kind, rule):
        return sorted((-self.told(code, rule), code) for code in self.files.codes[kind])

    def apart(self, one, other, rule):
        said = [self.files.said[rule][doc][0] for doc in self.docs]
        return (
            sum(one in own and other not in own for own in said),
            sum(other in own and one not in own for own in said),
        )

    def p_of_order(self, one, other, rule):
        """Of all projects due: the sharper of the two tests of decision 5."""
        return self.p_of_counts(*self.apart(one, other, rule))

    def p_of_counts(self, a, b):
        """The same of reports that have only the one, and only the other."""
        return min(midp(a, b), finite(a, b, self.N - self.n))

    def commonest(self, kind, rule):
        ranks = self.ranking(kind, rule)
        most = -ranks[0][0]
        first = [code for x, code in ranks if -x == most]
        if most == 0:
            return "none"
        if len(first) > 1:
            return "tied"
        beaten = all(self.p_of_order(first[0], code, rule) <= ERROR for _, code in ranks[1:])
        return "holds" if beaten else "close"

    def names(self, kind, rule, first, unbeaten=False):
        """The first codes of a kind that are told of, and what ties with the last of them."""
        known = [code for x, code in self.ranking(kind, rule) if x]
        if unbeaten:
            known = self._unbeaten(known, rule)
        if len(known) > first:
            last = self.told(known[first - 1], rule)
            above = [code for code in known if self.told(code, rule) > last]
            tied = [code for code in known if self.told(code, rule) == last]
            cut = unbeaten and len(above) > 1 and len(above + tied) > first
            known = above if cut else above + tied
        return known

    def _unbeaten(self, known, rule):
        def ahead(one, other, share):
            a, b = self.apart(one, other, rule)
            return a > b and self.p_of_order(one, other, rule) * share <= ERROR

        for one in known:
            if all(ahead(one, other, 1) for other in known if other != one):
                return [one]
        share = max(1.0, (len(known) - 1) / 2)
        beaten = {b for a in known for b in known if a != b and ahead(a, b, share)}
        # The first of them down to the first that another beats.
        return list(itertools.takewhile(lambda code: code not in beaten, known))

    @cache  # noqa: B019
    def decisions(self, code):
        """Of each report that several people read: how many found the code, how many read."""
        units = []
        for doc in self.docs:
            coders = self.files.people[doc]
            if len(coders) > 1:
                yes = sum(code in self.files.marks[doc, coder][0] for coder in coders)
                units.append((yes, len(coders)))
        return units

    def alpha(self, code):
        """Krippendorff's alpha of the reports that two people read; None where it says nothing."""
        units = self.decisions(code)
        m = len(units)
        total, yes = sum(n for _, n in units), sum(y for y, _ in units)
        if not m or yes in (0, total):
            return None
        only = [sum(y == 0 for y, _ in units) / m, sum(y == n for y, n in units) / m]
        if sum(share**m for share in only) > 0.05:
            return None
        observed = sum(2 * y * (n - y) / (n - 1) for y, n in units)
        return 1 - (total - 1) * observed / (2 * yes * (total - yes))

    def agreed(self, case, codes):
        """The case, unless coders read its codes differently or nobody knows how they did."""
        alphas = {code: self.alpha(code) for code in codes}
        if any(a is not None and a < ALPHA for a in alphas.values()):
            return "coders_disagree"
        for code, alpha in alphas.items():
            units = self.decisions(code)
            if alpha is None and (not units or any(0 < y < n for y, n in units)):
                return "agreement_unknown"
        return case

    def standing(self, sides, kinds, rule):
        """Codes whose difference stands by Fisher and Holm, with the difference; None of few."""
        if min(map(len, sides)) < LEAST:
            return None
        family = []
        for code in sorted(code for kind in kinds for code in self.files.codes[kind]):
            x = [sum(code in self.files.said[rule][d][0] for d in docs) for docs in sides]
            n = list(map(len, sides))
            family.append((fisher(x[0], n[0], x[1], n[1]), code, x[0] / n[0] - x[1] / n[1]))
        found = []
        for place, (p, code, difference) in enumerate(sorted(family)):
            if p * (len(family) - place) > ERROR:
                break
            found.append((-abs(difference), code, difference))
        return {code: by for _, code, by in sorted(found) if code.startswith("challenge.")}

    @cached_property
    def groups(self):
        lead = {p["project_id"]: self._lead(p)["municipality_group"] for p in self.projects}
        return [
            [doc for project, doc in sorted(self.documents.items()) if lead[project] == group]
            for group in ("urban", "rural")
        ]

    @cached_property
    def waves(self):
        earlier = sorted(self._finals("2022").values()) if self.wave == "2023" else []
        return [sorted(self._finals(self.wave).values()), earlier]

    # ------------------------------------------------------------------ goals, savings, marks

    @cached_property
    def goals(self):
        return self._of_reports("goals")

    @cached_property
    def goal_shares(self):
        """By name: hits among the goals stated, with the limits that projects like these give."""
        hits = {
            "goals.achieved": lambda g: g["attainment"] == "achieved",
            "goals.achieved_measured": lambda g: (
                g["attainment"] == "achieved" and g["measured_by"] == "measured"
            ),
            "goal_quality.complete": lambda g: (
                g["has_metric"] == g["has_baseline"] == g["has_target"] == "true"
            ),
        }
        return {
            name: clustered([(hit(g), g["project_id"]) for g in self.goals])
            for name, hit in hits.items()
        }

    @cached_property
    def rooted(self):
        signs = {r["goal_id"]: r for r in self.files.tables["rooting"]}
        if not signs:  # nobody looked
            return 0, 0
        parts = ("owner_named", "budget_line", "in_use")
        done = [g for g in self.goals if g["attainment"] in ("achieved", "partly")]
        own = [signs.get(g["goal_id"], {}) for g in done]
        return sum(all(r.get(part) == "yes" for part in parts) for r in own), len(done)

    @cached_property
    def rooting_denied(self):
        """Results achieved of which owner, money or use is denied, with the limits of such."""
        signs = {r["goal_id"]: r for r in self.files.tables["rooting"]}
        if not signs:
            return 0, 0, None
        parts = ("owner_named", "budget_line", "in_use")
        return clustered([
            (any(signs.get(g["goal_id"], {}).get(part) == "no" for part in parts), g["project_id"])
            for g in self.goals if g["attainment"] in ("achieved", "partly")
        ])  # fmt: skip

    @cached_property
    def spread(self):
        """Results achieved that are told to be used elsewhere, with the limits of such."""
        signs = {r["goal_id"]: r for r in self.files.tables["rooting"]}
        if not signs:
            return 0, 0, None
        return clustered([
            (signs.get(g["goal_id"], {}).get("spread") == "yes", g["project_id"])
            for g in self.goals if g["attainment"] in ("achieved", "partly")
        ])  # fmt: skip

    @cached_property
    def grounded(self):
        """Claims of savings with sum, period, baseline and method, of those listed."""
        claims = self._of_reports("saving_claims")
        told = [
            r["amount_eur"] and r["period"] and r["has_baseline"] == r["has_method"] == "true"
            for r in claims
        ]
        return sum(map(bool, told)), len(told)

    @cached_property
    def claiming(self):
        of = {doc: project for project, doc in self.documents.items()}
        return len({of[r["document_id"]] for r in self._of_reports("saving_claims")})

    def savings_hidden(self, rule):
        return any(
            0 < x < CELL or 0 < self.n - x < CELL or 0 < self.n < CELL
            for x in (self.claiming, self.told("saving.claimed", rule))
        )

    @cached_property
    def permanence(self):
        """High marks and answers; None where it is not published."""
        of = {doc: project for project, doc in self.documents.items()}
        marks = defaultdict(list)
        for row in self._of_reports("ratings"):
            if row["item_id"] == "permanence" and row["rater_kind"] == "project":
                marks[of[row["document_id"]]].append(int(row["value"]))
        high, n = sum(min(own) >= 4 for own in marks.values()), len(marks)
        return None if 0 < high < CELL or 0 < n - high < CELL else (high, n)

    # ------------------------------------------------------------------ the register

    @cached_property
    def ties(self):
        """Ties that the comparison register lacks, and all of them."""
        first: dict[tuple[str, str], str] = {}
        for project in self.projects:
            for pair in itertools.combinations(
                sorted(self.files.taking_part[project["project_id"]]), 2
            ):
                year = project["decided"][:4]
                first[pair] = min(first.get(pair, year), year)
        before: dict[tuple[str, ...], str] = {}
        for row in self.files.tables["prior_ties"]:
            pair = tuple(sorted((row["org_a"], row["org_b"])))
            before[pair] = min(before.get(pair, row["year"]), row["year"])
        if not before:
            return 0, 0
        old = sum(pair in before and before[pair] < year for pair, year in first.items())
        return len(first) - old, len(first)

    @cached_property
    def reached(self):
        """Municipalities reached and all, inhabitants of those reached and all."""
        years = {r["year"] for r in self.files.tables["municipalities"]}
        year = max(y for y in years if y <= self.cutoff[:4])
        successor: dict[str, str] = {}
        for row in sorted(self.files.tables["municipality_changes"], key=lambda r: r["in_force"]):
            if row["in_force"] <= self.cutoff:
                successor[row["ended_code"]] = row["successor_code"]
        register = {
            code: row for (y, code), row in self.files.areas.items()
            if y == year and self._covers(row)
        }  # fmt: skip
        found: dict[str, float] = {}
        for project in sorted(self.projects, key=lambda p: p["project_id"]):
            when = project["decided"][:4], self.files.year[project["call_id"]]
            for org in sorted(self.files.taking_part[project["project_id"]]):
                row = self.files.orgs[org]
                if row["kind"] != "municipality":
                    continue
                code = row["municipality_code"]
                while code in successor:
                    code = successor[code]
                if code in register:
                    found[code] = float(register[code]["population"])
                elif not row["municipality_code"]:
                    place = self.files.place(org, *when)
                    if self._covers(place):
                        found.setdefault(org, float(place["population"] or 0))
        people = sum(int(r["population"]) for r in register.values())
        return (
            (min(len(found), len(register)), len(register)),
            (min(round(sum(found.values())), people), people),
        )

    def _covers(self, place):
        return self.region in ("all", place["region_code"]) and self.group in (
            "all", place["municipality_group"],
        )  # fmt: skip

    @cached_property
    def compared(self):
        """How the differences of reported and unreported projects compare with chance.

        None of nothing; `too_few`; or the share of random divisions that differ as much.
        """
        rows = []
        for project in self.due:
            lead, call = self._lead(project), project["call_id"]
            orgs = self.files.taking_part[project["project_id"]]
            towns = sum(self.files.orgs[org]["kind"] == "municipality" for org in orgs)
            size = lead["population"]
            rows.append(
                {
                    "came": project["project_id"] in self.documents,
                    "grant": float(project["grant_eur"]) if project["grant_eur"] else None,
                    "partners": len(orgs) - 1,
                    "start": _day(project["started"]) if project["started"] else None,
                    "joint": towns > 1 or call in self.files.joint_only,
                    "group": lead["municipality_group"],
                    "size": sum(int(size) >= limit for limit in SIZES) if size else
                    self.files.orgs[project["lead_org_id"]]["size_class"],
                    "call": call,
                }
            )  # fmt: skip
        columns = [[(r["came"], r[name]) for r in rows] for name in ("grant", "partners", "start")]
        columns.append([(r["came"], float(r["joint"])) for r in rows])
        for name in ("group", "size", "call"):
            values = sorted({str(r[name]) for r in rows})
            if len(values) > 1:
                columns += [
                    [(r["came"], float(str(r[name]) == value)) for r in rows] for value in values
                ]
        found = [_beyond(own, exact=place < 3) for place, own in enumerate(columns)]
        if all(each is None for each in found):
            return None
        came = np.array([float(r["came"]) for r in rows])
        if min(came.sum(), (1 - came).sum()) < FEWEST_COMPARED:
            return "too_few"
        # Yes and no both are classes, and one that all share never differs.
        columns.append([(r["came"], float(not r["joint"])) for r in rows])
        values = [np.array([math.nan if v is None else v for _, v in own]) for own in columns]
        return _balance([own for own in values if np.nanstd(own) > 0], came)


def _rows(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _by(rows, name):
    found = defaultdict(list)
    for row in rows:
        found[row[name]].append(row)
    return found


def _balance(values, came):
    """The share of random divisions whose squared differences add up to as much."""
    rng = np.random.default_rng(20220422)
    divisions = [came, *(rng.permutation(came) for _ in range(1999))]
    sums = []
    for division in divisions:
        total = 0.0
        for own in values:
            known = ~np.isnan(own)
            one, other = own[known & (division > 0)], own[known & (division == 0)]
            if len(one) and len(other):
                total += ((one.mean() - other.mean()) / own[known].std()) ** 2
        sums.append(total)
    return sum(each >= sums[0] - 1e-9 for each in sums) / len(sums)


def _day(text):
    from datetime import date

    return float(date.fromisoformat(text).toordinal())


def _beyond(pairs, exact):
    """Whether two sides differ by more than .25 standard deviations; None without two of each."""
    sides = [[v for came, v in pairs if came is side and v is not None] for side in (True, False)]
    if min(map(len, sides)) < 2:
        return None
    means = [sum(own) / len(own) for own in sides]
    spreads = [
        sum((v - mean) ** 2 for v in own) / (len(own) - exact)
        for own, mean in zip(sides, means, strict=True)
    ]
    spread = sum(spreads) / 2
    if spread < 1e-15:
        return abs(means[0] - means[1]) > 1e-12
    return abs(means[0] - means[1]) / math.sqrt(spread) > 0.25


@cache
def midp(a, b):
    n = a + b
    if n == 0:
        return 1.0
    tail = [math.comb(n, k) / 2**n for k in range(max(a, b), n + 1)]
    return min(1.0, 2 * sum(tail) - tail[0])


@cache
def finite(a, b, unread):
    """Twice the chance of so one-sided a draw from the worst population without a lead."""
    if a == b:
        return 1.0
    sizes = range(a + b, a + b + unread + 1)
    worst = max(hypergeom.sf(max(a, b) - 1, list(sizes), [s // 2 for s in sizes], a + b))
    return min(1.0, 2 * float(worst))


@cache
def fisher(x1, n1, x2, n2):
    """Chance of all tables with these sums that are no likelier than this one."""
    both, n = x1 + x2, n1 + n2
    ways = {
        k: math.comb(n1, k) * math.comb(n2, both - k)
        for k in range(max(0, both - n2), min(n1, both) + 1)
    }
    return sum(w for w in ways.values() if w <= ways[x1]) / math.comb(n, both)


def clustered(hits):
    """x, n and the Wilson limits of a share of things that come in bundles; None without any."""
    n, x = len(hits), sum(hit for hit, _ in hits)
    projects = {project for _, project in hits}
    k = len(projects)
    if k < 2:
        return x, n, None
    share, size = x / n, float(k)
    if 0 < x < n:
        sums = defaultdict(lambda: [0, 0])
        for hit, project in hits:
            sums[project][0] += hit
            sums[project][1] += 1
        spread = sum((s - share * m) ** 2 for s, m in sums.values()) / n**2 * k / (k - 1)
        effect = max(spread / (share * (1 - share) / (n - 1)), 1.0)
        size = n / effect * (student.ppf(0.975, n - 1) / student.ppf(0.975, k - 1)) ** 2
    z = norm.ppf(0.975)
    centre = share + z**2 / (2 * size)
    reach = z * math.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
    low, high = ((centre + side * reach) / (1 + z**2 / size) for side in (-1, 1))
    return x, n, (0.0 if x == 0 else low, 1.0 if x == n else high)
