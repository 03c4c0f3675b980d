"""Three coders who read the generated reports and do not always agree, and their consensus."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from tools.example_data.public import Row
from tools.example_data.rng import Draws
from tools.example_data.texts import Passage, ReportText

Span = tuple[int, int]
Mark = tuple[Span, str, str]
"""A stretch of text, the code it got, and the polarity."""


@dataclass(frozen=True)
class Coder:
    """How one coder works.

    Arguments:
        care: added to the chance of seeing what is said.
        generosity: factor on the chance of seeing what is not.
        long: chance of marking more than the sentence; `short` of marking less.
    """

    coder_id: str
    pseudonym: str
    trained_on: date
    care: float
    generosity: float
    long: float
    short: float

    @property
    def row(self) -> Row:
        """The coder as a row of `coders`."""
        return {
            "coder_id": self.coder_id,
            "pseudonym": self.pseudonym,
            "role": "coder",
            "trained_on": self.trained_on.isoformat(),
        }


CODERS = (
    Coder("coder-1", "Lukija A", date(2022, 4, 11), 0.02, 0.8, 0.2, 0.15),
    Coder("coder-2", "Lukija B", date(2022, 4, 11), -0.02, 0.9, 0.25, 0.25),
    Coder("coder-3", "Lukija C", date(2022, 4, 20), 0.03, 1.7, 0.45, 0.05),
)
CONSENSUS: Row = {
    "coder_id": "consensus",
    "pseudonym": "Yhteinen kanta",
    "role": "consensus",
    "trained_on": "",
}

SEEN, SEEN_RARE = 0.93, 0.79
"""Chance of seeing a statement, for common codes and for rare ones; with the false marks below
per-code alpha comes to about .6 to .85, the range that published document codings report and that
Krippendorff's .667 divides."""

RARE = 0.12
FALSE_PER_SAID, FALSE_LOW, FALSE_HIGH = 0.16, 0.008, 0.05
"""Chance, a coder and report, of marking a code that is not said: in proportion to how often it
is said, since coders expect what they often meet."""

DENIED_LESS = 0.08
MISREAD = 0.02
AGREED_FALSE = 0.3
CONSENSUS_SEEN = 0.97
RELATION_SEEN, RELATION_CONSENSUS, RESULT_RELATION = 0.75, 0.95, 0.6
TWO_CODERS_ONLY = 7
INCOMPLETE_UP_TO = 0.55

LOOKS_LIKE: Mapping[str, tuple[str, ...]] = {
    "challenge": ("challenge", "response"),
    "response": ("response", "challenge"),
    "goal": ("goal",),
    "result": ("result", "goal"),
    "rooting": ("rooting", "result"),
    "steering": ("steering", "rooting"),
    "saving": ("result",),
}
"""Kinds of statement that a code of a kind is wrongly given to."""


@dataclass
class Coded:
    """What the coders made of one report."""

    text: ReportText
    readings: list[tuple[str, bool]] = field(default_factory=list)
    marks: dict[str, list[Mark]] = field(default_factory=dict)
    spans: dict[tuple[str, int], Span] = field(default_factory=dict)
    relations: list[tuple[Span, Span, str, str]] = field(default_factory=list)


def code_reports(texts: list[ReportText], codes: list[str], draws: Draws) -> list[Coded]:
    """Let the coders read all reports, and reach a consensus on each.

    Seven reports are read by two coders only, and one coder leaves one report unfinished.
    """
    said = said_shares(texts, codes)
    difficulty = {code: draws.uniform(-0.04, 0.04) for code in codes}
    two_only = set(draws.some(dict.fromkeys(range(len(texts)), 1.0), TWO_CODERS_ONLY))
    whole = [i for i in range(len(texts)) if i not in two_only]
    unfinished = draws.one(whole)
    result = []
    for i, text in enumerate(texts):
        coded = Coded(text)
        absent = draws.one(CODERS) if i in two_only else None
        for coder in CODERS:
            if coder is absent:
                continue
            complete = not (i == unfinished and coder is CODERS[1])
            limit = len(text.text) if complete else text.part(INCOMPLETE_UP_TO)
            coded.readings.append((coder.coder_id, complete))
            _read(coded, coder, limit, said, difficulty, draws)
        _agree(coded, codes, draws)
        _relate(coded, draws)
        result.append(coded)
    return result


def said_shares(texts: list[ReportText], codes: list[str]) -> dict[str, float]:
    """Share of the reports that affirm each code."""
    counts = dict.fromkeys(codes, 0)
    for text in texts:
        for code in {s.code_id for s in text.contents.statements if s.polarity != "deny"}:
            if code:
                counts[code] += 1
    return {code: count / len(texts) for code, count in counts.items()}


def _read(
    coded: Coded,
    coder: Coder,
    limit: int,
    said: dict[str, float],
    difficulty: dict[str, float],
    draws: Draws,
) -> None:
    text = coded.text
    marks: list[Mark] = []
    for number, statement in enumerate(text.contents.statements):
        passage = text.stated[number]
        code = statement.code_id
        if not code or passage.end > limit:
            continue
        chance = (SEEN_RARE if said[code] < RARE else SEEN) + coder.care + difficulty[code]
        chance -= DENIED_LESS if statement.polarity == "deny" else 0.0
        if not draws.happens(min(chance, 0.995)):
            continue
        polarity = statement.polarity
        if draws.happens(MISREAD):
            polarity = "mixed" if polarity != "mixed" else "affirm"
        span = _span(passage, text.text, coder, draws)
        coded.spans[coder.coder_id, number] = span
        marks.append((span, code, polarity))
    mentioned = {statement.code_id for statement in text.contents.statements}
    for code, share in said.items():
        chance = min(max(share * FALSE_PER_SAID, FALSE_LOW), FALSE_HIGH) * coder.generosity
        if code not in mentioned and draws.happens(chance):
            target = _lookalike(text, code, limit, draws)
            if target:
                marks.append((_span(target, text.text, coder, draws), code, "affirm"))
    coded.marks[coder.coder_id] = sorted(set(marks))


def _lookalike(text: ReportText, code: str, limit: int, draws: Draws) -> Passage | None:
    """A passage that could be taken for a code it does not say."""
    kind = code.split(".")[0]
    kinds = LOOKS_LIKE[kind]
    similar = [
        passage
        for statement, passage in zip(text.contents.statements, text.stated, strict=True)
        if statement.code_id.split(".")[0] in kinds and passage.end <= limit
    ]
    section = {"goal": "goals", "result": "results", "rooting": "future", "saving": "costs"}
    loose = [
        passage
        for passage in text.fillers.get(section.get(kind, f"{kind}s"), ())
        if passage.end <= limit
    ]
    choice = similar if similar and (not loose or draws.happens(0.7)) else loose
    return draws.one(choice) if choice else None


def _span(passage: Passage, text: str, coder: Coder, draws: Draws) -> Span:
    """What a coder marks: the sentence, more with its support, or a clause of it."""
    start, end = passage.sentences[0]
    if draws.happens(coder.long):
        return start, passage.end
    if draws.happens(coder.short):
        comma = text.find(",", start + 25, end - 12)
        if comma > 0:
            return start, comma
    return start, end


def _core(passage: Passage) -> Span:
    return passage.sentences[0]


def _agree(coded: Coded, codes: list[str], draws: Draws) -> None:
    """What the coders agree on: nearly all that is said, and some of what two wrongly saw.

    Goals and their results are kept whole, since their own tables rest on the consensus.
    """
    text = coded.text
    marks: list[Mark] = []
    kept = {goal.stated for goal in text.contents.goals}
    kept |= {goal.result for goal in text.contents.goals if goal.result}
    kept |= {claim.statement for claim in text.contents.claims}
    for number, statement in enumerate(text.contents.statements):
        if statement.code_id and (statement in kept or draws.happens(CONSENSUS_SEEN)):
            span = _core(text.stated[number])
            coded.spans["consensus", number] = span
            marks.append((span, statement.code_id, statement.polarity))
    mentioned = {statement.code_id for statement in text.contents.statements}
    for code in codes:
        wrongly = [
            next(mark for mark in found if mark[1] == code)
            for found in coded.marks.values()
            if code not in mentioned and any(mark[1] == code for mark in found)
        ]
        if len(wrongly) > 1 and draws.happens(AGREED_FALSE):
            marks.append(wrongly[0])
    coded.readings.append(("consensus", True))
    coded.marks["consensus"] = sorted(set(marks))


def _relate(coded: Coded, draws: Draws) -> None:
    """Links between passages: responses to challenges by every coder, the rest by consensus."""
    statements = coded.text.contents.statements
    numbers = {statement: i for i, statement in enumerate(statements)}
    for number, statement in enumerate(statements):
        if statement.answers is not None:
            other = numbers[statement.answers]
            for coder_id in coded.marks:
                chance = RELATION_CONSENSUS if coder_id == "consensus" else RELATION_SEEN
                pair = (coded.spans.get((coder_id, number)), coded.spans.get((coder_id, other)))
                if pair[0] and pair[1] and draws.happens(chance):
                    coded.relations.append((pair[0], pair[1], "answers", coder_id))
        if statement.about is not None:
            coded.relations.append(
                (
                    _core(coded.text.stated[number]),
                    _core(coded.text.place(statement.about)),
                    statement.remark,
                    "consensus",
                )
            )
    for goal in coded.text.contents.goals:
        if goal.result is not None and draws.happens(RESULT_RELATION):
            coded.relations.append(
                (
                    _core(coded.text.place(goal.stated)),
                    _core(coded.text.place(goal.result)),
                    "leads_to",
                    "consensus",
                )
            )


def coding_day(wave: int, coder_id: str, number: int) -> date:
    """The day on which a coder coded a report: some a day in May of the wave, working days only.

    Arguments:
        number: place of the report among those of its wave, from 0.
    """
    order = ["coder-1", "coder-2", "coder-3", "consensus"].index(coder_id)
    day = date(wave, 5, 2) + timedelta(days=number // 4 + order * 2)
    return day + timedelta(days=max(0, 7 - day.weekday()) if day.weekday() > 4 else 0)
