"""Conclusions for readers: the summary table, what each judgement rests on, recommendations; and
all of them as a record for the next report.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, get_args

from evaltools.findings.conclusions import (
    CANNOT_BE_TOLD,
    Answer,
    Conclusions,
    Recommendation,
    due_recommendations,
    level_by_rules,
    levels_of_criteria,
    premises_of,
)
from evaltools.findings.conditions import Case
from evaltools.findings.declaration import Contribution
from evaltools.findings.judgement import Judgement, judged_so_far
from evaltools.findings.lookup import Numbers
from evaltools.findings.premises import Outcomes, Premise, State, weigh, weigh_premise
from evaltools.i18n.markdown import escape_markdown
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, list_of
from evaltools.study.schema import Criterion, Question
from evaltools.study.study import Study
from evaltools.study.vocabulary import Text

JUDGEMENTS_ID: Final = "tbl-judgements"
_WHY: Final[Mapping[str, str]] = {
    "straddles": "interval", "quantity_open": "interval", "includes_zero": "interval",
    "other_premise": "premise", "agreement_unknown": "agreement",
}  # fmt: skip
"""What keeps a finding from being told, by its first reason; the others are a lacking number."""


@dataclass(frozen=True)
class Told:
    """What pages on conclusions are written from.

    Arguments:
        study: whose questions they answer.
        conclusions: as declared.
        judgements: of the run, by id of the finding.
        answers: of questions, by id. criteria: by criterion.
        outcomes: of both, for what is put to them.
        sentences: markdown of what the report says of each finding, by id.
        anchors: where the evidence of each finding stands, by id.
        words: of the report's language.
        based: whether the report shows what each judgement rests on (`basis_page`), so that
            judgements can lead there.
    """

    study: Study
    conclusions: Conclusions
    judgements: Mapping[str, Judgement]
    answers: Mapping[str, Answer]
    criteria: Mapping[str, Answer]
    outcomes: Outcomes
    sentences: Mapping[str, str]
    anchors: Mapping[str, str]
    words: Words
    based: bool = False

    def questions(self) -> Iterator[tuple[Criterion, list[Question]]]:
        """Each criterion with a judgement or an answer, and its questions that are answered."""
        parts = [part for main in self.study.declaration.questions for part in main.parts]
        for criterion in get_args(Criterion):
            own = [p for p in parts if p.criterion == criterion and p.id in self.answers]
            if own or criterion in self.criteria:
                yield criterion, own

    def level(self, level: str) -> str:
        """A level of the scale in words."""
        label = self.conclusions.scale.get(level)
        if label is None:
            return self.words("findings.outcome.cannot_be_told")
        return label.in_language(self.words.language)

    def judged(self, answer: Answer) -> str:
        """The level and, where there is none, why not."""
        told = self.level(answer.level)
        return f"{told}: {self.why(answer)}" if answer.level == CANNOT_BE_TOLD else told

    def why(self, answer: Answer) -> str:
        """In a few words what keeps a level from being told, or from being better; may be empty."""
        if answer.level != CANNOT_BE_TOLD:
            return answer.why.in_language(self.words.language) if answer.why else ""
        reasons = dict.fromkeys(self._why(name, case) for name, case in answer.undecided)
        # No "and" between them, which could make one read as the cause of the other.
        return "; ".join(reasons) or self.words("conclusions.why.no_rule")

    def _why(self, finding: str, case: Case) -> str:
        """In a few words what keeps a finding from being told."""
        if case != "cannot_be_told":
            return self.case(self.judgements[finding])
        kind = self.judgements[finding].reason.because[0].kind
        return self.words(f"conclusions.why.{_WHY.get(kind, 'no_number')}")

    def case(self, judgement: Judgement) -> str:
        """What came of a finding in a few words; of the register, projects are too few."""
        if judgement.case == "too_few" and judgement.finding.by_register:
            return self.words("conclusions.why.too_few_projects")
        return self.words(f"findings.case.{judgement.case}")

    def leading(self, text: str, subject: str) -> str:
        """Markdown of a judgement that leads to what it rests on, where the report shows that."""
        shown = escape_markdown(text)
        return f"[{shown}](#{basis_anchor(subject)})" if self.based else shown

    def strength(self, answer: Answer) -> str:
        """The strength of the evidence in words; what is not told has none."""
        if answer.strength is None:
            return self.words("conclusions.no_strength")
        return self.words(f"findings.strength.{answer.strength}")


def judgement_table(told: Told) -> str:
    """Criteria and questions with their judgement and its strength; empty without any.

    A criterion that follows from its one question stands in the same row as that.
    """
    words = told.words
    names = ("question", "level", "strength")
    rows = ["| " + " | ".join(words(f"conclusions.column.{name}") for name in names) + " |"]
    rows.append("|:" + "|:".join("-" * width for width in (66, 32, 16)) + "|")

    def row(label: str, answer: Answer, whole: bool) -> None:
        # Why a criterion that follows from its questions is not told stands in their rows.
        shown = told.level(answer.level) if answer.questions else told.judged(answer)
        level = told.leading(shown, answer.subject)
        cells = (label, f"**{level}**" if whole else level, escape_markdown(told.strength(answer)))
        rows.append("| " + " | ".join(cells) + " |")

    for criterion, questions in told.questions():
        name, judged = _criterion(criterion, words), told.criteria.get(criterion)
        if judged is not None and not _is_its_question(judged, questions):
            row(f"**{name}**", judged, whole=True)
            name = ""
        for part in questions:
            text = escape_markdown(f"{part.id} {part.text.in_language(words.language)}")
            label = f"**{name}.** {text}" if name else text
            whole = judged is not None and bool(name)
            row(label, told.answers[part.id], whole)
    if len(rows) == 2:
        return ""
    caption = words("conclusions.caption.criteria" if told.criteria else "conclusions.caption")
    return "\n".join(rows) + f"\n\n: {caption} {{#{JUDGEMENTS_ID}}}\n"


def basis_page(told: Told) -> str:
    """What each judgement rests on: its findings as the report says them, its strength and why.

    Where a finding claims a cause, the mechanism and the rival explanations follow, each with
    what speaks for it and against it.
    """
    words, parts = told.words, [_untold_for_few(told)]
    for criterion, questions in told.questions():
        questions = [each for each in questions if not _is_of_few(told, told.answers[each.id])]
        name, judged = _criterion(criterion, words), told.criteria.get(criterion)
        if judged is not None and _is_of_few(told, judged) and not questions:
            continue
        if judged is not None and not _is_its_question(judged, questions):
            parts.append(f"### {name} {{.unnumbered .unlisted #{basis_anchor(criterion)}}}\n\n")
            by = list_of(judged.questions, words.language)
            count = len(judged.questions)
            how = words("conclusions.weakest", questions=by, count=count) if by else ""
            parts.append(f"{_judgement(told, judged)} {escape_markdown(how)}\n\n")
            if not judged.questions:
                parts.append(_findings(told, judged.premises))
            name = ""
        for part in questions:
            heading = escape_markdown(f"{part.id} {part.text.in_language(words.language)}")
            heading = f"{name}. {heading}" if name else heading
            answer = told.answers[part.id]
            parts.append(f"### {heading} {{.unnumbered .unlisted #{basis_anchor(part.id)}}}\n\n")
            parts.append(f"{_judgement(told, answer)}\n\n{_findings(told, answer.premises)}")
            for finding in dict.fromkeys((*answer.premises, *part.findings)):
                judgement = told.judgements.get(finding)
                given = judgement.finding.contribution if judgement is not None else None
                if judgement is not None and given is not None and judgement.case in given.cases:
                    parts.append(_rivals(told, judgement, given))
    return "".join(parts)


def _is_of_few(told: Told, answer: Answer) -> bool:
    """Whether nothing but too few reports or projects keeps it from being told, and is all to say.

    Where a cause is claimed of few reports too, its rival explanations stand under the judgement.
    """
    given = [told.judgements[name].finding.contribution for name, _ in answer.undecided]
    return bool(given) and all(
        case == "too_few" and (each is None or case not in each.cases)
        for each, (_, case) in zip(given, answer.undecided, strict=True)
    )


def _untold_for_few(told: Told) -> str:
    """What too few reports or projects leave open, in a sentence; empty where that is nothing.

    Findings under each of these judgements would only say so again.
    """
    words, subjects = told.words, dict[str, list[str]]()
    for criterion, questions in told.questions():
        few = [part.id for part in questions if _is_of_few(told, told.answers[part.id])]
        judged = told.criteria.get(criterion)
        whole = judged is not None and _is_of_few(told, judged) and len(few) == len(questions)
        for place, name in enumerate(few or ([criterion] if whole else [])):
            answer = told.answers[name] if few else told.criteria[criterion]
            label = escape_markdown(name if few else _criterion(criterion, words))
            label = f"[{label}]{{#{basis_anchor(name)}}}"
            if few and whole and not place:
                label = f"[{label}]{{#{basis_anchor(criterion)}}}"
            subjects.setdefault(escape_markdown(told.why(answer)), []).append(label)
    lines = [
        words("conclusions.untold", items=list_of(labels, words.language), why=why)
        for why, labels in subjects.items()
    ]
    return f"{' '.join(lines)}\n\n" if lines else ""


def recommendation_list(due: Mapping[str, Recommendation], told: Told) -> str:
    """The recommendations: addressee, urgency, time, and the findings that call for each."""
    words = told.words
    if not due:
        asked = {
            leaf.judged.finding
            for each in told.conclusions.recommendations.values()
            for leaf in each.when.leaves()
            if leaf.judged is not None
        }
        outcomes = {told.judgements[name].outcome for name in asked}
        untold = outcomes == {"cannot_be_told"}
        return words(f"conclusions.{'untold' if untold else 'no'}_recommendations") + "\n"
    lines = []
    for each in due.values():
        to = escape_markdown(each.to.in_language(words.language))
        text = escape_markdown(each.text.in_language(words.language))
        about = words(
            "conclusions.about",
            priority=words(f"conclusions.priority.{each.priority}"),
            time=each.time.in_language(words.language),
        )
        why = " ".join(
            told.sentences[name] for name in premises_of(each.when, told.outcomes.findings)
        )
        lines.append(
            f"- **{to}:** {text} {escape_markdown(about)} *{words('conclusions.because')}* {why}\n"
        )
    return "".join(lines)


def glance_page(due: Mapping[str, Recommendation], told: Told) -> str:
    """For the first page: each criterion in a line, and who is asked to do what.

    Beside a level stands in a few words why it is no better; what cannot be told for one reason
    shares a line. Without rules for criteria a line is the answer to a question; empty without
    either.
    """
    words, lines = told.words, []
    open_ones: dict[str, list[str]] = {}
    for criterion, questions in told.questions():
        name, judged = _criterion(criterion, words), told.criteria.get(criterion)
        answers = [told.answers[each.id] for each in questions]
        single = judged is not None and _is_its_question(judged, questions)
        if judged is not None and not single:
            answers = [judged]
        for answer in answers:
            label = f"{name} {answer.subject}" if judged is None else name
            why, level = escape_markdown(told.why(answer)), told.level(answer.level)
            if answer.level == CANNOT_BE_TOLD:
                line = f": **{level}**, {why}\n"
                if line not in open_ones:
                    lines.append(line)
                others = open_ones.setdefault(line, [])
                label = label[:1].lower() + label[1:] if others else label
                others.append(told.leading(label, answer.subject))
                continue
            strength = words("conclusions.glance.strength", strength=told.strength(answer))
            strength = f"[({escape_markdown(strength)})]{{.quiet}}"
            because = f", {why}" if why else ""
            level = f"**{told.leading(level, answer.subject)}**"
            lines.append(f"- {label}: {level}{because} {strength}\n")
    lines = [
        f"- {list_of(open_ones[line], words.language)}{line}" if line in open_ones else line
        for line in lines
    ]
    parts = []
    if lines:
        title = words("conclusions.glance" if told.criteria else "conclusions.glance.questions")
        parts.append(f"**{escape_markdown(title)}**\n\n{''.join(lines)}")
    if due:
        title = words("conclusions.glance.recommendations")
        asked = (
            f"- **{escape_markdown(each.to.in_language(words.language))}:** "
            f"{escape_markdown(each.text.in_language(words.language))}\n"
            for each in due.values()
        )
        parts.append(f"**{escape_markdown(title)}**\n\n{''.join(asked)}")
    return "\n".join(parts)


def basis_anchor(subject: str) -> str:
    """`basis-1-1`: what the answer to a question, or the judgement of a criterion, rests on."""
    return f"basis-{re.sub('[^a-z0-9]', '-', subject)}"


def premise_text(told: Told, premise: Premise) -> str:
    """What came of a premise and where that leads, as markdown."""
    words, lean = told.words, weigh_premise(premise, told.outcomes)
    if premise.finding is not None:
        judgement = told.judgements[premise.finding]
        claim = judgement.finding.text.in_language(words.language).rstrip(".")
        found = words("logic.finding", claim=claim, case=told.case(judgement))
        what = escape_markdown(found)
        what = f"[{what}](#{told.anchors[premise.finding]}){{.evidence-link}}"
    else:
        answer = told.answers[premise.question or ""]
        found = words("logic.question", id=answer.subject, level=told.level(answer.level))
        what = told.leading(found, answer.subject)
    return words("logic.premise", what=what, lean=words(f"logic.lean.{lean}"))


def _criterion(criterion: str, words: Words) -> str:
    name = words(f"matrix.criterion.{criterion}").replace("\N{SOFT HYPHEN}", "")
    return escape_markdown(name[:1].upper() + name[1:])


def _is_its_question(judged: Answer, questions: Sequence[Question]) -> bool:
    return judged.questions == tuple(part.id for part in questions) and len(questions) == 1


def _judgement(told: Told, answer: Answer) -> str:
    level = told.judged(answer)
    text = f"**{escape_markdown(level[:1].upper() + level[1:])}.**"
    if answer.strength is None:
        return text
    words = told.words
    concerns = [words(f"findings.concern.{each}") for each in answer.concerns]
    strength = told.strength(answer) + (f" ({'; '.join(concerns)})" if concerns else "")
    return f"{text} {escape_markdown(words('conclusions.strength', strength=strength))}"


def _findings(told: Told, names: Iterable[str]) -> str:
    return "".join(f"- {told.sentences[name]}\n" for name in names) + "\n"


def _rivals(told: Told, judgement: Judgement, contribution: Contribution) -> str:
    """A causal claim with its mechanism, the other explanations and what is left of it."""
    words, language = told.words, told.words.language
    claim = judgement.text(language).rstrip(".")
    title = escape_markdown(words("rivals.title", claim=claim))
    mechanism = escape_markdown(contribution.mechanism.in_language(language))
    verdict = words(f"rivals.{contribution.verdict}")
    left = escape_markdown(words("rivals.verdict", verdict=verdict))
    lines = [f"*{title}* {escape_markdown(words('rivals.mechanism'))} {mechanism} {left}\n\n"]
    for rival in contribution.rivals:
        state: State = weigh(rival.premises, told.outcomes)
        text = escape_markdown(rival.text.in_language(language))
        why = "; ".join(premise_text(told, premise) for premise in rival.premises)
        found = f"**{words(f'logic.state.{state}')}**" + (f": {why}" if why else "")
        lines.append(f"- {text} {found[:2]}{found[2:3].upper()}{found[3:]}.\n")
    return "".join(lines) + "\n"


def conclusions_record(
    conclusions: Conclusions, judgements: Iterable[Judgement]
) -> list[dict[str, Any]]:
    """The levels of criteria and answers and the recommendations that are due, as plain values.

    Arguments:
        judgements: of the run.
    """
    judgements = tuple(judgements)
    judged = judged_so_far(judgements)
    numbers = Numbers({}, {}, judged)
    labels = {level: _plain_texts(text) for level, text in conclusions.scale.items()}
    labels[CANNOT_BE_TOLD] = {
        each: Words(each)(f"findings.outcome.{CANNOT_BE_TOLD}") for each in LANGUAGES
    }
    levels = [("criterion", *each) for each in levels_of_criteria(conclusions, judged).items()]
    levels += [("answer", each, level_by_rules(rules, numbers))
               for each, rules in conclusions.answers.items()]  # fmt: skip
    due = due_recommendations(conclusions, judgements, numbers)
    return [
        *({"kind": kind, "id": name, "level": level, "text": labels[level]}
          for kind, name, level in levels),
        *({"kind": "recommendation", "id": name, "level": "due", "text": _plain_texts(each.text)}
          for name, each in due.items()),
    ]  # fmt: skip


def _plain_texts(text: Text) -> dict[str, str]:
    return {each: own for each in LANGUAGES if (own := getattr(text, each))}
