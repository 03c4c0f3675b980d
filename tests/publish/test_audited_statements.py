"""Statements whose number is right and whose words are not: borne out only where all of it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import pytest

from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator
from evaltools.provenance.artifacts import JudgedFinding
from evaltools.publish.text_audit.audit import audit_text
from evaltools.publish.text_audit.audit_verdicts import AuditedSentence
from evaltools.publish.text_audit.criteria import CriterionLevels
from evaltools.publish.text_audit.output import explain_verdict, summarise
from evaltools.publish.text_audit.outside_text import OutsideSentence, OutsideText
from evaltools.publish.text_audit.published import Published


def say(fi: str, sv: str, en: str) -> dict[Language, str]:
    return {"fi": fi, "sv": sv, "en": en}


CODES: Final = {
    "problem.heat": say("kuumuus", "hettan", "heat"),
    "problem.rain": say("myrskyt", "regnet", "rain"),
}
DESCRIBED: Final = {
    "problem.{}.share": say(
        "Niiden luettujen raporttien osuus, joissa kerrotaan ongelmasta ”{}”.",
        "Andelen lästa rapporter som berättar om problemet ”{}”.",
        "Share of the reports read that tell of the problem ‘{}’.",
    ),
    "profits.claimed.share": say(
        "Niiden luettujen raporttien osuus, joissa ilmoitetaan voittoja.",
        "Andelen lästa rapporter som uppger vinster.",
        "Share of the reports read that claim profits.",
    ),
    "aims.met.share": say(
        "Niiden päämäärien osuus, jotka raportin mukaan saavutettiin.",
        "Andelen syften som enligt rapporten nåddes.",
        "Share of the aims that were reached according to the report.",
    ),
    "aims.met_measured.share": say(
        "Niiden päämäärien osuus, jotka raportin mukaan saavutettiin mitatusti.",
        "Andelen syften som enligt rapporten nåddes och har mätts.",
        "Share of the aims that were reached and measured according to the report.",
    ),
    "plots.owned.share": say(
        "Niiden palstojen osuus, joilla on viljelijä.",
        "Andelen lotter som har en odlare.",
        "Share of the plots that have a gardener.",
    ),
    "grants.median.money": say(
        "Tunnettujen avustusten mediaani.",
        "Medianen av de kända bidragen.",
        "Median of the known grants.",
    ),
    "reports.read.share": say(
        "Niiden hankkeiden osuus, joilta raportti odotettiin ja luettiin, "
        "ei kuitenkaan niiden, jotka myöhästyivät.",
        "Andelen projekt vars rapport väntades och lästes, dock inte de som var sena.",
        "Share of the projects whose report was expected and read, but not of those late.",
    ),
}
NAMES: Final = {
    "profits.claimed": say("voittoja", "vinster", "profits"),
    "aims.met": say("päämäärät", "syften", "aims"),
    "aims.met_measured": say("mitatut päämäärät", "mätta syften", "measured aims"),
    "plots.owned": say("palstat", "lotter", "plots"),
    "grants.median": say("avustusten mediaani", "medianen bidragen", "median grants"),
    "reports.read": say("luetut raportit", "lästa rapporter", "reports read"),
}
INDICATORS: Final = (
    Indicator("problem.heat.share", 30 / 40, "share", 30, 40),
    Indicator("problem.rain.share", 28 / 40, "share", 28, 40),
    Indicator("profits.claimed.share", 9 / 40, "share", 9, 40),
    Indicator("aims.met.share", 44 / 90, "share", 44, 90),
    Indicator("aims.met_measured.share", 21 / 90, "share", 21, 90),
    Indicator("plots.owned.share", 12 / 85, "share", 12, 85),
    Indicator("grants.median.money", 51_300.0, "money", n=61),
    Indicator("reports.read.share", 40 / 57, "share", 40, 57, None, "S", 0.57, 0.8),
)
KINDS: Final[dict[Language, dict[str, frozenset[str]]]] = {
    "fi": {"problem": frozenset({"ongel"}), "cure": frozenset({"ratka"})},
    "sv": {"problem": frozenset({"probl"}), "cure": frozenset({"åtgär"})},
    "en": {"problem": frozenset({"probl"}), "cure": frozenset({"remed"})},
}
FINDINGS: Final = (
    JudgedFinding(
        "order",
        "holds",
        ("problem.heat.share", "profits.claimed.share"),
        case="holds",
        said=say(
            "Kuumuudesta kerrotaan useammin (30/40) kuin voitoista (9/40).",
            "Hettan nämns oftare (30/40) än vinster (9/40).",
            "Heat is mentioned more often (30/40) than profits (9/40).",
        ),
    ),
    JudgedFinding(
        "themes",
        "holds",
        ("problem.heat.share", "problem.rain.share"),
        case="holds",
        said=say(
            "Kuumuudesta kerrotaan useammin kuin myrskyistä.",
            "Hettan nämns oftare än regnet.",
            "Heat is mentioned more often than rain.",
        ),
    ),
    JudgedFinding(
        "few-plots",
        "holds",
        ("plots.owned.share",),
        case="holds",
        said=say(
            "Harvalla palstalla (12/85) on viljelijä.",
            "Få lotter (12/85) har en odlare.",
            "Few plots (12/85) have a gardener.",
        ),
    ),
    JudgedFinding(
        "commonest",
        "cannot_be_told",
        ("problem.heat.share", "problem.rain.share"),
        case="close",
        said=say(
            "Eniten mainitaan kuumuus ja myrskyt, ja ero on pieni.",
            "Mest nämns hettan och regnet, och skillnaden är liten.",
            "What is mentioned most is heat and rain, with little between them.",
        ),
        wordings={
            "holds": say(
                "Yleisin ongelma on {top:nominative}.",
                "Det vanligaste problemet är {top:noun}.",
                "The commonest problem is {top:noun}.",
            )
        },
    ),
    JudgedFinding(
        "aims",
        "cannot_be_told",
        ("aims.met.share",),
        case="cannot_be_told",
        said=say(
            "Päämääristä 44/90 kerrotaan saavutetun, eikä enemmistöä voi todeta.",
            "Av syftena uppges 44/90 ha nåtts, och om de är flest går inte att säga.",
            "Of the aims 44/90 are said to be reached; no majority can be told.",
        ),
        wordings={
            "holds": say(
                "Enemmistö päämääristä ({aims.met.fraction}) saavutettiin.",
                "De flesta syften ({aims.met.fraction}) uppges ha nåtts.",
                "Most aims ({aims.met.fraction}) were reached.",
            )
        },
    ),
    JudgedFinding(
        "among-two",
        "cannot_be_told",
        ("problem.rain.share",),
        case="close",
        said=say(
            "Ero on niin pieni, ettei myrskyjen sijaa voi varmistaa.",
            "Avståndet är för litet för att avgöra regnets plats.",
            "Rain is too close to the others to tell its place.",
        ),
        wordings={
            "holds": say(
                "Myrskyt, joista kertoo {problem.rain.x:words|raportti|raporttia}, on kahden "
                "yleisimmän ongelman joukossa.",
                "Regnet, som nämns i {problem.rain.x:common|rapport|rapporter}, hör till de två "
                "vanligaste problemen.",
                "Rain, mentioned in {problem.rain.x:words|report|reports}, is among the two "
                "commonest problems.",
            )
        },
    ),
)


def described(language: Language) -> Iterator[tuple[str, str]]:
    for key, texts in DESCRIBED.items():
        for code in CODES if "{}" in key else ("",):
            label = CODES[code][language] if code else ""
            yield key.format(code.partition(".")[2]), texts[language].format(label)


PUBLISHED: Final = Published(
    name="bundle",
    language="en",
    indicators=INDICATORS,
    names={
        each: {key: (texts[each],) for key, texts in (CODES | NAMES).items()} for each in LANGUAGES
    },
    findings={each.id: each for each in FINDINGS},
    codes=frozenset(CODES),
    kinds=KINDS,
    descriptions={each: dict(described(each)) for each in LANGUAGES},
    criteria=CriterionLevels(
        {"impact": "not_shown"},
        {"fi": {"not_shown": "ei osoitettu"}, "sv": {"not_shown": "inte visat"},
         "en": {"not_shown": "not shown"}},
        {"fi": {"impact": "vaikuttavuus"}, "sv": {"impact": "effekter"},
         "en": {"impact": "impact"}},
    ),
)  # fmt: skip


def audited(sentence: str, language: Language) -> AuditedSentence:
    text = OutsideText((OutsideSentence(1, sentence, block=sentence),), language)
    (found,) = audit_text("a.md", text, PUBLISHED, language).sentences
    return found


TRUE: Final[list[tuple[Language, str]]] = [
    ("fi", "Kuumuudesta kertoo 30 raporttia 40:stä."),
    ("fi", "Voittoja ilmoitetaan 9 raportissa 40:stä."),
    ("fi", "Raportin mukaan 44/90 päämäärää saavutettiin."),
    ("fi", "Palstoista 12/85 on sellaisia, joilla on viljelijä."),
    ("fi", "Avustusten mediaani oli 51 300 euroa."),
    ("fi", "Vaikuttavuutta ei ole osoitettu."),
    ("sv", "Hettan nämns i 30 av 40 rapporter."),
    ("sv", "Vinster uppges i 9 av 40 rapporter."),
    ("sv", "Enligt rapporten nåddes 44 av 90 syften."),
    ("sv", "Av lotterna har 12/85 en odlare."),
    ("sv", "Medianen av bidragen var 51 300 euro."),
    ("sv", "Effekterna har inte visats."),
    ("en", "Heat is named by 30 of the 40 reports."),
    ("en", "Of 40 reports, 9 claim profits."),
    ("en", "According to the reports, 44 of 90 aims were reached."),
    ("en", "By the reports, 21 of 90 aims were reached and measured."),
    ("en", "A gardener is had by 12 of 85 plots."),
    ("en", "The median grant was EUR 51,300."),
    ("en", "Impact has not been shown."),
    ("en", "The projects from which a report was expected and read are 40 of 57."),
]


@pytest.mark.parametrize(("language", "sentence"), TRUE)
def test_a_paraphrase_that_says_no_more_is_borne_out(language: Language, sentence: str) -> None:
    assert audited(sentence, language).status == "borne_out"


@pytest.mark.parametrize(
    ("language", "sentence", "detail"),
    [
        # The predicate, or a unit, is another one.
        ("fi", "Raporteista 40/57 menestyi.", "other_words"),
        ("fi", "Kuumuudesta kertoo 30 kylää 40:stä.", "other_words"),
        ("fi", "Palstoista 12/85 tuottaa ruokaa.", "other_words"),
        ("fi", "Avustusten mediaani oli 51 300 euroa kylää kohti.", "other_words"),
        ("sv", "Av lästa rapporter belönades 40/57.", "other_words"),
        ("sv", "Hettan nämns i 30 av 40 byar.", "other_words"),
        ("sv", "Medianen av bidragen var 51 300 euro per by.", "other_words"),
        ("en", "Of the reports read, 40 of 57 won a prize.", "other_words"),
        ("en", "Heat is mentioned in 30 of 40 villages.", "other_words"),
        ("en", "The median grant was EUR 51,300 per village.", "other_words"),
        # Of how many, told as how many; and all of those of which a part was counted.
        ("fi", "Raportti luettiin 57 hankkeesta.", "no_subject"),
        ("sv", "Rapporten lästes från 57 projekt.", "no_subject"),
        ("en", "A report was read from 57 projects.", "other_subject"),
        ("fi", "Raportin mukaan 21/90 päämäärää saavutettiin.", "other_words"),
        ("sv", "Enligt rapporten nåddes 21 av 90 syften.", "other_words"),
        ("en", "According to the report, 21 of 90 aims were reached.", "other_words"),
        # A description says what is not meant: that is no word of what is.
        ("en", "Of late projects 40 of 57 have a report that was read.", "other_words"),
        # What the report says is told, as fact, or from another source.
        ("fi", "Voittoja 9/40.", "as_fact"),
        ("fi", "Päämääristä 44/90 saavutettiin.", "as_fact"),
        ("fi", "Mittausten mukaan 44/90 päämäärää saavutettiin.", "other_words"),
        ("sv", "44 av 90 syften nåddes.", "as_fact"),
        ("sv", "44 av 90 syften nåddes enligt mätningar.", "other_words"),
        ("en", "44 of 90 aims were reached.", "as_fact"),
        ("en", "Profits arose in 9 of 40 reports.", "other_words"),
        # A rider, each clause by itself.
        ("fi", "Kuumuudesta kertoo 30/40 raporttia, joten kylät kärsivät.", "no_judgement"),
        ("sv", "Hettan nämns i 30 av 40 rapporter, så byarna led.", "no_judgement"),
        ("en", "Heat is mentioned in 30 of 40 reports, so the villages suffered.", "no_judgement"),
        ("en", "Heat is mentioned in 30 of 40 reports and ruined crops.", "other_words"),
        # A judgement without a number.
        ("fi", "Avustukset valuivat hukkaan.", "no_judgement"),
        ("sv", "Bidragen slösades bort.", "no_judgement"),
        ("en", "The grants were squandered.", "no_judgement"),
    ],
)
def test_a_right_number_bears_out_no_other_words(
    language: Language, sentence: str, detail: str
) -> None:
    found = audited(sentence, language)
    assert found.status == "unknown"
    assert detail in {each.detail for each in found.verdicts}


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        # What is counted beside the number is not what the number counts.
        ("fi", "Raporteista 44/90 kertoo päämäärän saavutetun."),
        ("fi", "Kylistä 30/40 kertoo kuumuudesta."),
        ("sv", "44 av 90 rapporter säger att ett syfte nåddes."),
        ("sv", "Av projekten uppger 9/40 vinster."),
        ("en", "44 of 90 reports say that aims were reached."),
        ("en", "Profits are claimed by 9 of 40 projects."),
        # The ones who tell are others than those that were read.
        ("fi", "Kuumuus kertoi 30 raportissa 40:stä."),
        ("sv", "Hettan nämner 30 av 40 rapporter."),
        ("en", "Heat told of 30 of 40 reports."),
        # Two themes, and numbers in another order.
        ("fi", "Kuumuudesta ja myrskyistä kertoi 28 ja 30 raporttia 40:stä."),
        ("sv", "Hettan och regnet nämns i 28 respektive 30 av 40 rapporter."),
        ("en", "Heat and rain are mentioned in 28 and 30 of 40 reports."),
        ("en", "Heat is mentioned in 28 and rain in 30 of 40 reports."),
        # A code of another kind.
        ("fi", "Kuumuus mainitaan ratkaisuna 30 raportissa 40:stä."),
        ("sv", "Hettan nämns som åtgärd i 30 av 40 rapporter."),
        ("en", "Heat is mentioned as a remedy in 30 of 40 reports."),
        # A part of what is said, or all of it and a part once more.
        ("fi", "Raporteista 40/57 odotettiin."),
        ("sv", "40 av 57 projekt väntades."),
        ("en", "Of the projects 40 of 57 were expected."),
        ("en", "Owned plots in 12 of 85 plots own a gardener."),
    ],
)  # fmt: skip
def test_right_words_in_other_roles_are_not_borne_out(language: Language, sentence: str) -> None:
    assert audited(sentence, language).status != "borne_out"


@pytest.mark.parametrize(
    ("language", "sentence", "finding"),
    [
        # Turned round, in words or by the sides of the comparison, with numbers or without.
        ("fi", "Kuumuudesta kerrotaan harvemmin (30/40) kuin voitoista (9/40).", "order"),
        ("fi", "Kuumuudesta kerrotaan harvemmin kuin myrskyistä.", "themes"),
        ("fi", "Myrskyistä kerrotaan useammin kuin kuumuudesta.", "themes"),
        ("sv", "Hettan nämns mer sällan (30/40) än vinster (9/40).", "order"),
        ("sv", "Regnet nämns oftare än hettan.", "themes"),
        ("en", "Heat is mentioned less often (30/40) than profits (9/40).", "order"),
        ("en", "Reports mention rain more often than heat.", "themes"),
        ("en", "Heat is less common than rain.", "themes"),
        # The other word for how many.
        ("fi", "Useimmilla palstoilla on viljelijä.", "few-plots"),
        ("sv", "De flesta lotter har en odlare.", "few-plots"),
        ("en", "Most plots have a gardener.", "few-plots"),
        # Surer than the finding is.
        ("fi", "Yleisin ongelma on kuumuus (30/40).", "commonest"),
        ("fi", "Suurin ongelma oli myrskyt.", "commonest"),
        ("sv", "Hettan är det vanligaste problemet.", "commonest"),
        ("en", "The main problem was heat.", "commonest"),
        ("fi", "Enemmistö päämääristä kerrotaan saavutetun.", "aims"),
        ("sv", "De flesta syften uppges ha nåtts.", "aims"),
        ("en", "Most aims are said to be reached.", "aims"),
    ],
)  # fmt: skip
def test_what_a_finding_says_otherwise_turned(
    language: Language, sentence: str, finding: str
) -> None:
    found = audited(sentence, language)
    assert found.status == "turned"
    verdict = found.verdicts[0]
    assert verdict.finding == finding
    assert verdict.published in explain_verdict(verdict, Words(language))


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Useimmat asukkaat (12/85) ovat tyytyväisiä."),
        ("sv", "Nästan alla invånare (51 %) är nöjda."),
        ("en", "Few inhabitants (61%) are content."),
        ("en", "Frost (12/40) is named more often than wind (20/40)."),
    ],
)
def test_words_that_go_against_their_own_numbers_turned(language: Language, sentence: str) -> None:
    assert ("turned", "own_numbers") in {
        (each.status, each.detail) for each in audited(sentence, language).verdicts
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Harvinaisin ongelma on kuumuus."),
        ("sv", "Hettan hör till de vanligaste problemen."),
        ("en", "Heat is among the commonest problems."),
        ("en", "Heat is not the commonest problem."),
        ("en", "Few of the gardeners' plots flourish."),
        ("fi", "Se, saavutettiinko enemmistö (44/90) päämääristä, riippuu säästä."),
        ("sv", "Om de flesta syften (44/90) nåddes beror på vädret."),
        ("en", "Whether most aims (44/90) were reached depends on the weather."),
    ],
)
def test_what_no_finding_speaks_of_is_unknown(language: Language, sentence: str) -> None:
    assert audited(sentence, language).status == "unknown"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        # Definite and plural forms, and words for most that rank elsewhere.
        ("fi", "Suurin osa päämääristä saavutettiin."),
        ("fi", "Suurimman osan päämääristä kerrotaan saavutetun."),
        ("sv", "De flesta syftena nåddes."),
        ("sv", "Största delen av syftena nåddes."),
        ("en", "Most of the aims were reached."),
        ("en", "The aims were mostly reached."),
    ],
)
def test_what_is_left_open_is_known_in_other_forms_of_its_words(
    language: Language, sentence: str
) -> None:
    found = audited(sentence, language)
    assert [(each.status, each.finding) for each in found.verdicts] == [("turned", "aims")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Myrskyt on kahden yleisimmän ongelman joukossa."),
        ("fi", "Myrskyt kuuluvat kahden yleisimmän ongelman joukkoon."),
        ("fi", "Myrskyt ei ole kahden yleisimmän ongelman joukossa."),
        ("sv", "Regnet är bland de två vanligaste problemen."),
        ("sv", "Regnet hör inte till de två vanligaste problemen."),
        ("en", "Rain is among the two commonest problems."),
        ("en", "Rain belongs to the two commonest problems."),
        ("en", "Rain is not among the two commonest problems."),
    ],
)
def test_what_a_finding_would_say_if_it_held_is_surer_than_it_is(
    language: Language, sentence: str
) -> None:
    found = audited(sentence, language)
    assert [(each.status, each.finding) for each in found.verdicts] == [("turned", "among-two")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Myrskyt on kolmen yleisimmän ongelman joukossa."),
        ("sv", "Regnet är bland de tre vanligaste problemen."),
        ("en", "Rain is among the three commonest problems."),
    ],
)
def test_of_another_number_of_ranks_no_finding_speaks(language: Language, sentence: str) -> None:
    assert audited(sentence, language).status == "unknown"


@pytest.mark.parametrize(
    ("language", "sentence", "status"),
    [
        ("fi", "Vaikuttavuus: osoitettu.", "turned"),
        ("fi", "Vaikuttavuus on osoitettu.", "turned"),
        ("fi", "Vaikuttavuutta ei osoitettu.", "borne_out"),
        ("sv", "Effekter: visat.", "turned"),
        ("sv", "Effekterna är visade.", "turned"),
        ("sv", "Effekterna är inte visade.", "borne_out"),
        ("en", "Impact: shown.", "turned"),
        ("en", "Impact was shown.", "turned"),
        ("en", "Impact was widely shown.", "unknown"),
    ],
)
def test_the_level_of_a_criterion_is_denied_by_its_own_word(
    language: Language, sentence: str, status: str
) -> None:
    assert audited(sentence, language).status == status


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Voittoja ilmoitetaan useimmissa raporteissa."),
        ("fi", "Kuumuudesta kertoo harva raportti."),
        ("sv", "Vinster uppges i de flesta rapporterna."),
        ("sv", "Få rapporter berättar om hettan."),
        ("en", "Most reports claim profits."),
        ("en", "Few reports tell of heat."),
    ],
)
def test_most_or_few_that_go_against_the_published_share_turned(
    language: Language, sentence: str
) -> None:
    (verdict,) = audited(sentence, language).verdicts
    assert (verdict.status, verdict.detail) == ("turned", "near")
    assert verdict.published in explain_verdict(verdict, Words(language))


@pytest.mark.parametrize(
    ("language", "sentence", "status"),
    [
        ("fi", "Harvalla palstalla on viljelijä.", "borne_out"),
        ("sv", "Få lotter har en odlare.", "borne_out"),
        ("en", "Few plots have a gardener.", "borne_out"),
        ("en", "Few gardens have a gardener.", "unknown"),
        ("en", "Few plots have a gardener and water.", "unknown"),
        ("en", "Most profits are mentioned more often than heat.", "unknown"),
    ],
)
def test_a_word_for_how_many_is_borne_out_by_its_finding_alone(
    language: Language, sentence: str, status: str
) -> None:
    assert audited(sentence, language).status == status


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Kuumuus oli toiseksi yleisin ongelma."),
        ("fi", "Kolmanneksi yleisin ongelma oli kuumuus."),
        ("sv", "Hettan var det näst vanligaste problemet."),
        ("sv", "Det tredje vanligaste problemet var hettan."),
        ("en", "Heat was the second commonest problem."),
        ("en", "The third most common problem was heat."),
    ],
)
def test_a_place_in_an_order_is_in_no_finding(language: Language, sentence: str) -> None:
    found = audited(sentence, language)
    assert [(each.status, each.finding) for each in found.verdicts] == [("unknown", "")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Luokittelijat olivat yksimielisiä."),
        ("fi", "Raportit luettiin huolella."),
        ("fi", "Hankkeet pysyivät koossa."),
        ("sv", "Kodarna var eniga."),
        ("sv", "Rapporterna lästes med omsorg."),
        ("sv", "Projekten höll ihop."),
        ("en", "The coders were unanimous."),
        ("en", "The reports were read with care."),
        ("en", "Projects held together."),
    ],
)
def test_what_is_said_of_the_subjects_of_an_evaluation_is_listed(
    language: Language, sentence: str
) -> None:
    thanks = {"fi": "Kiitos lukemisesta.", "sv": "Tack för hjälpen.", "en": "Thank you kindly."}
    lines = (sentence, thanks[language], f"{sentence.rstrip('.')}?")
    text = OutsideText(
        tuple(OutsideSentence(at, each, block=each) for at, each in enumerate(lines, 1)), language
    )
    made = audit_text("a.md", text, PUBLISHED, language, whole=True)
    assert [(each.sentence.text, each.status) for each in made.sentences] == [(sentence, "unknown")]
    assert made.passed_over == 2
    assert made.fails(strict=True)


@pytest.mark.parametrize(
    ("language", "sentence", "status"),
    [
        ("fi", "Kuumuus on viiden yleisimmän ongelman joukossa.", "borne_out"),
        ("fi", "Kuumuus on kymmenen yleisimmän ongelman joukossa.", "unknown"),
        ("sv", "Hettan hör till de fem vanligaste problemen.", "borne_out"),
        ("sv", "Hettan hör till de tio vanligaste problemen.", "unknown"),
        ("sv", "Regnet hör till de fem vanligaste problemen.", "unknown"),
        ("en", "Heat is among the five commonest problems.", "borne_out"),
        ("en", "The heatwave is among the five commonest problems.", "unknown"),
        ("en", "Heat is among the ten commonest problems.", "unknown"),
        ("en", "Rain is among the five commonest problems.", "unknown"),
    ],
)
def test_a_finding_is_known_without_the_remark_that_has_its_number(
    language: Language, sentence: str, status: str
) -> None:
    own = JudgedFinding(
        "among-five",
        "holds",
        ("problem.heat.share",),
        case="holds",
        said=say(
            "Kuumuus, josta kertoo 30 raporttia, on viiden yleisimmän ongelman joukossa.",
            "Hettan, som nämns i 30 rapporter, hör till de fem vanligaste problemen.",
            "Heat, mentioned in 30 reports, is among the five commonest problems.",
        ),
    )
    published = replace(PUBLISHED, findings={**PUBLISHED.findings, own.id: own})
    text = OutsideText((OutsideSentence(1, sentence, block=sentence),), language)
    (found,) = audit_text("a.md", text, published, language, whole=True).sentences
    assert found.status == status


def test_each_sentence_is_read_in_its_own_language() -> None:
    lines = ("Suurin osa päämääristä saavutettiin.", "De flesta syften uppges ha nåtts.",
             "Most of the aims were reached.", "The median grant was EUR 51,300.")  # fmt: skip
    text = OutsideText(
        tuple(OutsideSentence(at, each, block=each) for at, each in enumerate(lines, 1)), "fi"
    )
    made = audit_text("a.md", text, PUBLISHED, "fi")
    assert [each.language for each in made.sentences] == ["fi", "sv", "en", "en"]
    assert [each.status for each in made.sentences] == ["turned", "turned", "turned", "borne_out"]
    assert made.languages == (("fi", 1), ("sv", 1), ("en", 2))
    for language in LANGUAGES:
        assert "2" in summarise(made, Words(language)).rsplit(":", 1)[1]
    alone = audit_text("a.md", text, PUBLISHED, "fi", whole=True)
    assert {each.language for each in alone.sentences} == {"fi"}


def test_a_number_is_named_by_the_one_whose_words_the_clause_has() -> None:
    dug = Indicator("soil.dug.share", 30 / 40, "share", 30, 40)
    meaning = "Share of the beds whose soil was dug before winter."
    with_dug = replace(
        PUBLISHED,
        indicators=(*INDICATORS, dug),
        descriptions={**PUBLISHED.descriptions,
                      "en": {**PUBLISHED.descriptions["en"], dug.key: meaning}},
    )  # fmt: skip
    sentence = "Heat was the problem, and 75 per cent of the beds with soil dug lie by the sea."
    text = OutsideText((OutsideSentence(1, sentence),), "en")
    (found,) = audit_text("briefing.md", text, with_dug, "en").sentences
    named = [each for each in found.verdicts if each.number]
    assert [(each.status, each.indicators) for each in named] == [("unknown", (dug.key,))]
