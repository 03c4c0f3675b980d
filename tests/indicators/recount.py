"""An independent recount of the indicators from the CSV files, by their documented definitions.

A second implementation: it reads the files with the csv module, counts with sets and loops, and
imports nothing of evaltools. Definitions are those of docs/architecture.md, of the docstrings in
`evaltools.indicators` and of the phrases `definition.*` that the report prints.
"""

from collections import Counter, defaultdict
from math import comb
from statistics import fmean, median, variance
from typing import NamedTuple

import recount_agreement as agreement
import recount_numbers as numbers
from recount_scope import day, number

RULES = ("any", "majority", "all", "consensus")
KINDS = ("goal", "result", "challenge", "response", "saving", "rooting", "steering")


class Row(NamedTuple):
    """What an indicator should be. `projects`: how many a number on ratings or savings is of."""

    value: float | None
    x: int | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    projects: int | None = None
    note: str | None = None


class Rows(dict):
    """Rows by (key, estimand, dimensions)."""

    def put(self, key, value, /, x=None, n=None, low=None, high=None, estimand="D", projects=None,
            note=None, **by):  # fmt: skip
        name = (key, estimand, tuple(sorted(by.items())))
        assert name not in self, name
        if n is None and key.endswith((".money", ".index", ".ratio")):
            x, n = None, x  # a number that is no count is made of n units
        if estimand == "S" and n == 1 and not key.endswith((".money", ".index", ".ratio")):
            low = high = None  # one unit does not show how units vary
        self[name] = Row(value, x, n, low, high, projects, note)

    def share(self, key, x, n, **by):
        self.put(key, x / n if n else None, x, n, **by)

    def count(self, key, x, n=None, **by):
        self.put(key, x, x, n, **by)

    def clustered(self, key, hits, level, projects=None):
        """hits: (project, truth), one a unit."""
        x, n = sum(hit for _, hit in hits), len(hits)
        self.put(key, x / n if n else None, x, n, projects=projects)
        limits = numbers.clustered(hits, level) if len({p for p, _ in hits}) > 1 else (None, None)
        self.put(key, x / n if n else None, x, n, *limits, "S", projects)

    def estimands(self, key, x, scope):
        n, N, level = scope.n, scope.N, scope.choice.level
        value = x / n
        fewest, most = numbers.hypergeometric(x, n, N, level)
        self.put(f"{key}.share", value, x, n)
        # The estimate itself need not be a whole count of N.
        self.put(f"{key}.share", value, x, n, min(fewest / N, value), max(most / N, value), "P")
        self.put(f"{key}.bounds", value, x, n, x / N, (x + N - n) / N, "P")
        self.put(f"{key}.share", value, x, n, *numbers.wilson(x, n, level), "S")


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
    for variable, by, value, _, a, b in found:
        rows.put(f"selection.{variable}.difference", value, a, a + b, **by)
    told = [value for _, _, value, *_ in found if value is not None]
    rows.put("selection.largest.difference", max(told, key=abs, default=None), scope.n, scope.N)
    beyond = sum(apart or (value is not None and abs(value) > 0.25)
                 for _, _, value, apart, *_ in found)  # fmt: skip
    rows.count("selection.flagged.count", beyond, len(found))


def coders(scope, rows):
    """Agreement of coders who read a report whole, where two or more did."""
    level = scope.choice.level
    readers = _readers(scope)
    found = {(d, code, coder) for d, _, code, coder, polarity in scope.marks
             if polarity in ("affirm", "mixed")}  # fmt: skip
    given = {
        code: [(d, {coder: (d, code, coder) in found for coder in who})
               for d, who in readers.items()]
        for code in scope.shown
    }  # fmt: skip
    rows.count("coding.reports_compared.count", len(readers))
    of_kind = {"": list(scope.shown)}
    for kind in sorted(set(scope.codes.values()), key=KINDS.index):
        of_kind[kind] = [code for code in scope.of_kind(kind) if code in scope.shown]
    for kind, codes in of_kind.items():
        if not codes:
            continue
        by = {"kind": kind} if kind else {}
        units = [unit for code in codes for unit in given[code]]
        _coefficients(rows, units, level, "coding.{}_judgements.index", by)
        _observed(rows, units, "coding.agreement.observed.share", by)
        if not kind:
            yes = [(sum(u.values()), len(u)) for _, u in units]
            both = sum(comb(x, 2) for x, _ in yes)
            either = sum(comb(n, 2) - comb(n - x, 2) for x, n in yes)
            rows.share("coding.agreement.present.share", both, either)
        values = [(d, [frozenset(c for c in codes if (d, c, coder) in found) for coder in who])
                  for d, who in readers.items()]  # fmt: skip
        _alpha(rows, "coding.alpha_sets.index", values, agreement.masi, level, by)
        values = [value for _, unit in units for value in unit.values()]
        rows.share("coding.prevalence.share", sum(values), len(values), **by)
    plain = [[(d, list(unit.values())) for d, unit in given[code]] for code in scope.shown]
    size, within = agreement.within_codes(plain)
    rows.put("coding.alpha_within_codes.index", within, size)
    _by_code(rows, given, level)
    _passages(scope, rows, readers, level)


def _alpha(rows, key, units, far, level, by):
    size, value, low, high = agreement.alpha(units, far, level)
    rows.put(key, value, size, **by)
    rows.put(key, value, size, None, low, high, "S", **by)
    return size, value, low


def _observed(rows, units, key, by):
    yes = [(sum(u.values()), len(u)) for _, u in units]
    same = sum(comb(x, 2) + comb(n - x, 2) for x, n in yes)
    rows.share(key, same, sum(comb(n, 2) for _, n in yes), **by)


def _coefficients(rows, units, level, key, by):
    plain = [(d, list(unit.values())) for d, unit in units]
    size, value, low = _alpha(rows, key.format("alpha"), plain, agreement.unequal, level, by)
    told = value is not None
    kappa = agreement.kappa([unit for _, unit in units]) if told else None
    rows.put(key.format("kappa"), kappa, size, **by)
    rows.put(key.format("fleiss"), agreement.fleiss(plain) if told else None, size, **by)
    rows.put(key.format("ac1"), agreement.ac1(plain, level)[0] if told else None, size, **by)
    return value, low


def _by_code(rows, given, level):
    key, alphas = "coding.agreement_by_code", []
    for code, units in given.items():
        own = Rows()
        alphas.append(_coefficients(own, units, level, "{}", {}))
        for (statistic, estimand, _), row in own.items():
            by = {"code": code, "statistic": statistic}
            rows.put(f"{key}.index", row.value, row.x, None, row.low, row.high, estimand, **by)
        plain = [(d, list(unit.values())) for d, unit in units]
        size, value = own["ac1", "D", ()].x, own["ac1", "D", ()].value
        enough = value is not None and size >= 10  # as of alpha
        limits = agreement.ac1(plain, level)[1:] if enough else (None, None)
        rows.put(f"{key}.index", value, size, None, *limits, "S", code=code, statistic="ac1")
        _observed(rows, units, f"{key}.share", {"code": code, "statistic": "observed"})
        values = [value for _, unit in units for value in unit.values()]
        rows.share(f"{key}.share", sum(values), len(values), code=code, statistic="prevalence")
    told = [value for value, _ in alphas if value is not None]
    rows.put("coding.alpha_mean.index", fmean(told) if told else None, len(told))
    counts = {
        "reliable": sum(value >= 0.8 for value in told),
        "tentative": sum(0.667 <= value < 0.8 for value in told),
        "weak": sum(value < 0.667 for value in told),
        "untold": len(alphas) - len(told),
        "unproven": sum(low is None or low < 0.667 for _, low in alphas),
    }
    for name, count in counts.items():
        rows.count(f"coding.codes_{name}.count", count, len(alphas))


def _readers(scope):
    """Who read each report whole, of reports that two coders or more did."""
    people = {row["coder_id"] for row in scope.tables["coders"] if row["role"] == "coder"}
    readers = {d: sorted(set(scope.readings[d]) & people) for d in sorted(scope.reports)}
    return {d: who for d, who in readers.items() if len(who) >= 2}


def _placed(scope, readers):
    """Marks of those readers: {document: [(start, end, coder, code, polarity)]}, by place."""
    place = {s["segment_id"]: (int(s["start"]), int(s["end"]))
             for s in scope.tables["segments"] if s["start"] and s["end"]}  # fmt: skip
    of_document = defaultdict(list)
    for d, segment, code, coder, polarity in scope.marks:
        if coder in readers.get(d, ()) and segment in place:
            of_document[d].append((*place[segment], coder, code, polarity))
    return {d: sorted(marks) for d, marks in sorted(of_document.items())}


def _values(marks, readers):
    """Set that each reader gave to a unit; a denial of a code is another value than the code."""
    values = defaultdict(set)
    for coder, code, polarity in marks:
        if polarity in ("affirm", "mixed"):
            values[coder].add(code)
        if polarity in ("deny", "mixed"):
            values[coder].add(("not", code))
    return [frozenset(values[coder]) for coder in readers]


def _passages(scope, rows, readers, level):
    """Marks that overlap, one after another, are one passage."""
    units, several, single = [], 0, 0
    for d, marks in _placed(scope, readers).items():
        passages, reach = [], 0
        for start, end, *mark in marks:
            if start >= reach:
                passages.append([])
            reach = max(reach, end)
            passages[-1].append(mark)
        for passage in passages:
            units.append((d, _values(passage, readers[d])))
            codes = defaultdict(set)
            for coder, code, _ in passage:
                codes[coder].add(code)
            several += any(len(own) > 1 for own in codes.values())
            single += len(codes) == 1
    _alpha(rows, "coding.alpha_passages.index", units, agreement.masi, level, {})
    rows.count("coding.passages.count", len(units))
    rows.count("coding.passages_several.count", several)
    rows.count("coding.passages_single.count", single)


def sentences(scope, folder):
    """Agreement on sentences of the texts below the folder; a mark is of each that it touches."""
    rows, readers = Rows(), _readers(scope)
    placed = _placed(scope, readers)
    files = {row["document_id"]: row["text_file"] for row in scope.tables["documents"]}
    units, blank = [], 0
    for d, who in readers.items():
        starts = sentence_starts((folder / files[d]).read_text(encoding="utf-8"))
        ends = [*starts[1:], float("inf")]
        for start, end in zip(starts, ends, strict=True):
            marks = [mark for first, last, *mark in placed.get(d, ())
                     if first < end and last > start]  # fmt: skip
            units.append((d, _values(marks, who)))
            blank += not marks
    _alpha(rows, "coding.alpha_sentences.index", units, agreement.masi, scope.choice.level, {})
    rows.count("coding.sentences.count", len(units))
    rows.count("coding.sentences_blank.count", blank)
    return rows


def sentence_starts(text):
    """A sentence ends at an end mark before a capital, and at the end of a line."""
    starts, position = [0], 0
    while position < len(text):
        blanks = position
        while blanks < len(text) and text[blanks].isspace():
            blanks += 1
        if blanks > position:
            ended = text[position - 1 : position] in (".", "!", "?")
            if blanks < len(text) and (
                "\n" in text[position:blanks] or (ended and text[blanks].isupper())
            ):
                starts.append(blanks)
        position = blanks + 1
    return starts
