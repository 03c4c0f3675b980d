"""What a generated report says: statements, before coders come to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tools.example_data import prevalence
from tools.example_data.phrases import fill, load, project_slots
from tools.example_data.prevalence import Chances
from tools.example_data.reporting import Report
from tools.example_data.rng import Draws


@dataclass(frozen=True, eq=False)
class Statement:
    """Something a report says, as one sentence and perhaps more that support it.

    Arguments:
        section: the heading it stands under.
        code_id: what it says, in terms of the codebook; empty for remarks beyond it.
        polarity: affirm, deny or mixed.
        sentences: the sentence that says it, and its support.
        answers: the challenge that a response answers.
        about: for remarks, the result they speak about.
    """

    section: str
    code_id: str
    polarity: str
    sentences: tuple[str, ...]
    answers: Statement | None = None
    about: Statement | None = None
    remark: str = ""


@dataclass(frozen=True)
class Goal:
    """A goal of a project and what became of it."""

    theme: str
    stated: Statement
    result: Statement | None
    has_metric: bool
    has_baseline: bool
    has_target: bool
    attainment: str
    measured_by: str
    rooting: dict[str, str]


@dataclass(frozen=True)
class Claim:
    """A claimed saving."""

    statement: Statement
    amount: int | None
    period: str
    has_baseline: bool
    has_method: bool


@dataclass
class Contents:
    """All that a report says."""

    report: Report
    slots: dict[str, str]
    statements: list[Statement] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)


class Author:
    """Writes one report's statements from the chances of the example."""

    def __init__(self, report: Report, chances: Chances, draws: Draws) -> None:
        self._report, self._chances, self._draws = report, chances, draws
        slots = project_slots(report.language, report.project.subject, draws)
        self.contents = Contents(report, slots)
        self._used: set[str] = set()

    def write(self) -> Contents:
        """Draw everything the report says."""
        self._goals_and_results()
        self._challenges_and_responses()
        self._steering()
        self._savings()
        self._echoes()
        return self.contents

    def _phrase(self, file: str, *path: str, **extra: str) -> str:
        """A sentence, of a template not yet used in the report if there is one."""
        templates = load(f"{file}_{self._report.language}.yml")
        for step in path:
            templates = templates[step]
        fresh = [template for template in templates if template not in self._used]
        template = self._draws.one(fresh or templates)
        self._used.add(template)
        return fill(template, self.contents.slots | extra, self._draws)

    def _say(self, statement: Statement) -> Statement:
        self.contents.statements.append(statement)
        return statement

    def _goals_and_results(self) -> None:
        draws = self._draws
        weights = self._chances.themes(self._report.project)
        count = draws.weighted(prevalence.GOALS_PER_PROJECT)
        root = self._rooting()
        themes = draws.some(weights, count)
        for theme in themes:
            metric = draws.happens(prevalence.METRIC)
            attainment = draws.weighted(prevalence.ATTAINMENT)
            measured = "none"
            if attainment != "not_reported":
                measured = prevalence.measured_by(metric, draws)
            has = {
                "metric": metric,
                "baseline": draws.happens(prevalence.BASELINE * (2 if metric else 0.6)),
                "target": draws.happens(prevalence.TARGET * (2 if metric else 0.6)),
            }
            support = [self._phrase("goals", f"goal_{name}") for name in has if has[name]]
            stated = self._say(
                Statement(
                    "goals",
                    f"goal.{theme}",
                    "affirm",
                    (self._phrase("goals", "goal", theme), *support),
                )
            )
            result = self._result(theme, attainment, measured)
            self.contents.goals.append(
                Goal(
                    theme,
                    stated,
                    result,
                    has["metric"],
                    has["baseline"],
                    has["target"],
                    attainment,
                    measured,
                    {
                        aspect: state if draws.happens(0.75) else "silent"
                        for aspect, state in root.items()
                    },
                )
            )
        for code in self._chances.affirm:
            theme = code.split(".")[1]
            if (
                code.startswith("result.")
                and theme not in themes
                and draws.happens(self._chances.of(code, self._report.project, self._report.wave))
            ):
                self._result(theme, "achieved", prevalence.measured_by(False, draws))

    def _result(self, theme: str, attainment: str, measured: str) -> Statement | None:
        polarity = {"achieved": "affirm", "partly": "mixed", "not_achieved": "deny"}.get(attainment)
        if polarity is None:
            return None
        sentences = [self._phrase("goals", "result", theme, polarity)]
        if polarity != "deny" or measured == "measured":
            sentences.append(self._phrase("goals", "evidence", measured))
        # A goal reached in part is a result that has come about in part: mixed where the
        # sentence says both.
        section = "networks" if theme == "networks" else "results"
        result = self._say(Statement(section, f"result.{theme}", polarity, tuple(sentences)))
        for remark in ("rival", "counter"):
            if polarity == "affirm" and self._draws.happens(prevalence.REMARK):
                self._say(
                    Statement(
                        section,
                        "",
                        "affirm",
                        (self._phrase("rest", remark),),
                        about=result,
                        remark=remark,
                    )
                )
        return result

    def _rooting(self) -> dict[str, str]:
        """What the report says of what was achieved as a whole, aspect by aspect."""
        states = {}
        for aspect in ("owner_named", "budget_line", "in_use", "spread"):
            polarity = self._stance(f"rooting.{aspect}")
            states[aspect] = {"affirm": "yes", "deny": "no", "": "silent"}[polarity]
            if polarity:
                sentence = self._phrase("rest", "rooting", aspect, polarity)
                self._say(Statement("future", f"rooting.{aspect}", polarity, (sentence,)))
        return states

    def _stance(self, code: str) -> str:
        """Whether the report affirms a code, denies it, or is silent."""
        if self._draws.happens(self._chances.of(code, self._report.project, self._report.wave)):
            return "affirm"
        return "deny" if self._draws.happens(self._chances.deny[code]) else ""

    def _challenges_and_responses(self) -> None:
        draws, chances = self._draws, self._chances
        for code in chances.answered:
            name = code.split(".")[1]
            polarity = self._stance(code)
            if not polarity:
                continue
            sentence = self._phrase("challenges", "challenge", name, polarity)
            challenge = self._say(Statement("challenges", code, polarity, (sentence,)))
            if polarity == "affirm" and draws.happens(chances.answered[code]):
                answers = draws.some(chances.answers[code], 2 if draws.happens(0.25) else 1)
                for response in answers:
                    sentence = self._phrase("challenges", "response", response.split(".")[1])
                    self._say(Statement("challenges", response, "affirm", (sentence,), challenge))
        for code in chances.affirm:
            if code.startswith("response.") and draws.happens(
                chances.of(code, self._report.project, self._report.wave)
            ):
                sentence = self._phrase("challenges", "response", code.split(".")[1])
                self._say(Statement("work", code, "affirm", (sentence,)))

    def _steering(self) -> None:
        for code in self._chances.affirm:
            if code.startswith("steering."):
                polarity = self._stance(code)
                if polarity:
                    sentence = self._phrase("rest", "steering", code.split(".")[1], polarity)
                    self._say(Statement("steering", code, polarity, (sentence,)))

    def _savings(self) -> None:
        draws = self._draws
        if not draws.happens(prevalence.SAVING):
            if draws.happens(prevalence.SAVING_DENIED):
                sentence = self._phrase("rest", "saving", "deny")
                self._say(Statement("costs", "saving.claimed", "deny", (sentence,)))
            return
        amount, period = None, "plain"
        if draws.happens(prevalence.SAVING_SUM):
            share = draws.uniform(0.02, 0.25)
            amount = max(round(self._report.project.grant * share / 500) * 500, 500)
            period = draws.weighted({"yearly": 0.7, "once": 0.3})
        baseline = draws.happens(prevalence.SAVING_BASELINE)
        method = draws.happens(prevalence.SAVING_METHOD)
        base = (amount or 6_000) * draws.whole(3, 9)
        sentences = [
            self._phrase("rest", "saving", "affirm", period, eur=euros(amount or 0)),
            *([self._phrase("rest", "saving", "baseline", base=euros(base))] if baseline else []),
            *([self._phrase("rest", "saving", "method")] if method else []),
        ]
        claim = self._say(Statement("costs", "saving.claimed", "affirm", tuple(sentences)))
        self.contents.claims.append(
            Claim(claim, amount, "" if period == "plain" else period, baseline, method)
        )

    def _echoes(self) -> None:
        """Some challenges and results are told again, where reports repeat themselves."""
        files = {"challenge": ("challenges", "work"), "result": ("goals", "future")}
        for statement in tuple(self.contents.statements):
            kind, _, name = statement.code_id.partition(".")
            if (
                kind in files
                and statement.polarity == "affirm"
                and self._draws.happens(prevalence.ECHO)
            ):
                file, section = files[kind]
                sentence = self._phrase(file, kind, name, "affirm")
                if all(sentence not in other.sentences for other in self.contents.statements):
                    self._say(Statement(section, statement.code_id, "affirm", (sentence,)))


def euros(amount: int) -> str:
    """A sum as reports print it, with no-break spaces between thousands."""
    return f"{amount:,}".replace(",", "\u00a0")
