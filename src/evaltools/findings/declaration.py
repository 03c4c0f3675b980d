"""`reports/findings.yml`: every sentence that judges, and what must be so for it to be true."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator

from evaltools.findings.conditions import Case, Condition, Glob, Outcome, Strict, needs_interval
from evaltools.findings.premises import Premise
from evaltools.findings.sentences import OUTCOME_OF
from evaltools.findings.soundness import Source, check_ranks, check_soundness
from evaltools.findings.templates import LONGEST_HEADLINE, is_long, slots_of
from evaltools.indicators.indicator import Estimand
from evaltools.problems import Problem, ProblemError, refuse
from evaltools.study.declaration_files import read_located
from evaltools.study.vocabulary import LANGUAGES, Language, Text

FILE_NAME = "reports/findings.yml"

EvidenceClass = Literal["self_reported", "register", "incomplete_register", "independent"]
Level = Literal["very_low", "low", "moderate", "high"]
CODE = "finding.declaration"
NAMING: tuple[Case, ...] = ("holds", "all", "tied", "close", "coders_disagree", "depends_on_rule")
"""Cases in which the lists of a finding hold a name at least."""
UNTOLD: tuple[Case, ...] = ("too_few", "withheld", "missing")
"""Cases in which nothing is told, which is not what a figure shows."""

Words = Annotated[str, Field(min_length=1, pattern=r"\S")]


class Support(Strict):
    """A place in the data that speaks for or against: passages with a code, or rows of a table.

    Arguments:
        code: a code of the codebook; `challenge.*` for those of the set that the finding names.
        polarity: what the passages do with it; `mixed` ones do both and are found by either.
        table: a table of the register or of the coding, where the evidence is no passage.
    """

    code: Annotated[str, Field(pattern=r"^[A-Za-z0-9*][A-Za-z0-9._*-]*$")] | None = None
    polarity: Literal["affirm", "deny"] = "affirm"
    table: Annotated[str, Field(pattern=r"^[a-z_]+$")] | None = None

    @model_validator(mode="after")
    def _has_one(self) -> Support:
        if (self.code is None) == (self.table is None):
            raise ValueError("give a code or a table")
        return self


Supports = Annotated[tuple[Support, ...], Field(strict=False)]


class NoneFound(Strict):
    """Nothing was found that speaks against, and how that was established."""

    none_found: Text


class Override(Strict):
    """A strength that people set against the rule's proposal, and why."""

    level: Level
    reason: Text


class NameList(Strict):
    """Names that a sentence takes from the data, the most often told of first.

    Arguments:
        of: the set that they are of.
        first: so many of the first, and whatever ties with the last of them.
        unbeaten: those that no other of the set is ahead of beyond uncertainty.
        at_least: those that so many reports tell of.
        standing: of differences those that stand after adjustment over their family, the
            greatest distance first.
        code: whose forms and labels a name has, with the star of `of`, where it is not the name
            without its measure: `challenge.*`.
    """

    of: Glob
    first: Annotated[int, Field(ge=1)] | None = None
    unbeaten: bool = False
    at_least: Annotated[int, Field(ge=1)] | None = None
    standing: bool = False
    code: Annotated[str, Field(pattern=r"^[a-z0-9_]+(\.[a-z0-9_]+)*\.\*$")] | None = None

    @model_validator(mode="after")
    def _has_star(self) -> NameList:
        if self.code is not None and self.of.count("*") != 1:
            raise ValueError("code takes the one star of `of`")
        return self


class Rival(Strict):
    """Another explanation of what a causal claim explains.

    Arguments:
        text: a sentence.
        premises: what speaks for it and against it; none where nobody has examined it, which is
            said by an empty list and not by leaving it out.
    """

    text: Text
    premises: Annotated[tuple[Premise, ...], Field(strict=False)]


class Contribution(Strict):
    """What a causal claim rests on (Mayne 2012, doi:10.1177/1356389012451663).

    Arguments:
        mechanism: how the scheme is thought to have brought it about.
        rivals: other explanations.
        verdict: what is left of the causal claim.
        cases: of the finding, in which its sentence claims the cause; the report prints the rival
            explanations in these.
    """

    mechanism: Text
    rivals: Annotated[tuple[Rival, ...], Field(strict=False, min_length=1)]
    verdict: Literal["not_shown", "plausible", "likely"]
    cases: Annotated[tuple[Case, ...], Field(strict=False, min_length=1)] = ("holds", "all")


class Acceptance(Strict):
    """Who lets a sentence be published although it does not hold or cannot be told."""

    outcome: Literal["does_not_hold", "cannot_be_told"]
    reason: Text
    by: Words
    on: date


class Finding(Strict):
    """One sentence that judges.

    Arguments:
        id: its name in the prose: `[…]{.finding finding="id"}`.
        where: file and line of its declaration, for problems.
        text: what it claims: the sentence where there are no `sentences`, else a heading for it.
        sentences: what the report says in each case, as templates. `holds`, `does_not_hold` and
            `cannot_be_told` are needed; another case falls back on the outcome that it has.
        names: lists of names that the sentences take from the data.
        asserted: whether the report claims it, or examines what someone else said.
        source: citation key of whoever said it, where the report does not.
        reading: how a statement of someone else is understood, so that numbers can bear on it.
        estimand: whose interval must bear it out; the run's where None.
        sections: anchors of the sections where it stands.
        figures: labels of the figures that it stands behind; its sentence is their headline.
        headlines: what figures say instead where the sentence of a case is too long for one.
        condition: what must be so.
        evidence, counter_evidence: where the data speak for it and against it.
        evidence_class: who speaks; of an incomplete register the evidence is a level weaker.
        strength: set by people against the rule of `strength.propose`.
        claims_cause: whether it says, or passes on, that the scheme brought something about.
        contribution: what such a claim rests on, with other explanations.
        accepted: why it is published all the same.
    """

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    where: str
    text: Text
    sentences: dict[Case, Text] = Field(default_factory=dict)
    names: dict[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], NameList] = Field(
        default_factory=dict
    )
    asserted: bool
    source: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_:.-]*$")] | None = None
    reading: Text | None = None
    estimand: Estimand | None = None
    sections: Annotated[
        tuple[Annotated[str, Field(pattern=r"^sec-[a-z0-9-]+$")], ...], Field(strict=False)
    ] = ()
    figures: Annotated[
        tuple[Annotated[str, Field(pattern=r"^fig-[A-Za-z0-9-]+$")], ...], Field(strict=False)
    ] = ()
    headlines: dict[Case, Text] = Field(default_factory=dict)
    condition: Condition
    evidence: Supports = ()
    counter_evidence: Supports | NoneFound
    evidence_class: EvidenceClass
    strength: Override | None = None
    claims_cause: bool = False
    contribution: Contribution | None = None
    accepted: Acceptance | None = None

    @property
    def by_register(self) -> bool:
        """Whether a register says it, and so says it of every funded project."""
        return self.evidence_class in ("register", "incomplete_register")

    @field_validator("counter_evidence", mode="before")
    @classmethod
    def _counter(cls, given: Any, info: ValidationInfo) -> Any:
        """Say which of the two forms is meant, so that a mistake is told of that form only."""
        if isinstance(given, Mapping):
            return NoneFound.model_validate(given, context=info.context)
        if isinstance(given, list) and given:
            return tuple(Support.model_validate(item) for item in given)
        raise ValueError("give codes with their polarity, or none_found with how it was searched")

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Finding:
        if self.asserted and self.source is not None:
            raise ValueError("a finding that the report asserts has no source")
        if self.asserted and not self.evidence:
            raise ValueError("a finding that the report asserts needs evidence")
        if not self.asserted and (self.source is None or self.reading is None):
            raise ValueError("a statement of someone else needs source and reading")
        if self.claims_cause != (self.contribution is not None):
            raise ValueError(
                "claims_cause and contribution go together: what claims a cause names the "
                "mechanism, rival explanations and what is left of the claim"
            )
        if self.sentences and not self.asserted:
            raise ValueError("only what the report asserts has sentences of its own")
        if self.sentences and (lacking := set(get_args(Outcome)) - set(self.sentences)):
            raise ValueError(f"sentences lack {', '.join(sorted(lacking))}")
        if self.names and not self.sentences:
            raise ValueError("names are for sentences, which it has not")
        if self.figures and not self.sentences:
            raise ValueError("the headline of figures needs sentences, which it has not")
        if self.headlines and not self.figures:
            raise ValueError("headlines are for figures, which it has not")
        for case, text in self.sentences.items():
            for language in LANGUAGES:
                self._check_template(case, getattr(text, language))
        self._check_headlines()
        if self.accepted is not None and not self.asserted:
            raise ValueError("only what the report asserts can be accepted for publishing")
        for leaf in self.condition.leaves():
            own = leaf.leaf.estimand if leaf.leaf is not None else None
            if needs_interval(leaf) and (own or self.estimand) not in ("P", "S"):
                raise ValueError(
                    f"{leaf.kind} speaks of an interval: name estimand P or S, "
                    "the reports read have none"
                )
        return self

    def _check_template(self, case: str, template: str | None) -> None:
        for slot in slots_of(template or ""):
            if slot.name.partition(".")[0] in self.names and case not in NAMING:
                raise ValueError(
                    f"sentences.{case}: there may be no names for '{slot.name}'; lists can stand "
                    f"in {', '.join(NAMING)}"
                )
            if slot.addition and slot.name not in self.names:
                raise ValueError(
                    f"sentences.{case}: '+{slot.addition}' follows a list of names, which "
                    f"'{slot.name}' is not"
                )

    def _check_headlines(self) -> None:
        """A headline is one short sentence and rests on nothing that its sentence does not name."""
        for case in dict.fromkeys([*self.headlines, *self.sentences] if self.figures else ()):
            text, whole = self.headline_for(case), self.sentence_for(case)
            if text is None or whole is None:
                continue
            for language in LANGUAGES:
                words, said = getattr(text, language) or "", getattr(whole, language) or ""
                if is_long(re.sub(r"\{[^}]*\}", "", words), LONGEST_HEADLINE):
                    raise ValueError(
                        f"{case}, {language}: no headline, being of several sentences or of more "
                        f"than {LONGEST_HEADLINE} words; give a short one in headlines.{case}"
                    )
                if alien := {e.name for e in slots_of(words)} - {e.name for e in slots_of(said)}:
                    raise ValueError(
                        f"headlines.{case}, {language}: {', '.join(sorted(alien))} is not in the "
                        "sentence that it stands for"
                    )

    def headline_for(self, case: Case) -> Text | None:
        """What figures are headed by in a case; None where nothing can be told of so little."""
        if case in UNTOLD:
            return None
        own = self.headlines.get(case)
        if own is None and case not in self.sentences and (outcome := OUTCOME_OF.get(case)):
            own = self.headlines.get(outcome)
        return own or self.sentence_for(case)

    def sentence_for(self, case: Case) -> Text | None:
        """The wording of a case, or of the outcome that it has; None without `sentences`."""
        outcome = OUTCOME_OF.get(case)
        return self.sentences.get(case) or (self.sentences.get(outcome) if outcome else None)


@dataclass(frozen=True)
class Findings:
    """All findings of a study, in the order of the file."""

    findings: tuple[Finding, ...]

    def __iter__(self) -> Iterator[Finding]:
        return iter(self.findings)

    def __len__(self) -> int:
        return len(self.findings)

    def __getitem__(self, name: str) -> Finding:
        """The finding of that id; KeyError if there is none."""
        for finding in self.findings:
            if finding.id == name:
                return finding
        raise KeyError(name)

    @property
    def asserted(self) -> tuple[Finding, ...]:
        """What the report claims."""
        return tuple(finding for finding in self.findings if finding.asserted)

    @property
    def examined(self) -> tuple[Finding, ...]:
        """What others said and the report looks into."""
        return tuple(finding for finding in self.findings if not finding.asserted)


def load_findings(
    root: Path,
    languages: Iterable[Language] = LANGUAGES,
    behind: Mapping[str, str] = MappingProxyType({}),
) -> Findings:
    """Read and check `reports/findings.yml` of a study; one without the file has no findings.

    Arguments:
        root: the folder of `evaluation.yml`.
        languages: of the study; each text must be there in all of them.
        behind: `codes_of_numbers` of the study: code that stands behind a number.

    Raises:
        ProblemError: everything that is wrong with it, each with its line.
    """
    if not os.path.lexists(root / FILE_NAME):
        return Findings(())
    content, where = read_located(root, FILE_NAME)
    problems = [
        Problem(where(name), f"'{name}' is not known here", "findings", code=CODE)
        for name in content
        if name != "findings"
    ]
    declared = content.get("findings", {})
    if not isinstance(declared, dict):
        what = "findings must be a mapping of ids to findings"
        raise ProblemError([*problems, Problem(where("findings"), what, code=CODE)])
    found: list[Finding] = []
    for name, given in declared.items():
        try:
            found.append(_finding(name, given, where("findings", name), tuple(languages)))
        except ValidationError as error:
            problems += _problems(error, str(name), where)
        except ValueError as error:
            problems.append(Problem(where("findings", name), f"{name}: {error}", code=CODE))
        else:
            place = where("findings", name, "condition")
            problems += check_soundness(found[-1].id, found[-1].condition, _sources(found[-1]),
                                        place, behind)  # fmt: skip
            problems += check_ranks(found[-1].id, found[-1].condition, found[-1].estimand, place)
    headed: dict[str, str] = {}
    for finding in found:
        for figure in finding.figures:
            first = headed.setdefault(figure, finding.id)
            if first != finding.id:
                place = where("findings", finding.id, "figures")
                what = f"{finding.id}.figures: {figure} has the headline of {first}"
                problems.append(Problem(place, what, code=CODE))
    refuse(problems)
    return Findings(tuple(found))


def _sources(finding: Finding) -> list[Source]:
    """What the evidence for a finding is of, and that against it; none where it names none for."""
    against = finding.counter_evidence
    named = [*finding.evidence, *(against if isinstance(against, tuple) else ())]
    return [Source(each.code, each.table) for each in named] if finding.evidence else []


def _finding(name: object, given: Any, where: str, languages: tuple[Language, ...]) -> Finding:
    if not isinstance(given, dict):
        raise ValueError("a finding is a mapping")
    if taken := {"id", "where"} & set(given):
        raise ValueError(f"{', '.join(sorted(taken))}: no such name is known here")
    content = {**given, "id": name, "where": where}
    return Finding.model_validate(content, context={"languages": languages})


def _problems(error: ValidationError, name: str, where: Any) -> list[Problem]:
    problems = []
    for item in error.errors():
        path = [part for part in item["loc"] if part not in ("Support", "NoneFound")]
        what = str(item["msg"]).removeprefix("Value error, ")
        if item["type"] == "extra_forbidden":
            what = "no such name is known here"
        field_path = ".".join([name, *map(str, path)])
        problems.append(Problem(where("findings", name, *path), f"{field_path}: {what}", code=CODE))
    return problems
