"""Every kind of reason has words, and every word for it a language."""

from typing import get_args

import pytest
from claims_by_hand import interval, share

from evaltools.findings.lookup import Reading
from evaltools.findings.reasons import Kind, Reason, ReasonKind
from evaltools.i18n.messages import Words, all_phrases

READING = Reading("challenge.staff.share", share("challenge.staff.share", 16)[2])
OTHER = Reading("challenge.aims.share", interval(0.5, 0.4, 0.6, key="challenge.aims.share"))
WITHOUT_NUMBERS = {
    "nothing_told",
    "other_rule",
    "other_rule_names",
    "other_rule_open",
    "other_rule_names_one",
    "premise",
    "other_premise",
}


@pytest.mark.parametrize("language", ["fi", "sv", "en"])
@pytest.mark.parametrize("kind", get_args(Kind))
def test_a_reason_of_every_kind_prints_its_numbers(kind, language):
    because = ReasonKind(kind, (READING,), (OTHER,), 0.5, (0.1, 0.6), word="S")
    text = Reason("cannot_be_told", (because,)).text(Words(language))
    assert ("challenge" in text) is (kind not in WITHOUT_NUMBERS)
    assert "{" not in text


def test_no_phrase_for_reasons_is_left_over():
    kinds = {key.rpartition(".")[2] for key in all_phrases() if key.startswith("findings.because.")}
    assert kinds == set(get_args(Kind))


@pytest.mark.parametrize(("x", "due_to_chance"), [(16, False), (15, True)])
def test_a_difference_of_zero_is_a_tie_and_not_called_chance(x, due_to_chance):
    other = Reading("challenge.aims.share", share("challenge.aims.share", x)[2])
    because = ReasonKind("not_beyond", (READING,), (other,))
    for language, chance in (("fi", "sattumasta"), ("sv", "slumpen"), ("en", "chance")):
        assert (chance in because.text(Words(language))) == due_to_chance
