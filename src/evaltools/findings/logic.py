"""`reports/logic.yml`: how the scheme is thought to work, and the evidence for each link."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import ConfigDict, Field

from evaltools.charts.logic_model import MOST_ELEMENTS
from evaltools.findings.conclusions import CANNOT_BE_TOLD, Conclusions
from evaltools.findings.conditions import Strict
from evaltools.findings.premises import (
    Outcomes,
    Premise,
    State,
    unknown_premises,
    weigh,
    weigh_premise,
)
from evaltools.problems import Problem, refuse
from evaltools.study.declared_files import Where, read_declared
from evaltools.study.study import Study
from evaltools.study.vocabulary import Text

FILE_NAME: Final = "reports/logic.yml"
CODE: Final = "logic"

Stage = Literal["inputs", "activities", "outputs", "outcomes", "impact"]
STAGES: Final[tuple[Stage, ...]] = get_args(Stage)

ElementId = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]


class LogicElement(Strict):
    """One thing that the scheme puts in, does, or brings about: its stage, and a few words."""

    stage: Stage
    text: Text


class LogicLink(Strict):
    """That one element leads to another.

    Arguments:
        start, end: ids of elements, `from` and `to` in the file; the end is of a later stage.
        premises: what speaks for the link and against it; an empty list where nobody examined it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    start: ElementId = Field(alias="from")
    end: ElementId = Field(alias="to")
    premises: Annotated[tuple[Premise, ...], Field(strict=False)]


class Logic(Strict):
    """The whole file: elements by id, and the links between them."""

    elements: dict[ElementId, LogicElement] = Field(default_factory=dict)
    links: Annotated[tuple[LogicLink, ...], Field(strict=False)] = ()


@dataclass(frozen=True)
class ExaminedLink:
    """A link with what the evidence of a run says of it.

    Arguments:
        number: in figure and table.
        state: what its premises say together.
        leans: what each of them says alone.
    """

    number: int
    link: LogicLink
    state: State
    leans: tuple[State, ...]


def load_logic(study: Study) -> Logic:
    """The intervention logic that a study declares; empty where it has no such file.

    Raises:
        ProblemError: everything that is wrong with it alone, each with its line.
    """
    languages = study.declaration.languages
    made, where = read_declared(study.root, FILE_NAME, Logic, CODE, languages)
    refuse(_faults(made, where))
    return made


def _faults(logic: Logic, where: Where) -> list[Problem]:
    """Names that are not there, links that lead nowhere new, elements and links without use."""
    problems = []

    def tell(what: str, allowed: str, remedy: str, *place: Any) -> None:
        problems.append(Problem(where(*place), what, allowed, remedy, CODE))

    known = ", ".join(logic.elements)
    seen: set[tuple[str, str]] = set()
    for at, link in enumerate(logic.links):
        ends = [name for name in (link.start, link.end) if name not in logic.elements]
        for name in ends:
            tell(f"no element is called '{name}'", known, "", "links", at)
        if not ends:
            stages = [logic.elements[name].stage for name in (link.start, link.end)]
            if STAGES.index(stages[0]) >= STAGES.index(stages[1]):
                what = f"the link from '{link.start}' ({stages[0]}) to '{link.end}' ({stages[1]})"
                remedy = "Turn it round or correct a stage: nothing brings itself about."
                tell(f"{what} leads to no later stage", ", ".join(STAGES), remedy, "links", at)
        if (link.start, link.end) in seen:
            what = f"the link from '{link.start}' to '{link.end}' is there twice"
            tell(what, "", "Put its premises together.", "links", at)
        seen.add((link.start, link.end))
    linked = {name for pair in seen for name in pair}
    for name in logic.elements:
        if name not in linked:
            what = f"the element '{name}' has no link"
            tell(what, "", "Link it or leave it out.", "elements", name)
    for stage in STAGES:
        own = [name for name, element in logic.elements.items() if element.stage == stage]
        if len(own) > MOST_ELEMENTS:
            what = f"{stage} has {len(own)} elements: {', '.join(own)}"
            allowed = f"at most {MOST_ELEMENTS} fit side by side"
            tell(what, allowed, "Put some together.", "elements", own[MOST_ELEMENTS])
    if logic.links and not any(link.premises for link in logic.links):
        remedy = "Give one at least the findings that speak for it or against it."
        tell("no link has premises, so nothing of it is examined", "", remedy, "links")
    return problems


def check_logic(logic: Logic, findings: Collection[str], conclusions: Conclusions) -> list[Problem]:
    """Findings, questions and levels that links name and the study does not have."""
    levels = (*conclusions.scale, CANNOT_BE_TOLD)
    return [
        Problem(FILE_NAME, f"link from '{link.start}' to '{link.end}': {what}", allowed, code=CODE)
        for link in logic.links
        for what, allowed in unknown_premises(link.premises, findings, conclusions.answers, levels)
    ]


def examine_links(logic: Logic, outcomes: Outcomes) -> tuple[ExaminedLink, ...]:
    """The links, from the first stage to the last, with what the evidence says of each.

    Arguments:
        outcomes: of the findings and answers of a run.
    """
    places = {name: at for at, name in enumerate(logic.elements)}

    def order(link: LogicLink) -> tuple[int, int, int, int]:
        ends = (link.start, link.end)
        first, last = (STAGES.index(logic.elements[name].stage) for name in ends)
        return first, places[link.start], last, places[link.end]

    return tuple(
        ExaminedLink(
            number,
            link,
            weigh(link.premises, outcomes),
            tuple(weigh_premise(premise, outcomes) for premise in link.premises),
        )
        for number, link in enumerate(sorted(logic.links, key=order), 1)
    )
