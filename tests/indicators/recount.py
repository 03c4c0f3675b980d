"""An independent recount of the indicators from the CSV files, by their documented definitions.

A second implementation: it reads the files with the csv module, counts with sets and loops, and
imports nothing of evaltools. Definitions are those of docs/architecture.md, of the docstrings in
`evaltools.indicators` and of the phrases `definition.*` that the report prints.
"""

from collections import Counter, defaultdict
from math import comb
from statistics import fmean, median, variance

import recount_numbers as numbers
from recount_coders import coders
from recount_rows import RULES, Rows
from recount_scope import day, number

# --- 01 portfolio --------------------------------------------------------------------------


def portfolio(scope):
    rows = Rows()
    projects, choice = list(scope.projects.values()), scope.choice
    calls = sorted(
        (call for call in scope.tables["calls"]
         if call["year"] in choice.calls
         and not (call["decided"] and day(call["decided"]) > choice.cutoff)),
        key=lambda call: call["call_id"],
    )  # fmt: skip
    rows.count("projects.funded.count", len(projects))
    groups = [choice.municipality_group]
    if groups == ["all"]:
        groups = ["urban", "semi_urban", "rural"]
    of = {
        "call": ([c["call_id"] for c in calls], [p["call_id"] for p in projects]),
        "year": ([c["year"] for c in calls], [p["year"] for p in projects]),
        "region": (scope.counted_regions, [p["place"]["region_code"] for p in projects]),
        "group": (groups, [p["place"]["municipality_group"] or "unknown" for p in projects]),
    }
    for name, (expected, found) in of.items():
        for value in sorted({*expected, *found}):
            rows.count("projects.funded.count", found.count(value), **{name: value})
    rows.share("projects.joint.share", sum(p["joint"] for p in projects), len(projects))
    _calls(scope, rows, calls)
    _grants(rows, projects, len(projects))
    _takeup(scope, rows)
    return rows


def _calls(scope, rows, calls):
    money = {row["year"]: number(row["amount_eur"]) for row in scope.tables["appropriations"]}
    rows.put("appropriations.total.money", sum(money.values()))
    years = {call["year"] for call in calls}
    rows.put("appropriations.in_scope.money", sum(money[year] for year in years if year in money))
    for column in ("applications", "granted"):
        known = [int(call[column]) for call in calls if call[column]]
        total = sum(known) if known else None
        rows.count(f"calls.{column}.count", total)
        for call in calls:
            value = int(call[column]) if call[column] else None
            rows.count(f"calls.{column}.count", value, call=call["call_id"])
    both = [call for call in calls if call["applications"] and call["granted"]]
    rows.share("calls.success.share", sum(int(call["granted"]) for call in both),
               sum(int(call["applications"]) for call in both))  # fmt: skip
    for call in calls:
        told = call in both
        rows.share("calls.success.share", int(call["granted"]) if told else 0,
                   int(call["applications"]) if told else 0, call=call["call_id"])  # fmt: skip
        rows.put("calls.awarded.money", number(call["granted_eur"]), call=call["call_id"])
    for year in sorted({call["year"] for call in calls}):
        rows.put("calls.appropriated.money", money.get(year), year=year)


def _grants(rows, projects, N):
    known = sorted(p["grant"] for p in projects if p["grant"] is not None)
    n, total = len(known), sum(known)
    rows.share("grants.known.share", n, N)
    rows.put("grants.total.money", total if n else None, n)
    rows.put("grants.median.money", median(known) if n else None, n)
    several = n > 1 and total > 0
    rows.put("grants.gini.index", numbers.gini(known) * n / (n - 1) if several else None, n)
    rows.put("grants.hhi.index", sum((k / total) ** 2 for k in known) if several else None, n)
    many = n > 5
    rows.share("grants.top_five.share", round(sum(known[-5:])) if many else 0,
               round(total) if many else 0)  # fmt: skip


def _takeup(scope, rows):
    residents, reached = scope.residents, scope.reached
    people = Counter()
    for row in residents.values():
        people[row["region_code"]] += int(row["population"])
    rows.share("areas.reached.share", min(len(reached), len(residents)), len(residents))
    touched = sum(row["people"] or 0 for row in reached.values())
    total = sum(people.values())
    rows.share("population.reached.share", min(round(touched), total), total)
    leads = Counter(p["place"]["region_code"] for p in scope.projects.values())
    key = "takeup.money_per_inhabitant.ratio"
    for rule in ("", "lead", "equal", "population"):
        parts = defaultdict(list)
        for _, _, eur, place in scope.shared(rule or scope.choice.allocation):
            if scope.choice.holds(place):
                parts[place["region_code"]].append(eur)
        euros = {}
        for region in people:
            known = [eur for eur in parts[region] if eur is not None]
            euros[region] = sum(known) if known or not parts[region] else None
            value = None if euros[region] is None else euros[region] / people[region]
            by = {"allocation": rule} if rule else {}
            rows.put(key, value, leads[region], region=region, **by)
        if not rule:
            known = [eur for eur in euros.values() if eur is not None]
            everything = sum(known) / total if known else None
            rows.put(key, everything, sum(leads[region] for region in people))
    left = Counter(people)
    units = []
    for row in reached.values():
        left[row["region"]] -= row["people"] or 0
        if row["money"] is not None and row["people"]:
            units.append((row["region"], row["people"], row["money"]))
    units += [(region, rest, 0.0) for region, rest in left.items() if rest > 0]
    values = {"gini": None, "theil_total": None, "theil_between": None, "theil_within": None}
    if any(eur for _, _, eur in units):
        regions = defaultdict(lambda: [0.0, 0.0])
        for region, size, eur in units:
            regions[region][0] += eur
            regions[region][1] += size
        whole = numbers.theil([(eur, size) for _, size, eur in units])
        between = numbers.theil(list(regions.values()))
        per_head = [eur / size for _, size, eur in units]
        values = {
            "gini": numbers.gini(per_head, [size for _, size, _ in units]),
            "theil_total": whole, "theil_between": between, "theil_within": whole - between,
        }  # fmt: skip
    for name, value in values.items():
        rows.put(f"takeup.{name}.index", value, len(units))


# --- 02 evidence base ----------------------------------------------------------------------


def evidence_base(scope):
    rows = Rows()
    _read(scope, rows)
    _selection(scope, rows)
    coders(scope, rows)
    for code in scope.codes:
        for rule in RULES:
            rows.share("prevalence_by_rule.reported.share", len(scope.having(code, rule=rule)),
                       scope.n, code=code, rule=rule)  # fmt: skip
    frequency = Counter(len(scope.having(code)) for code in scope.shown)
    codes, n = len(scope.shown), scope.n
    rows.share("saturation.seen.share", codes - frequency[0], codes)
    rows.count("saturation.once.count", frequency[1], codes)
    once, twice = frequency[1], frequency[2]
    few = once**2 / (2 * twice) if twice else once * (once - 1) / 2
    rows.put("saturation.unseen.count", min((n - 1) / n * few, frequency[0]))
    return rows


def _read(scope, rows):
    n, N = scope.n, scope.N
    documents = [row for row in scope.tables["documents"] if row["document_id"] in scope.reports]
    rows.share("reports.read.share", n, N)
    rows.share("reports.scheme.share", n, len(scope.projects))
    rows.share("reports.due.share", N, len(scope.projects))
    call = {name: scope.projects[name]["call_id"] for name in scope.due}
    read = Counter(call[project] for project in scope.reports.values())
    for name, size in Counter(call.values()).items():
        rows.share("reports.read.share", read[name], size, call=name)
    spoken = Counter(row["language"] for row in documents)
    for language in {"fi", "sv", *spoken}:
        rows.share("reports.language.share", spoken[language], n, language=language)
    pages = [row["pages"] for row in documents]
    rows.count("reports.pages.count", sum(map(int, pages)) if all(pages) else None)
    chances = [comb(N - k, n) / comb(N, n) for k in range(N + 1)]
    rows.put("unseen.k8.share", chances[8] if N >= 10 else None, n, N)
    seen = next(k for k, chance in enumerate(chances) if chance <= 1 - scope.choice.level + 1e-12)
    rows.count("unseen.seen_from.count", seen, N)


def _selection(scope, rows):
    read = set(scope.reports.values())
    known = defaultdict(lambda: ([], []))
    classes = defaultdict(lambda: ([], []))
    for name in sorted(scope.due):
        project = scope.projects[name]
        side = 0 if name in read else 1
        start = (day(project["started"]) - day("2019-01-01")).days if project["started"] else None
        values = {"grant": project["grant"], "partners": len(project["partners"]) - 1,
                  "start": start}  # fmt: skip
        for variable, value in values.items():
            if value is not None:
                known[variable][side].append(value)
        place = project["place"]
        classes["joint"][side].append("yes" if project["joint"] else "no")
        classes["group"][side].append(place["municipality_group"] or "unknown")
        classes["size_class"][side].append(place["size_class"] or "unknown")
        classes["call"][side].append(project["call_id"])
    found = []
    for variable in ("grant", "partners", "start"):
        a, b = known[variable]
        value, apart = None, False
        if min(len(a), len(b)) > 1:
            value = numbers.standardised(fmean(a), variance(a), fmean(b), variance(b))
            apart = value is None
        found.append((variable, {}, value, apart, len(a), len(b)))
    for variable, (a, b) in classes.items():
        categories = {*a, *b} if variable != "joint" else {"yes"}
        for category in categories if len({*a, *b}) > 1 or variable == "joint" else ():
            value, apart = None, False
            if min(len(a), len(b)) > 1:
                p, q = a.count(category) / len(a), b.count(category) / len(b)
                value = numbers.standardised(p, p * (1 - p), q, q * (1 - q))
                apart = value is None
            by = {} if variable == "joint" else {"category": category}
            found.append((variable, by, value, apart, len(a), len(b)))
    few = min(len(read & set(scope.due)), len(set(scope.due) - read)) < 10
    if few:  # of a group of fewer than ten nothing is compared
        found = [(variable, by, None, False, a, b) for variable, by, _, _, a, b in found]
    for variable, by, value, _, a, b in found:
        rows.put(f"selection.{variable}.difference", value, a, a + b, **by)
    told = [value for _, _, value, *_ in found if value is not None]
    rows.put("selection.largest.difference", max(told, key=abs, default=None), scope.n, scope.N)
    beyond = sum(apart or (value is not None and abs(value) > 0.25)
                 for _, _, value, apart, *_ in found)  # fmt: skip
    rows.count("selection.flagged.count", None if few else beyond, len(found))
