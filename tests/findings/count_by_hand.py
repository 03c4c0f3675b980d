"""The report's claims counted by hand over the study's CSV files.

The count reads the tables with pandas and groups them here; nothing of evaltools is used for it.
"""

import itertools
import math
from pathlib import Path

import pandas as pd
from counts_from_files import Files, Scope
from scipy.stats import hypergeom, norm

ROOT = Path(__file__).parents[2]


class Count:
    """What the CSV files say, under one scope."""

    def __init__(self, years, wave, cutoff, region="all"):
        read = {
            path.stem: pd.read_csv(path, dtype=str, keep_default_na=False)
            for path in sorted((ROOT / "data").glob("*/*.csv"))
        }
        self.tables, self.wave, self.region, self.years = read, wave, region, tuple(years)
        years_of = read["calls"].set_index("call_id")["year"]
        projects = read["projects"]
        projects = projects[projects["call_id"].map(years_of).isin(years)]
        projects = projects[projects["decided"] <= cutoff]
        if region != "all":
            regions = read["organisations"].set_index("org_id")["region_code"]
            projects = projects[projects["lead_org_id"].map(regions).eq(region)]
        self.projects = projects
        documents = read["documents"]
        self.reports = documents[
            (documents["kind"] == "final")
            & (documents["wave"] == wave)
            & (documents["received"] <= cutoff)
            & documents["project_id"].isin(projects["project_id"])
        ]
        # In 2022 reports were due of the calls of 2019, in 2023 of that of 2020.
        came = projects["project_id"].isin(self.reports["project_id"])
        year = projects["call_id"].map(years_of)
        self.due = projects[year.eq({"2022": "2019", "2023": "2020"}.get(wave, "")) | came]
        self.n, self.N = len(self.reports), len(self.due)
        self.states = self.state_of_codes()
        goals = read["goals"]
        self.goals = goals[goals["document_id"].isin(self.reports["document_id"])]

    def state_of_codes(self):
        """Document × code: yes where most of its readers affirm it, no where most deny it."""
        coders = self.tables["coders"]
        people = coders.loc[coders["role"] == "coder", "coder_id"]
        readings = self.tables["readings"]
        readings = readings[
            (readings["complete"] == "true")
            & readings["coder_id"].isin(people)
            & readings["document_id"].isin(self.reports["document_id"])
        ].assign(round=lambda f: f["round"].astype(int))
        last = readings.groupby(["document_id", "coder_id"], as_index=False)["round"].max()
        readers = last.groupby("document_id")["coder_id"].nunique()
        codings = self.tables["codings"].assign(round=lambda f: f["round"].astype(int))
        placed = codings.merge(self.tables["segments"][["segment_id", "document_id"]])
        marks = placed.merge(last, on=["document_id", "coder_id", "round"])

        def most(polarities):
            chosen = marks[marks["polarity"].isin(polarities)]
            votes = chosen.groupby(["document_id", "code_id"])["coder_id"].nunique()
            needed = votes.index.get_level_values("document_id").map(readers)
            return set(votes.index[2 * votes.to_numpy() > needed.to_numpy()])

        yes = most(["affirm", "mixed"])
        return {"yes": yes, "no": most(["deny", "mixed"]) - yes}

    def told(self, code, state="yes"):
        return sum(1 for _, each in self.states[state] if each == code)

    def silent(self, code):
        return self.n - self.told(code) - self.told(code, "no")

    def ranking(self, kind):
        codes = self.tables["codes"]
        own = codes[(codes["kind"] == kind) & (codes["codable"] == "true")]["code_id"]
        return sorted(((self.told(code), code) for code in own), reverse=True)

    def first(self, kind, *codes):
        """Whether the codes are the first of their kind in this order, none of them tied."""
        ranks = self.ranking(kind)
        counts = [x for x, _ in ranks]
        return [code for _, code in ranks[: len(codes)]] == list(codes) and all(
            counts.count(self.told(code)) == 1 for code in codes
        )

    def limits_of_goals(self, hits):
        """Wilson limits with the effective size of Kish, goals bundled by project."""
        frame = pd.DataFrame({"hit": hits.astype(float)})
        frame["p"] = self.goals.loc[frame.index, "project_id"]
        m, share = len(frame), frame["hit"].mean()
        sums = frame.groupby("p")["hit"].agg(["sum", "size"])
        k, size = len(sums), float(m)
        spread = ((sums["sum"] - share * sums["size"]) ** 2).sum() / m**2 * k / (k - 1)
        size = min(m, m / max(spread / (share * (1 - share) / m), 1.0))
        z = norm.ppf(0.975)
        centre = share + z**2 / (2 * size)
        reach = z * math.sqrt(share * (1 - share) / size + z**2 / (4 * size**2))
        return tuple((centre + side * reach) / (1 + z**2 / size) for side in (-1, 1))

    def rooted(self):
        done = self.goals[self.goals["attainment"].isin(["achieved", "partly"])]
        rows = done[["goal_id", "project_id"]].merge(self.tables["rooting"], on="goal_id")
        parts = ["owner_named", "budget_line", "in_use"]
        return done, rows[(rows[parts] == "yes").all(axis=1)]

    def denied_share(self):
        done = self.goals[self.goals["attainment"].isin(["achieved", "partly"])]
        rows = done[["goal_id"]].merge(self.tables["rooting"], on="goal_id")
        parts = ["owner_named", "budget_line", "in_use"]
        return float((rows[parts] == "no").any(axis=1).mean())

    def spread_limits(self):
        done = self.goals[self.goals["attainment"].isin(["achieved", "partly"])]
        told = self.tables["rooting"].set_index("goal_id")["spread"]
        return self.limits_of_goals(done["goal_id"].map(told) == "yes")

    def grounded_share(self):
        claims = self.tables["saving_claims"]
        claims = claims[claims["document_id"].isin(self.reports["document_id"])]
        told = (claims[["amount_eur", "period"]] != "").all(axis=1)
        told &= (claims[["has_baseline", "has_method"]] == "true").all(axis=1)
        return float(told.mean())

    def new_ties(self):
        part = self.tables["participations"]
        part = part[part["role"] != "vendor"]
        part = part[part["project_id"].isin(self.projects["project_id"])]
        ties = {
            pair
            for _, orgs in part.groupby("project_id")["org_id"]
            for pair in itertools.combinations(sorted(set(orgs)), 2)
        }
        prior = self.tables["prior_ties"]
        old = {tuple(sorted(pair)) for pair in zip(prior["org_a"], prior["org_b"], strict=True)}
        return len(ties - old) / len(ties)

    def permanence(self):
        """Share that rates permanence high, None if withheld."""
        ratings = self.tables["ratings"]
        rated = ratings[
            (ratings["item_id"] == "permanence")
            & (ratings["rater_kind"] == "project")
            & ratings["document_id"].isin(self.reports["document_id"])
        ]
        high = rated["value"].astype(int) >= 4
        if 0 < high.sum() < 5 or 0 < (~high).sum() < 5:
            return None
        return high.mean()

    def differs_beyond_chance(self):
        """Whether those that reported differ from those due that did not, all in all."""
        found = Scope(Files(ROOT / "data"), self.region, wave=self.wave, years=self.years).compared
        return isinstance(found, float) and found <= 0.05

    def leads(self, kind):
        """Whether one code of a kind is told of most, beyond chance among all projects due.

        Recounted from the reports: against each rival, the reports that tell of one and not of
        the other, in a sign test (mid-p) or, exactly, for the worst population that fits.
        """
        ranks = self.ranking(kind)
        (top, first), rivals = ranks[0], ranks[1:]
        if top == 0 or top == rivals[0][0]:
            return False
        return all(self.p_ahead(first, rival) <= 0.05 for _, rival in rivals)

    def p_ahead(self, one, other):
        """P-value of one code being told of more than another; one where it is not told of more."""
        own, rest = (
            {doc for doc, code in self.states["yes"] if code == each} for each in (one, other)
        )
        return self.p_of(len(own - rest), len(rest - own))

    def p_of(self, a, b):
        return min(midp(a, b), exact_of(a, b, self.N - self.n)) if a > b else 1.0

    def standing(self, sides, kinds):
        """Challenges whose difference stands between two sides, among all codes of the kinds.

        Fisher's exact test by counting tables, Holm's correction over the codes; none where a
        side has fewer than ten reports.

        Arguments:
            sides: two pairs of the documents of a side and what they are told to say, as `states`.
        """
        n = [len(documents) for documents, _ in sides]
        if min(n) < 10:
            return []
        codes = [code for kind in kinds for _, code in self.ranking(kind)]
        p = {}
        for code in codes:
            x = [sum(c == code and d in docs for d, c in yes) for docs, yes in sides]
            p[code] = _fisher(x[0], n[0], x[1], n[1])
        found = []
        for place, code in enumerate(sorted(codes, key=p.get)):
            if p[code] * (len(codes) - place) > 0.05:
                break
            found.append(code)
        return [code for code in found if code.startswith("challenge.")]

    def groups_standing(self):
        group = self.tables["organisations"].set_index("org_id")["municipality_group"]
        lead = self.projects.set_index("project_id")["lead_org_id"].map(group)
        of = self.reports["project_id"].map(lead)
        sides = [
            (set(self.reports.loc[of == name, "document_id"]), self.states["yes"])
            for name in ("urban", "rural")
        ]
        return self.standing(sides, ["challenge"])

    def waves_standing(self):
        years = ["2019", "2020", "2021"]
        waves = [Count(years, str(wave), f"{wave}-04-30")
                 for wave in (int(self.wave), int(self.wave) - 1)]  # fmt: skip
        sides = [(set(each.reports["document_id"]), each.states["yes"]) for each in waves]
        return self.standing(sides, ["challenge", "response", "result"])

    def failing(self, alphas, reached):
        """Ids of the report's own claims that the files do not bear out.

        Arguments:
            alphas: Krippendorff's alpha by code, which has oracles of its own.
            reached: shares of areas and residents reached, recounted in tests/indicators.
        """
        goals, (done, rooted) = self.goals, self.rooted()
        achieved = goals["attainment"] == "achieved"
        measured = achieved & (goals["measured_by"] == "measured")
        complete = (goals[["has_metric", "has_baseline", "has_target"]] == "true").all(axis=1)
        pandemic = "challenge.pandemic"
        rivals = [code for _, code in self.ranking("challenge") if code != pandemic]
        # Four may be ahead of it: all the others are behind, at a fifth of the chance of error.
        behind = sum(self.p_ahead(pandemic, code) <= 0.05 / 5 for code in rivals)
        additionality = self.told("steering.additionality")

        def agreed(*codes):
            return all(alphas[code] >= 0.667 for code in codes)

        def leading(kind):
            return self.leads(kind) and agreed(self.ranking(kind)[0][1])

        groups, waves = self.groups_standing(), self.waves_standing()
        facts = {
            "groups-differ": bool(groups) and agreed(*groups),
            "waves-differ": bool(waves) and agreed(*waves),
            "commonest-challenge": leading("challenge"),
            "pandemic-among-five-commonest": behind >= len(rivals) - 4 and agreed(pandemic),
            "silence-is-commoner-than-denial": all(
                self.p_of(self.silent(code), self.told(code, "no")) <= 0.05
                for _, code in self.ranking("challenge")
            ),
            "commonest-response": leading("response"),
            "commonest-goal": leading("goal"),
            "commonest-result": leading("result"),
            "participation-told-more-often-than-sought": self.p_ahead(
                "result.participation", "goal.participation"
            )
            <= 0.05
            and agreed("result.participation", "goal.participation"),
            "goals-mostly-achieved": self.limits_of_goals(achieved)[0] > 0.5,
            "achievement-seldom-measured": self.limits_of_goals(measured)[1] < 0.2,
            "complete-goals-are-few": self.limits_of_goals(complete)[1] < 0.2,
            "most-areas-reached": reached[0] > 0.5,
            "most-residents-reached": reached[1] > 0.5,
            "most-ties-are-new": self.new_ties() > 0.5,
            # Without any assumption: all that were not read might claim savings.
            "savings-claimed-by-a-minority": (self.told("saving.claimed") + self.N - self.n)
            / self.N
            <= 0.5
            and agreed("saving.claimed"),
            "results-mostly-spread": self.spread_limits()[0] > 0.5 and agreed("rooting.spread"),
            "savings-seldom-grounded": self.grounded_share() < 0.2,
            "rooting-is-denied": self.denied_share() > 0.5,  # far from a half, whatever the limits
            "rooting-is-seldom-complete": len(rooted) / len(done) < 0.2,
            "permanence-is-rated-high-and-seldom-shown": (self.permanence() or 0) > 0.5
            and len(rooted) / len(done) < 0.2,
            "additionality-told-by-few": additionality / self.n < 0.2
            and agreed("steering.additionality"),
            "ways-of-working-told-changed": 2 * self.told("steering.process_change") > self.n
            and agreed("steering.process_change"),
            "burden-told-more-often-than-additionality": self.p_ahead(
                "steering.administrative_burden", "steering.additionality"
            )
            <= 0.05
            and agreed("steering.administrative_burden", "steering.additionality"),
            "reported-differ-from-unreported": self.differs_beyond_chance(),
            "reports-read": self.n / self.N > 0.5,
        }
        results = self.ranking("result")
        facts["headline"] = (
            results[0][0] > 0
            and len(rooted) / len(done) < 0.2
            and agreed(*(code for x, code in results if x >= results[1][0]))
        )
        return {name for name, so in facts.items() if not so}, set(facts)


def _fisher(x1, n1, x2, n2):
    """Chance of all tables with these sums that are no likelier than this one."""
    both, n = x1 + x2, n1 + n2
    ways = {
        k: math.comb(n1, k) * math.comb(n2, both - k)
        for k in range(max(0, both - n2), min(n1, both) + 1)
    }
    return sum(w for w in ways.values() if w <= ways[x1]) / math.comb(n, both)


def midp(a, b):
    n = a + b
    if n == 0:
        return 1.0
    tail = [math.comb(n, k) / 2**n for k in range(max(a, b), n + 1)]
    return min(1.0, 2 * sum(tail) - tail[0])


def exact_of(a, b, unread):
    """Twice the chance of so one-sided a draw from the worst population that has no lead."""
    worst = 0.0
    for size in range(a + b, a + b + unread + 1):
        chance = hypergeom.sf(max(a, b) - 1, size, size // 2, a + b)
        worst = max(worst, float(chance))
    return min(1.0, 2 * worst)
