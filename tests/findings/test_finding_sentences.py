"""Templates, forms and cases: what a sentence prints, and what is refused before it does."""

from __future__ import annotations

from dataclasses import replace

import pytest
from claims_by_hand import apart, count, finding, share, shares
from hypothesis import given
from hypothesis import strategies as st

from evaltools.findings.display import check_sentences, word_judgements
from evaltools.findings.judgement import Judgement, judge
from evaltools.findings.lookup import index_numbers
from evaltools.findings.sentences import (
    OUTCOME_OF,
    SentenceContext,
    choose_case,
    fill_template,
    plain_text,
)
from evaltools.findings.templates import TemplateError, parse_template, slots_of
from evaltools.findings.word_forms import WordForms, load_forms
from evaltools.i18n.messages import Words
from evaltools.i18n.number_forms import inflect_number
from evaltools.i18n.numbers import list_of
from evaltools.problems import ProblemError
from evaltools.study.schema import Judging

FORMS = WordForms(
    {
        "challenge.staff": {"fi": {"nominative": "henkilöstön vaihtuvuus"}},
        "challenge.partners": {"fi": {"nominative": "kumppanien kiireet"}},
        "challenge.aims": {"fi": {"nominative": "tavoitteiden epäselvyys"}},
        "region.06": {"fi": {"elative": "Pirkanmaalta"}},
    }
)
READ = share("reports.read.share", 52, 122, 122)
LEADS = {"leads": {"of": "challenge.*.share"}}
SENTENCES = {
    "holds": "Yleisin on {top:nominative} ({top.fraction}).",
    "does_not_hold": "Mikään ei ole yleisin.",
    "cannot_be_told": "Ei voi sanoa.",
    "tied": "Yhtä yleisiä {top?on|ovat} {top:nominative}.",
    "close": "Kärjessä {best?on|ovat} {best:nominative+fraction}.",
    "none": "Mitään ei mainita.",
    "too_few": "Raportteja on {reports.read.x:words}.",
}
NAMES = {
    "top": {"of": "challenge.*.share", "first": 1},
    "best": {"of": "challenge.*.share", "unbeaten": True},
}


def leading(estimand="D", **changes):
    texts = {case: {"fi": text} for case, text in SENTENCES.items()}
    return finding(LEADS, estimand=estimand, names=NAMES, sentences=texts, **changes)


def said(indicators, asked=None, estimand="D") -> tuple[Judgement, str]:
    judged = judge([asked or leading(estimand)], indicators, estimand, judging=Judging())
    (worded,) = word_judgements(
        judged, index_numbers(indicators), FORMS, {"fi": Words("fi")}, {"fi": {}}, {"region": "06"}
    )
    return worded, worded.text("fi")


def fill(template, indicators=(), **values):
    context = SentenceContext(
        index_numbers([*READ, *indicators]), {}, FORMS, Words("fi"), {}, values
    )
    return plain_text(fill_template(template, context))


def test_the_data_say_who_leads():
    judged, text = said([*READ, *shares(staff=37, partners=12)])
    assert (judged.case, text) == ("holds", "Yleisin on henkilöstön vaihtuvuus (37/52).")
    _, text = said([*READ, *shares(staff=12, partners=37)])
    assert text == "Yleisin on kumppanien kiireet (37/52)."


def test_a_tie_names_all_that_tie():
    judged, text = said([*READ, *shares(staff=20, partners=20, aims=3)])
    assert judged.case == "tied"
    assert text == "Yhtä yleisiä ovat kumppanien kiireet ja henkilöstön vaihtuvuus."


def test_nothing_told_is_no_tie_of_noughts():
    judged, text = said([*READ, *shares(staff=0, partners=0)])
    assert (judged.case, text) == ("none", "Mitään ei mainita.")


@pytest.mark.parametrize("estimand", ["P", "S"])
def test_a_small_lead_names_nobody_the_commonest(estimand):
    pairs = [
        *apart("partners", "staff", 10, 12), *apart("aims", "staff", 1, 36),
        *apart("aims", "partners", 1, 34),
    ]  # fmt: skip
    numbers = [*READ, *shares(staff=37, partners=35, aims=2), *pairs]
    judged, text = said(numbers, leading(estimand))
    assert judged.case == "close"
    assert text == "Kärjessä ovat henkilöstön vaihtuvuus (37/52) ja kumppanien kiireet (35/52)."


def test_few_reports_decide_nothing_whatever_they_say():
    few = [*share("reports.read.share", 5, 8, 8), *share("challenge.staff.share", 5, 5, 8)]
    judged, text = said([*few, *share("challenge.partners.share", 0, 5, 8)])
    assert (judged.case, text) == ("too_few", "Raportteja on viisi.")


def test_coders_who_disagree_are_no_ground():
    from evaltools.indicators.indicator import Indicator, dimensions

    def alpha(value):
        return Indicator(
            key="coding.agreement_by_code.index", value=value, unit="index", n=52, estimand="S",
            dimensions=dimensions(code="challenge.staff", statistic="alpha"),
        )  # fmt: skip

    asked = leading(evidence=[{"code": "challenge.*"}])
    numbers = [*READ, *shares(staff=37, partners=12)]
    assert said([*numbers, alpha(0.667)], asked)[0].case == "holds"
    assert said([*numbers, alpha(0.66)], asked)[0].case == "coders_disagree"
    assert said([*numbers, alpha(None)], asked)[0].outcome == "cannot_be_told"
    told = "Ei voi sanoa, koska luokittelijat olivat eri mieltä aiheesta ”challenge.staff” "
    assert said([*numbers, alpha(0.1)], asked)[1] == f"{told}(alfa 0,10)."
    told = "Ei voi sanoa, koska ei tiedetä, kuinka yhtenevästi aihe ”challenge.staff” luokiteltiin."
    assert said([*numbers, alpha(None)], asked)[1] == told


def agreement(code, value):
    record = share("coding.agreement_by_code.index", 1)[0]
    return replace(
        record, key="coding.agreement_by_code.index", value=value, unit="index", estimand="S",
        dimensions=(("code", code), ("statistic", "alpha")),
    )  # fmt: skip


UNKNOWN = "Ei tiedetä, kuinka yhtenevästi"


@pytest.mark.parametrize(
    ("staff", "partners", "told"),
    [
        (0.9, 0.9, ""),
        (None, 0.9, f" {UNKNOWN} aihe ”challenge.staff” luokiteltiin."),
        (None, None, f" {UNKNOWN} aiheet ”challenge.staff” ja ”challenge.partners” luokiteltiin."),
        (
            None, 0.5,
            " Luokittelijat olivat eri mieltä aiheesta ”challenge.partners” (alfa 0,50). "
            f"{UNKNOWN} aihe ”challenge.staff” luokiteltiin.",
        ),
    ],
)  # fmt: skip
def test_a_lead_that_is_too_small_is_told_with_what_nobody_knows_of_the_coding(
    staff, partners, told
):
    pairs = [
        *apart("partners", "staff", 10, 12), *apart("aims", "staff", 1, 36),
        *apart("aims", "partners", 1, 34),
    ]  # fmt: skip
    alphas = [agreement("challenge.staff", staff), agreement("challenge.partners", partners)]
    numbers = [*READ, *shares(staff=37, partners=35, aims=2), *pairs, *alphas]
    judged, text = said(numbers, leading("P", evidence=[{"code": "challenge.*"}]))
    assert judged.case == "close"
    assert text.partition("(35/52).")[2] == told


def test_a_lead_that_is_too_small_is_told_with_what_coders_disagree_on():
    alpha = agreement("challenge.staff", 0.651)
    pairs = [
        *apart("partners", "staff", 10, 12), *apart("aims", "staff", 1, 36),
        *apart("aims", "partners", 1, 34),
    ]  # fmt: skip
    numbers = [*READ, *shares(staff=37, partners=35, aims=2), *pairs, alpha]
    judged, text = said(numbers, leading("P", evidence=[{"code": "challenge.*"}]))
    assert judged.case == "close"
    assert text.endswith(
        "(35/52). Luokittelijat olivat eri mieltä aiheesta ”challenge.staff” (alfa 0,65)."
    )
    (part,) = [each for each in judged.said["fi"] if each.indicator is alpha]
    assert (part.text, part.shows) == ("0,65", "value")


@pytest.mark.parametrize(("alpha", "case"), [(0.667, "holds"), (0.66, "coders_disagree")])
def test_an_order_of_two_themes_needs_agreement_on_both(alpha, case):
    """Also on the one that the declared evidence leaves out."""
    record = share("coding.agreement_by_code.index", 1)[0]
    agreement = [
        replace(record, key="coding.agreement_by_code.index", value=value, unit="index",
                estimand="S", dimensions=(("code", code), ("statistic", "alpha")))
        for code, value in (("challenge.staff", 0.8), ("challenge.partners", alpha))
    ]  # fmt: skip
    texts = {each: {"fi": "A."} for each in ("holds", "does_not_hold", "cannot_be_told")}
    order = {"order": {"keys": ["challenge.staff.share", "challenge.partners.share"]}}
    asked = finding(order, sentences=texts, evidence=[{"code": "challenge.staff"}])
    numbers = [*READ, *shares(staff=37, partners=12), *agreement]
    assert said(numbers, asked)[0].case == case


def test_every_case_falls_back_on_the_outcome_that_it_has():
    asked = leading()
    for case, outcome in OUTCOME_OF.items():
        text = asked.sentence_for(case)
        assert text is not None
        assert text.fi == SENTENCES.get(case, SENTENCES[outcome])


def test_an_outcome_without_a_sentence_is_refused():
    with pytest.raises(ValueError, match="sentences lack cannot_be_told"):
        finding(sentences={"holds": {"fi": "a"}, "does_not_hold": {"fi": "b"}})


@pytest.mark.parametrize(
    ("sentences", "told"),
    [
        ({"none": {"fi": "{top:nominative} ei."}}, "there may be no names for 'top'"),
        ({"holds": {"fi": "{reports.read+fraction}"}}, "follows a list of names"),
        ({"holds": {"fi": "{a b}"}}, "a brace is not part of a slot"),
        ({"holds": {"fi": "{top+both}"}}, "'\\+both' is not known"),
    ],
)
def test_what_no_run_could_fill_is_refused_when_it_is_read(sentences, told):
    texts = {case: {"fi": text} for case, text in SENTENCES.items()}
    with pytest.raises(ValueError, match=told):
        finding(LEADS, names=NAMES, sentences={**texts, **sentences})


def test_forms_are_missed_for_every_name_and_not_only_for_this_runs():
    numbers = index_numbers([*READ, *shares(staff=37, partners=12, technology=0)])
    (problem,) = check_sentences([leading()], numbers, FORMS, {})
    assert "'challenge.technology' lacks forms" in problem.what
    assert problem.allowed == "fi nominative"


def test_unknown_numbers_forms_and_parameters_are_told_at_once():
    texts = {case: {"fi": "a"} for case in ("holds", "does_not_hold", "cannot_be_told")}
    texts["holds"] = {"fi": "{challenge.stuff.x} {reports.read.x:vocative} {parameter.area}"}
    asked = finding(LEADS, sentences=texts)
    problems = check_sentences(
        [asked], index_numbers([*READ, *shares(staff=1)]), FORMS, {"region": ["06"]}
    )
    told = "\n".join(map(str, problems))
    assert "'{challenge.stuff.x}' is no number of the run" in told
    assert "has no form 'vocative'; allowed: adessive, elative" in told
    assert "'{parameter.area}' is no parameter; allowed: region" in told


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("{reports.read.x:words|raportti|raporttia}", "52\u00a0raporttia"),
        ("{reports.read.n:elative}", "122:sta"),
        ("{one.share.x}", None),
        ("{a.one.x:words|raportti|raporttia} kertoo.", "Yksi\u00a0raportti kertoo."),
        ("siitä kertoo {a.one.x:words|raportti|raporttia}", "Siitä kertoo yksi\u00a0raportti"),
        ("{a.two.x:inessive|raportissa|raportissa}", "Kahdessa\u00a0raportissa"),
        ("Niitä {a.two.x?on|ovat} {a.two.fraction}.", "Niitä ovat 2/52."),
        (
            "{a.none.x?on|on|ei ole} {a.none.x:words|raportti|raporttia|yksikään raportti}",
            "Ei ole yksikään raportti",
        ),
        (
            "{a.one.x?on|on|ei ole} {a.one.x:words|raportti|raporttia|yksikään raportti}",
            "On yksi\u00a0raportti",
        ),
        ("{parameter.region:elative} luettiin", "Pirkanmaalta luettiin"),
        ("Osuus on {reports.read.share}.", "Osuus on 43\u00a0%."),
    ],
)
def test_slots_print_numbers_in_the_form_that_is_asked_for(template, text):
    own = [*share("a.none.share", 0), *share("a.one.share", 1), *share("a.two.share", 2)]
    if text is None:
        with pytest.raises(KeyError):
            fill(template, own, region="06")
    else:
        assert fill(template, own, region="06") == text


@pytest.mark.parametrize(
    ("value", "form", "text"),
    [
        (0, "elative", "nollasta"), (3, "elative", "kolmesta"), (10, "inessive", "kymmenessä"),
        (11, "elative", "11:stä"), (12, "elative", "12:sta"), (17, "adessive", "17:llä"),
        (20, "inessive", "20:ssä"), (52, "elative", "52:sta"), (100, "elative", "100:sta"),
        (110, "elative", "110:stä"), (1000, "genitive", "1\u00a0000:n"),
        (8, "partitive", "kahdeksaa"),
    ],
)  # fmt: skip
def test_finnish_numbers_have_cases(value, form, text):
    assert inflect_number(value, "fi", form) == text


def test_swedish_counts_agree_with_the_gender_of_what_is_counted():
    assert [inflect_number(1, "sv", form) for form in ("words", "common")] == ["ett", "en"]


def test_a_row_of_names_with_an_and_within_is_joined_by_another_word():
    assert (
        list_of(["etätyö ja verkkokokoukset", "apu"], "fi") == "etätyö ja verkkokokoukset sekä apu"
    )
    assert list_of(["a", "b och c"], "sv") == "a samt b och c"
    assert list_of(["a", "b", "c"], "fi") == "a, b ja c"


@given(st.text(alphabet="{}:|?+.abc ", max_size=30))
def test_any_text_is_a_template_or_refused(text):
    try:
        pieces = parse_template(text)
    except TemplateError:
        return
    assert "{" not in "".join(piece for piece in pieces if isinstance(piece, str))
    assert len(slots_of(text)) <= text.count("{")


@given(st.lists(st.integers(0, 52), min_size=2, max_size=3))
def test_the_sentence_is_true_of_any_counts(counts):
    """Recounted from the counts alone: who leads, whether any does, whether any is told of."""
    names = ["staff", "partners", "aims"][: len(counts)]
    judged, text = said([*READ, *shares(**dict(zip(names, counts, strict=True)))])
    most = max(counts)
    leaders = [name for name, x in zip(names, counts, strict=True) if x == most]
    if most == 0:
        assert text == "Mitään ei mainita."
    elif len(leaders) == 1:
        label = FORMS.get(f"challenge.{leaders[0]}", "fi", "nominative")
        assert text == f"Yleisin on {label} ({most}/52)."
    else:
        assert text.startswith("Yhtä yleisiä ovat ")
        assert all(FORMS.get(f"challenge.{n}", "fi", "nominative") in text for n in leaders)
    assert judged.is_said


def test_a_conclusion_falls_with_its_premise():
    premise = leading(name="first")
    texts = {case: {"fi": case} for case in ("holds", "does_not_hold", "cannot_be_told")}
    rest = finding(
        {"judged": {"finding": "first", "cases": ["holds"]}}, name="second", sentences=texts
    )
    outcomes = {}
    for name, numbers in {
        "holds": shares(staff=37, partners=12),
        "does_not_hold": shares(staff=12, partners=12),
    }.items():
        judged = judge([premise, rest], [*READ, *numbers], "D")
        outcomes[name] = judged[1].outcome
    few = [*share("reports.read.share", 5, 8, 8), *shares(staff=37, partners=12)]
    outcomes["cannot_be_told"] = judge([premise, rest], few, "D")[1].outcome
    assert outcomes == {name: name for name in outcomes}


def test_a_premise_must_stand_before_what_rests_on_it():
    texts = {case: {"fi": case} for case in ("holds", "does_not_hold", "cannot_be_told")}
    rest = finding({"judged": {"finding": "first"}}, name="second", sentences=texts)
    with pytest.raises(ProblemError, match="no finding before it is called 'first'"):
        judge([rest, leading(name="first")], [*READ, *shares(staff=1)], "D")


def test_all_and_none_are_cases_of_their_own():
    numbers = index_numbers(share("a.b.share", 52))
    assert choose_case("holds", (), [numbers.read("a.b.share", "D")]) == "all"
    numbers = index_numbers(share("a.b.share", 0))
    assert choose_case("does_not_hold", (), [numbers.read("a.b.share", "D")]) == "none"
    numbers = index_numbers([count("a.b.count", 3)])
    assert choose_case("holds", (), [numbers.read("a.b.count", "D")]) == "holds"


def test_forms_that_are_no_texts_are_told_with_their_line(tmp_path):
    (tmp_path / "reports").mkdir()
    (tmp_path / "reports" / "forms.yml").write_text("a.b:\n  fi: {nominative: 3}\n  xx: {}\nc: d\n")
    with pytest.raises(ProblemError) as caught:
        load_forms(tmp_path)
    text = str(caught.value)
    assert "reports/forms.yml:2: a.b, fi, nominative: is no text" in text
    assert "reports/forms.yml:3: a.b: 'xx' is no language" in text
    assert "reports/forms.yml:4: c has no forms by language" in text
