"""Recount of chapters 03 to 07: themes, goals, pairs, networks, savings, ratings, rooting."""

from collections import Counter, defaultdict
from fractions import Fraction
from itertools import combinations
from math import comb
from statistics import median

import recount_numbers as numbers
from recount_rows import Rows
from recount_scope import number

SIGNS = {"owner": "owner_named", "budget": "budget_line", "use": "in_use", "spread": "spread"}


def prevalence(scope, rows, *kinds):
    for code in scope.of_kind(*kinds):
        states = Counter(scope.state(d, code) for d in scope.reports)
        x, n = states["yes"], scope.n
        rows.estimands(code, x, scope)
        rows.share(f"{code}.denied.share", states["no"], n)
        rows.share(f"{code}.silent.share", states["silent"], n)
        shares = [len(scope.having(code, rule=rule)) / n for rule in ("all", "any")] + [x / n]
        rows.put(f"{code}.coder_band", x / n, x, n, min(shares), max(shares))
    everything = sorted(scope.codes)
    for first, second in combinations(everything, 2):
        alike = scope.codes[first] == scope.codes[second]
        alike |= first.partition(".")[2] == second.partition(".")[2]  # as goal and as result
        if alike and scope.codes[first] in kinds:
            one, other = scope.having(first), scope.having(second)
            x, n = len(one - other), len(one ^ other)
            for estimand in "DPS":
                rows.put("order.first_only.share", x / n if n else None, x, n, estimand=estimand,
                         first=first, second=second)  # fmt: skip


def goals(scope):
    rows = Rows()
    prevalence(scope, rows, "goal", "result")
    own, level = scope.own("goals"), scope.choice.level
    rows.count("goals.stated.count", len(own), scope.n)
    of_report = Counter(goal["project"] for goal in own)
    if scope.n:
        rows.count("goals.fewest.count", min(of_report[p] for p in scope.reports.values()), scope.n)

    def share(key, hit):
        rows.clustered(f"{key}.share", [(goal["project"], hit(goal)) for goal in own], level)

    attainments = ("achieved", "partly", "not_achieved", "not_reported")
    for kind in attainments:
        share(f"goals.{kind}", lambda goal, kind=kind: goal["attainment"] == kind)
    share("goals.achieved_measured", _measured)
    qualities = ("has_metric", "has_baseline", "has_target")
    for name in qualities:
        share(f"goal_quality.{name[4:]}", lambda goal, name=name: goal[name] == "true")
    share("goal_quality.complete", lambda goal: all(goal[name] == "true" for name in qualities))
    cells = Counter((goal["code_id"], goal["attainment"], goal["measured_by"]) for goal in own)
    possible = {
        (code, kind, how)
        for code in scope.of_kind("goal")
        for kind in attainments
        for how in ("measured", "estimated", "asserted", "none")
        if (kind == "not_reported") == (how == "none")
    }
    for code, kind, how in possible | set(cells):
        rows.count("goals.matrix.count", cells[code, kind, how], len(own), code=code,
                   attainment=kind, measured_by=how)  # fmt: skip
    return rows


def _measured(goal):
    return goal["attainment"] == "achieved" and goal["measured_by"] == "measured"


def challenges(scope):
    rows = Rows()
    n, level = scope.n, scope.choice.level
    prevalence(scope, rows, "challenge", "response")
    having = {code: scope.having(code) for code in scope.codes}
    answered = defaultdict(set)
    for (challenge, _), documents in scope.links.items():
        answered[challenge] |= documents
    for code in scope.of_kind("challenge"):
        x, size = len(answered[code]), len(having[code])
        key = f"answered.{code.partition('.')[2]}.share"
        rows.share(key, x, size)
        limits = numbers.wilson(x, size, level) if size else (None, None)
        rows.put(key, x / size if size else None, x, size, *limits, "S")
    pairs = [(a, b) for a in scope.of_kind("challenge") for b in scope.of_kind("response")]
    tests = [numbers.fisher(len(having[a] & having[b]), len(having[a]), len(having[b]), n)
             for a, b in pairs]  # fmt: skip
    for (a, b), p, adjusted in zip(pairs, tests, numbers.holm(tests), strict=True):
        both, by = len(having[a] & having[b]), {"challenge": a, "response": b}
        rows.count("pair.comentioned.count", both, n, **by)
        rows.count("pair.linked.count", len(scope.links[a, b]), n, **by)
        told = f"p={p:.4g}; holm={adjusted:.4g}; family={len(pairs)}"
        rows.put("pair.association.index", numbers.phi(both, len(having[a]), len(having[b]), n),
                 both, n, note=told, **by)  # fmt: skip
    group = {d: scope.projects[p]["place"]["municipality_group"] for d, p in scope.reports.items()}
    sides = [{d for d in group if group[d] == name} for name in ("urban", "rural")]
    for side, own in zip(("urban", "rural"), sides, strict=True):
        rows.count("group_difference.reports.count", len(own), group=side)
    keys = {
        f"group_difference.{code.partition('.')[2]}": code for code in scope.of_kind("challenge")
    }
    _differences(scope, rows, keys, sides)
    waves = {row["wave"] for row in scope.tables["documents"]}
    earlier = sorted(w for w in waves if w < scope.choice.wave and scope.reports_of_wave(w))
    sides = [set(scope.reports_of_wave(scope.choice.wave)),
             set(scope.reports_of_wave(earlier[-1])) if earlier else set()]  # fmt: skip
    for side, own in zip(("current", "previous"), sides, strict=True):
        rows.count("wave_difference.reports.count", len(own), side=side)
    codes = scope.of_kind("challenge", "response", "result")
    _differences(scope, rows, {f"wave_difference.{code}": code for code in codes}, sides)
    return rows


FEWEST_TO_COMPARE = 10


def _differences(scope, rows, keys, sides):
    """Two sides, code by code: Newcombe's limits, and Fisher's p adjusted over all codes."""
    n = [len(side) for side in sides]
    counts = {key: [len(scope.having(code, side)) for side in sides] for key, code in keys.items()}
    # As a table of two by two: having the code against being on the first side.
    tests = [numbers.fisher(x[0], sum(x), n[0], sum(n)) for x in counts.values()]
    enough = min(n) >= FEWEST_TO_COMPARE
    for (key, x), adjusted in zip(counts.items(), numbers.holm(tests), strict=True):
        value = low = high = None
        if enough:
            value, low, high = numbers.newcombe(x[0], n[0], x[1], n[1], scope.choice.level)
        rows.put(f"{key}.difference", value, sum(x), sum(n))
        rows.put(f"{key}.difference", value, sum(x), sum(n), low, high, "S")
        rows.put(f"{key}.holm", adjusted if enough else None, None, sum(n), estimand="S")


def networks(scope):
    rows = Rows()
    parts = {name: project["partners"] for name, project in scope.projects.items()}
    orgs = sorted(set().union(*parts.values()))
    shared, first = Counter(), {}
    group = {org: {org} for org in orgs}
    for name, partners in parts.items():
        year = int(scope.projects[name]["decided"][:4])
        for a, b in combinations(sorted(partners), 2):
            shared[a, b] += 1
            first[a, b] = min(year, first.get((a, b), year))
            if group[a] is not group[b]:
                group[a] |= group[b]
                for org in group[b]:
                    group[org] = group[a]
    ties, n = len(shared), len(orgs)
    before = {}
    for row in scope.tables["prior_ties"]:
        pair = tuple(sorted((row["org_a"], row["org_b"])))
        before[pair] = min(int(row["year"]), before.get(pair, int(row["year"])))
    new = sum(before.get(pair, year) >= year for pair, year in first.items())
    held = bool(before)
    projects = [partners for partners in parts.values() if partners]
    edges = sum(map(len, projects))
    rows.count("network.organisations.count", n)
    rows.put("network.density.index", edges / (n * len(projects)) if n else None, n)
    rows.put("network.pair_density.index", ties / comb(n, 2) if n > 1 else None, n)
    rows.share("network.largest_component.share", max(map(len, group.values()), default=0), n)
    rows.count("network.ties.count", ties)
    rows.share("network.ties_new.share", new if held else 0, ties if held else 0)
    rows.share("network.repeat.share", sum(times > 1 for times in shared.values()), ties)
    degree = Counter(org for partners in projects for org in partners)
    paths = sum((degree[org] - 1) * (len(p) - 1) for p in projects for org in p)
    cycles = sum(comb(times, 2) for times in shared.values())
    rows.put("network.clustering.index", 4 * cycles / paths if paths else None, n)
    return rows


def _claims(scope):
    return [
        claim | {
            "with_sum": claim["amount_eur"] != "",
            "baseline": claim["has_baseline"] == "true",
            "method": claim["has_method"] == "true",
        }
        for claim in scope.own("saving_claims")
    ]  # fmt: skip


def effects(scope):
    rows = Rows()
    level = scope.choice.level
    claims = _claims(scope)
    claiming = len({claim["project"] for claim in claims})
    rows.estimands("savings.claimed", len(scope.having("saving.claimed", scope.reports)), scope)
    for claim in claims:
        claim["complete"] = (claim["with_sum"] and claim["baseline"] and claim["method"]
                             and claim["period"] in ("once", "yearly"))  # fmt: skip
    for ground in ("with_sum", "baseline", "method", "complete"):
        hits = [(claim["project"], claim[ground]) for claim in claims]
        rows.clustered(f"savings.{ground}.share", hits, level, claiming)
    for period in ("", "once", "yearly"):
        own = [c for c in claims if c["with_sum"] and period in ("", c["period"])]
        sums = [number(claim["amount_eur"]) for claim in own]
        values = {"median": median(sums) if sums else None, "lower_quartile": quartile(sums, 1),
                  "upper_quartile": quartile(sums, 3)}  # fmt: skip
        by = {"period": period} if period else {}
        for name, value in values.items():
            rows.put(f"savings.{name}.money", value, len(sums), len(claims),
                     projects=len({claim["project"] for claim in own}), **by)  # fmt: skip
    for item, scale, answers in ratings(scope):
        counts = [sum(value == step for value in answers.values()) for step in scale]
        limits = numbers.goodman(counts, level) if answers else [(None, None)] * len(scale)
        for step, x, (low, high) in zip(scale, counts, limits, strict=True):
            value, n = x / len(answers) if answers else None, len(answers)
            for estimand, ends in (("D", (None, None)), ("S", (low, high))):
                rows.put("rating.answers.share", value, x, n, *ends, estimand, x, item=item,
                         value=str(step))  # fmt: skip
    rootable = rooted(scope)
    for sign in (*SIGNS, "all_three", "any_denied"):
        hits = [(goal["project"], goal[sign]) for goal in rootable]
        rows.clustered(f"sustainability.{sign}.share", hits, level)
    return rows


def quartile(sums, which):
    """Between the two sums around the place (n - 1) · which / 4, in proportion."""
    if not sums:
        return None
    place, ordered = Fraction(which * (len(sums) - 1), 4), sorted(sums)
    below, beyond = int(place), place - int(place)
    above = ordered[min(below + 1, len(sums) - 1)]
    return float(ordered[below] + (above - ordered[below]) * float(beyond))


def rooted(scope):
    """Goals achieved or partly so, with the truth of each sign; silence is no yes."""
    told = {row["goal_id"]: row for row in scope.tables["rooting"]}
    found = []
    for goal in scope.own("goals"):
        if goal["attainment"] in ("achieved", "partly"):
            own = told.get(goal["goal_id"], {})
            signs = {name: own.get(column) == "yes" for name, column in SIGNS.items()}
            three = signs["owner"] and signs["budget"] and signs["use"]
            denied = any(own.get(SIGNS[name]) == "no" for name in ("owner", "budget", "use"))
            whole = {"all_three": three, "any_denied": denied}
            found.append({"project": goal["project"]} | whole | signs)
    return found


def ratings(scope):
    """Each question with its scale and the answer of each project, the lower where two."""
    for row in sorted(scope.tables["rating_items"], key=lambda row: row["item_id"]):
        answers = {}
        for answer in scope.own("ratings"):
            if answer["item_id"] == row["item_id"] and answer["rater_kind"] == "project":
                project, value = answer["project"], int(answer["value"])
                answers[project] = min(value, answers.get(project, value))
        yield row["item_id"], range(int(row["scale_min"]), int(row["scale_max"]) + 1), answers


def steering(scope):
    rows = Rows()
    level = scope.choice.level
    prevalence(scope, rows, "steering")
    shown = {
        "goal_attainment": {goal["project"] for goal in scope.own("goals") if _measured(goal)},
        "cost_effectiveness": {
            c["project"] for c in _claims(scope) if c["baseline"] and c["method"]
        },
        "permanence": {goal["project"] for goal in rooted(scope) if goal["all_three"]},
    }
    for item, scale, answers in ratings(scope):
        cut = scale[-min(2, len(scale) - 1)]
        high = {project for project, value in answers.items() if value >= cut}
        x, n = len(high), len(answers)
        value, limits = (x / n, numbers.wilson(x, n, level)) if n else (None, (None, None))
        key = f"rating.{item}.high.share"
        rows.put(key, value, x, n, projects=x)
        rows.put(key, value, x, n, *limits, "S", x)
        if item not in shown:
            continue
        own = shown[item] & set(answers)
        gap = numbers.newcombe_of_sums(len(high), len(own), n, level) if n else (None, None, None)
        for by in ({"item": item}, *([{}] if item == "goal_attainment" else [])):
            rows.put("optimism_gap.difference", gap[0], x, n, projects=x, **by)
            rows.put("optimism_gap.difference", *gap[:1], x, n, *gap[1:], "S", x, **by)
    return rows
