"""What came of a text that was held against a bundle: verdicts on its numbers and judgements."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from evaltools.i18n.numbers import Language
from evaltools.publish.text_audit.outside_text import OutsideSentence
from evaltools.publish.text_audit.stated_numbers import StatedNumber

Status = Literal["borne_out", "drifted", "turned", "unknown"]
Detail = Literal[
    "said", "printed", "named", "wording_numbers", "printed_numbers", "near", "same_base",
    "other_case", "other_names", "does_not_hold", "cannot_be_told", "examined", "no_subject",
    "other_subject", "other_value", "limit", "no_number", "no_judgement", "negated", "denied",
    "complement", "level", "other_words", "as_fact", "opposed", "own_numbers",
]  # fmt: skip
"""Why: `said`, a finding says the sentence; `printed`, the report has it. Of numbers: `named`, an
indicator that the sentence names has it; `wording_numbers`, `printed_numbers`, `near`, `same_base`
of those that drifted (`near` also where *most* or *few* is said of it, which goes against it);
`no_subject`, the number is published, and the sentence does not name of what; `other_subject`, it
is of something else than what the sentence names; `other_value`, what it names has another value,
which need not be the one that the sentence or the column means; `limit`, no value is stated, one
side of it is; `no_number`. Of judgements: `other_case` and `other_names`, the finding now says
otherwise; `does_not_hold` and `cannot_be_told`, a statement of others that the report examined;
`examined`, the same, told with what came of it; `no_judgement`, no finding says it.
`negated`, a sentence with *not* has the number that is published without, or its finding's words;
`denied`, the same where it is unclear what is denied; `complement`, with *not* it has the number of
the rest; `level`, it tells a criterion's judgement; `other_words`, the number is published, and the
clause has words that what it means has not; `as_fact`, it tells as fact what is told;
`opposed`, the finding says the opposite, or leaves open what the sentence says; `own_numbers`,
words for how many or for more and less go against the numbers beside them."""

_ORDER: Final[tuple[Status, ...]] = ("turned", "drifted", "unknown", "borne_out")


@dataclass(frozen=True)
class Verdict:
    """What came of one number, or of the judgement of a sentence.

    Arguments:
        number: that it is about; None for a judgement.
        indicators: that bear it out, or that it drifted from; at most some of them, see `others`.
        others: how many more there are.
        finding: its id, where a sentence of one was known again.
        case: of the finding, as published; `told_case` is the one that the text tells.
        published: what the report says: the value, or the sentence.
    """

    status: Status
    detail: Detail
    number: StatedNumber | None = None
    indicators: tuple[str, ...] = ()
    others: int = 0
    finding: str = ""
    case: str = ""
    told_case: str = ""
    published: str = ""


@dataclass(frozen=True)
class AuditedSentence:
    """A sentence with a number or a judgement, what came of it, and the language it was read in."""

    sentence: OutsideSentence
    verdicts: tuple[Verdict, ...]
    language: Language

    @property
    def status(self) -> Status:
        """The worst of its verdicts."""
        return min((each.status for each in self.verdicts), key=_ORDER.index)


@dataclass(frozen=True)
class Audit:
    """A text held against what was published.

    Arguments:
        text: name of the file.
        against: name of the bundle or report.
        language: the text was read in.
        sentences: those with a number or a judgement.
        passed_over: how many have neither.
        languages: in which sentences were read, each with how many.
    """

    text: str
    against: str
    language: Language
    sentences: tuple[AuditedSentence, ...]
    passed_over: int
    languages: tuple[tuple[Language, int], ...] = ()

    def count(self, status: Status) -> int:
        """How many sentences have a status."""
        return sum(each.status == status for each in self.sentences)

    def fails(self, strict: bool = False) -> bool:
        """Whether anything drifted or turned; where strict, whether anything is unknown."""
        failing = {"drifted", "turned", *(("unknown",) if strict else ())}
        return any(each.status in failing for each in self.sentences)


def compare_numbers(
    stated: Sequence[StatedNumber],
    printed: Sequence[StatedNumber],
    alike: Verdict,
    differing: Detail,
) -> list[Verdict]:
    """Verdicts on the numbers of a sentence that was published with numbers of its own."""
    return [
        replace(alike, number=number)
        if (number.value, number.other) == (own.value, own.other)
        else replace(alike, status="drifted", detail=differing, number=number, published=own.text)
        for number, own in zip(stated, printed, strict=True)
    ]
