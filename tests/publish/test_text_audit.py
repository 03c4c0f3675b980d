"""A text written elsewhere, held against a bundle: what it says that the bundle bears out."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import docx
import pypandoc
import pytest
from click.testing import CliRunner, Result
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from evaltools.cli import main
from evaltools.i18n.messages import Words
from evaltools.i18n.numbers import LANGUAGES, Language
from evaltools.indicators.indicator import Indicator, to_record
from evaltools.problems import ProblemError
from evaltools.publish.bundle import Bundle
from evaltools.publish.text_audit.audit import audit_text
from evaltools.publish.text_audit.audit_verdicts import Audit, Verdict
from evaltools.publish.text_audit.output import audit_markdown, explain_verdict
from evaltools.publish.text_audit.outside_text import LARGEST_TEXT, read_outside_text
from evaltools.publish.text_audit.published import read_published
from evaltools.publish.text_audit.stated_numbers import find_numbers


def share(key: str, x: int, n: int) -> Indicator:
    return Indicator(f"{key}.share", x / n, "share", x, n)


PUBLISHED = (
    share("reports.read", 52, 122),
    share("challenge.schedule", 37, 52),
    share("challenge.staff", 16, 52),
    share("challenge.partners", 35, 52),
    share("challenge.law", 27, 52),
    share("steering.burden", 27, 52),
    Indicator("grants.total.money", 29_900_000.0, "money", n=122),
    Indicator("network.density.index", 0.47, "index", n=61),
    Indicator(
        "challenge.schedule.share", 37 / 52, "share", 37, 52, 122, "P", 0.62, 0.79,
        "hypergeometric", 0.95,
    ),
)  # fmt: skip
CODEBOOK = """code_id,kind,label_fi,label_sv,label_en
challenge.schedule,challenge,aikataulu,tidtabellen,timetable
challenge.staff,challenge,henkilöstö,personalen,staff
challenge.partners,challenge,kumppanit,partnerna,partners
challenge.law,challenge,lainsäädäntö,lagstiftning,legislation
steering.burden,steering,hallinnollinen taakka,administrativ börda,administrative burden
"""
FORMS = "challenge.schedule:\n  fi: {elative: viivästymisistä}\n"
SAID = {
    "fi": "Useimmin kerrotaan aikataulusta (37/52). Ero on pieni.",
    "sv": "Oftast nämns tidtabellen (37/52). Skillnaden är liten.",
    "en": "The timetable is told of most (37/52). The difference is small.",
}
WORDINGS = {
    "holds": {
        "fi": "Hankkeita viivytti useimmin {top:elative}, ja siitä kertoo {top.fraction}.",
        "sv": "Projekten fördröjdes oftast av {top:noun}, vilket {top.fraction} nämner.",
        "en": "Projects were held up most often by {top:noun}, told of in {top.fraction}.",
    },
    "close": {
        "fi": "Useimmin kerrotaan aikataulusta ({challenge.schedule.fraction}). Ero on pieni.",
        "sv": "Oftast nämns tidtabellen ({challenge.schedule.fraction}). Skillnaden är liten.",
        "en": "The timetable is told of most ({challenge.schedule.fraction}). "
        "The difference is small.",
    },
    "does_not_hold": {"fi": "Mikään haaste ei ole muita yleisempi.",
                      "sv": "Ingen utmaning är vanligare än de andra.",
                      "en": "No challenge is commoner than the others."},
}  # fmt: skip
RANKED = {
    "fi": "Lainsäädäntö, josta kertoo 27 raporttia, on viiden yleisimmän haasteen joukossa.",
    "sv": "Lagstiftningen, som nämns i 27 rapporter, hör till de fem vanligaste utmaningarna.",
    "en": "Legislation, mentioned in 27 reports, is among the five commonest challenges.",
}
CONCLUSIONS = """scale:
  met: {fi: toteutui, sv: uppnåddes, en: met}
  partly_met: {fi: toteutui osittain, sv: uppnåddes delvis, en: partly met}
answers:
  "1": [{level: partly_met, when: {judged: {finding: law, cases: [holds]}}}]
  "2": [{level: met, when: {judged: {finding: commonest, cases: [holds]}}}]
criteria: {effectiveness: {weakest_of: ["1"]}, sustainability: {weakest_of: ["1", "2"]}}
"""
CLAIM = {"fi": "Kannustin on poistanut kaikki esteet.", "sv": "Stödet har undanröjt alla hinder.",
         "en": "The grant has removed all obstacles."}  # fmt: skip
FINDINGS = [
    {"id": "commonest", "asserted": True, "outcome": "cannot_be_told", "case": "close",
     "said": SAID, "text": SAID, "wordings": WORDINGS, "indicators": ["challenge.schedule.share"]},
    {"id": "law", "asserted": True, "outcome": "holds", "case": "holds", "said": RANKED,
     "text": RANKED, "wordings": {}, "indicators": ["challenge.law.share"]},
    {"id": "claim", "asserted": False, "outcome": "does_not_hold", "case": "does_not_hold",
     "said": {}, "text": CLAIM, "wordings": {}, "indicators": []},
]  # fmt: skip


@pytest.fixture
def published(own: Bundle) -> Path:
    """The folder of a bundle with known numbers, names and findings."""
    records = [to_record(item) for item in PUBLISHED]
    (own.folder / "tables" / "indicators.json").write_text(json.dumps(records), "utf-8")
    (own.folder / "tables" / "codebook.csv").write_text(CODEBOOK, "utf-8")
    (own.folder / "study" / "forms.yml").write_text(FORMS, "utf-8")
    (own.folder / "study" / "conclusions.yml").write_text(CONCLUSIONS, "utf-8")
    (own.folder / "findings.json").write_text(json.dumps({"findings": FINDINGS}), "utf-8")
    return own.folder


Hold = Callable[..., Audit]


@pytest.fixture
def hold(published: Path, tmp_path: Path) -> Hold:
    """Hold a text against the bundle."""

    def run(text: str, language: Language = "fi", name: str = "briefing.md") -> Audit:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return audit_text(name, read_outside_text(path), read_published(published), language)

    return run


def verdicts(audit: Audit) -> list[tuple[str, str]]:
    return [(each.status, each.detail) for found in audit.sentences for each in found.verdicts]


def only(audit: Audit) -> Verdict:
    (sentence,) = audit.sentences
    (verdict,) = sentence.verdicts
    return verdict


@pytest.mark.parametrize(
    ("language", "sentence", "value", "other"),
    [
        ("fi", "Aikataulusta kertoi 37/52.", 37, 52),
        ("fi", "Aikataulusta kertoi 37 raporttia 52:sta.", 37, 52),
        ("fi", "Raporteista 52 raportista 37 kertoi.", 37, 52),
        ("fi", "Seitsemän kymmenestä kertoi.", 7, 10),
        ("sv", "Tidtabellen nämns i 37 av de 52 rapporterna.", 37, 52),
        ("sv", "Sju av tio nämner det.", 7, 10),
        ("en", "The timetable was named by 37 of the 52 reports.", 37, 52),
        ("en", "Three out of ten reports say so.", 3, 10),
    ],
)
def test_fractions_are_read_however_they_are_written(
    language: Language, sentence: str, value: int, other: int
) -> None:
    (number,) = find_numbers(sentence, language)
    assert (number.kind, number.value, number.other) == ("fraction", value, other)


@pytest.mark.parametrize(
    ("language", "sentence", "kind", "value"),
    [
        ("fi", "Osuus on 71 %.", "percent", 71),
        ("fi", "Osuus on 71,5 prosenttia.", "percent", 71.5),
        ("sv", "Andelen är 71 procent.", "percent", 71),
        ("en", "The share is 71 per cent.", "percent", 71),
        ("fi", "Summa on 29,9 milj. euroa.", "money", 29_900_000),
        ("fi", "Summa on 234\u00a0620 euroa.", "money", 234_620),
        ("en", "It cost EUR 29.9 million.", "money", 29_900_000),
        ("en", "It cost €234,620.", "money", 234_620),
        ("en", "The index is 0.47.", "decimal", 0.47),
        ("fi", "Ero on +12 prosenttiyksikköä.", "points", 12),
        ("fi", "Luettiin viisi raporttia.", "count", 5),
        ("sv", "Fem rapporter lästes.", "count", 5),
    ],
)
def test_numbers_are_read_with_their_unit(
    language: Language, sentence: str, kind: str, value: float
) -> None:
    (number,) = find_numbers(sentence, language)
    assert (number.kind, number.value) == (kind, value)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Raportti julkaistiin 3.6.2022 ja vuonna 2019 haettiin."),
        ("fi", "Raportit tuli jättää 30.4. mennessä."),
        ("fi", "Ks. kuva 3 ja https://example.org/2022/37."),
        ("fi", "Väli on laskettu 95 %:n luottamustasolla."),
        ("sv", "Den 30 april 2022 stod det klart."),
        ("en", "See table 4.2 of 30 April 2022; one of them is late."),
    ],
)
def test_dates_years_references_and_levels_are_no_numbers_of_results(
    language: Language, sentence: str
) -> None:
    assert find_numbers(sentence, language) == ()


@pytest.mark.parametrize(
    ("language", "sentence", "status", "detail"),
    [
        ("fi", "Aikatauluongelmista kertoi 37 raporttia 52:sta.", "borne_out", "named"),
        ("fi", "Viivästymisistä kertoi 71 % raporteista.", "borne_out", "named"),
        ("fi", "Osuus on 62–79 %.", "unknown", "no_subject"),
        ("fi", "Aikataulun väli on 62–79 %.", "borne_out", "named"),
        ("fi", "Aikataulusta kertoi 36/52.", "drifted", "same_base"),
        ("fi", "Aikataulusta kertoi 68 % raporteista.", "drifted", "near"),
        ("fi", "Aikataulusta kertoi 20 % raporteista.", "unknown", "other_value"),
        ("fi", "Aikataulusta kertoi yli 50 % raporteista.", "unknown", "limit"),
        ("fi", "Raporteista 27/52 mainitsee sen.", "unknown", "no_subject"),
        ("fi", "Aikataulusta kertoi 37:ssä raportissa 52:sta joku.", "borne_out", "named"),
        ("fi", "Aikataulusta kertoi 71\u00a0%.", "borne_out", "named"),
        ("fi", "Aikataulusta kertoi 71,2 prosenttia raporteista.", "borne_out", "named"),
        ("fi", "Aikataulu vei 71 %:ssa raporteista aikaa.", "unknown", "other_words"),
        ("fi", "Avustuksia oli 29\u00a0900\u00a0000 euroa.", "borne_out", "named"),
        ("fi", "Seitsemän kymmenestä sanoo niin.", "unknown", "no_number"),
        ("sv", "27 av de 52 rapporterna säger så.", "unknown", "no_subject"),
        ("en", "27 of 52 say so.", "unknown", "no_subject"),
        ("fi", "Lainsäädännöstä kertoi 27/52.", "borne_out", "named"),
        ("fi", "Raporteista 93 % suosittelee sitä.", "unknown", "no_number"),
        ("sv", "Personalen nämns i 16 av de 52 rapporterna.", "borne_out", "named"),
        ("sv", "Personalen nämns i 17 av de 52 rapporterna.", "drifted", "same_base"),
        ("en", "Staff is told of in 16 of 52 reports.", "borne_out", "named"),
        ("en", "The staff share is 33%.", "drifted", "near"),
        ("en", "Grants came to EUR 29.9 million.", "borne_out", "named"),
        # The number of another code, in a sentence that names this one alone.
        ("en", "Staff is told of in 35 of 52 reports.", "drifted", "same_base"),
    ],
)
def test_a_number_is_held_against_what_its_sentence_names(
    hold: Hold, language: Language, sentence: str, status: str, detail: str
) -> None:
    verdict = only(hold(sentence, language))
    assert (verdict.status, verdict.detail) == (status, detail)


def test_a_number_of_no_subject_tells_of_what_it_is_published(hold: Hold) -> None:
    verdict = only(hold("Raporteista 27/52 mainitsee sen."))
    assert verdict.indicators == ("challenge.law.share", "steering.burden.share")
    assert "ei nimeä, mitä luku koskee" in explain_verdict(verdict, Words("fi"))


def test_limits_in_counts_are_known(own: Bundle, published: Path, tmp_path: Path) -> None:
    few = Indicator("challenge.staff.share", 3 / 8, "share", 3, 8, None, "S", 0.137, 0.694)
    records = [to_record(few)]
    (published / "tables" / "indicators.json").write_text(json.dumps(records), "utf-8")
    path = tmp_path / "a.md"
    path.write_text("Henkilöstön väli on 1–6/8.\n\nHenkilöstön väli on 2–6/8.", "utf-8")
    found = audit_text("a.md", read_outside_text(path), read_published(published), "fi")
    assert verdicts(found) == [("borne_out", "named"), ("unknown", "no_number")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Useimmat kunnat tavoitettiin."),
        ("fi", "Aikataulusta kerrottiin useammin kuin henkilöstöstä."),
        ("fi", "Hankkeet onnistuivat."),
        ("sv", "De flesta kommunerna nåddes."),
        ("sv", "Projekten lyckades."),
        ("en", "Most municipalities were reached."),
        ("en", "The projects were a success."),
    ],
)
def test_a_judgement_in_other_words_is_found_and_unknown(
    hold: Hold, language: Language, sentence: str
) -> None:
    assert verdicts(hold(sentence, language)) == [("unknown", "no_judgement")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Yleisin haaste oli aikataulu."),
        ("sv", "Den vanligaste utmaningen var tidtabellen."),
        ("en", "The commonest challenge was the timetable."),
    ],
)
def test_who_is_the_commonest_of_a_kind_is_surer_than_a_finding_that_leaves_it_open(
    hold: Hold, language: Language, sentence: str
) -> None:
    assert verdicts(hold(sentence, language)) == [("turned", "opposed")]


@pytest.mark.parametrize(
    ("language", "sentence", "expected"),
    [
        # The number of those that tell, said of those that do not; and the number of the rest.
        ("fi", "Aikataulua ei mainita 37 raportissa 52:sta.", ("turned", "negated")),
        ("fi", "Aikataulua ei mainita 15 raportissa 52:sta.", ("borne_out", "complement")),
        ("fi", "Aikataulu jätetään mainitsematta 37 raportissa 52:sta.", ("turned", "negated")),
        ("fi", "Aikataulusta ei kerro 71 % raporteista.", ("turned", "negated")),
        ("fi", "Ei vain 37 raporttia 52:sta kerro aikataulusta.", ("borne_out", "named")),
        ("sv", "Tidtabellen nämns inte i 37 av 52 rapporter.", ("turned", "negated")),
        ("sv", "Tidtabellen nämns inte i 15 av 52 rapporter.", ("borne_out", "complement")),
        ("sv", "Ingen av de 37 av 52 nämner tidtabellen.", ("turned", "negated")),
        ("en", "The timetable is not mentioned in 37 of 52 reports.", ("turned", "negated")),
        ("en", "The timetable isn’t mentioned in 37 of 52 reports.", ("turned", "negated")),
        ("en", "37 of 52 reports never mention the timetable.", ("turned", "negated")),
        ("en", "None of the 37 of 52 reports names the timetable.", ("turned", "negated")),
        ("en", "The timetable is not mentioned in 15 of 52 reports.", ("borne_out", "complement")),
        ("en", "All but 15 of 52 reports mention the timetable.", ("borne_out", "complement")),
        # What is denied cannot be told: another clause, two of them, a count without its whole.
        ("fi", "Aikataulua ei mainita 37 raportissa.", ("unknown", "denied")),
        ("sv", "Utan stöd hade 37 av 52 inte hållit tidtabellen.", ("unknown", "denied")),
        ("en", "Without help 37 of 52 would miss the timetable.", ("unknown", "denied")),
        ("en", "It is false that 37 of 52 name the timetable.", ("unknown", "denied")),
        ("en", "It is no wonder that 37 of 52 name the timetable.", ("unknown", "denied")),
    ],
)
def test_a_number_does_not_bear_out_what_a_sentence_denies(
    hold: Hold, language: Language, sentence: str, expected: tuple[str, str]
) -> None:
    assert verdicts(hold(sentence, language)) == [expected]


@pytest.mark.parametrize(
    ("language", "silent", "denies"),
    [
        ("fi", "Aikataulua ei mainita 15 raportissa 52:sta.",
         "Aikataulu kielletään 15 raportissa 52:sta."),
        ("sv", "Tidtabellen nämns inte i 15 av 52 rapporter.",
         "Tidtabellen förnekas i 15 av 52 rapporter."),
        ("en", "The timetable is not named in 15 of 52.", "The timetable is denied in 15 of 52."),
    ],
)  # fmt: skip
def test_the_rest_is_silent_and_does_not_deny(
    published: Path, hold: Hold, language: Language, silent: str, denies: str
) -> None:
    assert only(hold(silent, language)).detail == "complement"
    assert only(hold(denies, language)).status == "unknown"
    path = published / "tables" / "indicators.json"
    more = [share("challenge.schedule.denied", 2, 52), share("challenge.schedule.silent", 13, 52)]
    records = [*json.loads(path.read_text("utf-8")), *map(to_record, more)]
    path.write_text(json.dumps(records), "utf-8")
    assert only(hold(silent, language)).status == "unknown"
    assert only(hold(silent.replace("15", "2"), language)).status == "unknown"
    assert only(hold(denies.replace("15", "2"), language)).status == "borne_out"
    assert only(hold(silent.replace("15", "13"), language)).status == "borne_out"
    assert only(hold(denies.replace("15", "13"), language)).status == "unknown"
    assert only(hold("The timetable is not named in 52 reports.", "en")).status == "unknown"


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Lainsäädäntö ei ole viiden yleisimmän haasteen joukossa."),
        ("sv", "Lagstiftningen hör inte till de fem vanligaste utmaningarna."),
        ("en", "Legislation is not among the five commonest challenges."),
    ],
)
def test_a_finding_that_a_sentence_denies_turned(
    hold: Hold, language: Language, sentence: str
) -> None:
    verdict = only(hold(sentence, language))
    assert (verdict.status, verdict.detail, verdict.finding) == ("turned", "negated", "law")
    assert verdict.published == RANKED[language]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Henkilöstö on viiden yleisimmän haasteen joukossa."),
        ("fi", "Lainsäädäntö ei kuulu viiden yleisimmän haasteen joukkoon missään kunnassa."),
        ("sv", "Personalen hör till de fem vanligaste utmaningarna."),
        ("en", "Staff is among the five commonest challenges."),
        ("en", "Staff is among the 5 commonest challenges."),
    ],
)
def test_the_number_of_a_rank_is_that_of_no_indicator(
    published: Path, hold: Hold, language: Language, sentence: str
) -> None:
    path = published / "tables" / "indicators.json"
    five = to_record(share("challenge.joint", 5, 52))
    path.write_text(json.dumps([*json.loads(path.read_text("utf-8")), five]), "utf-8")
    assert verdicts(hold(sentence, language)) == [("unknown", "no_judgement")]


def test_numbers_belong_to_the_subject_of_their_clause(hold: Hold) -> None:
    both = hold("Administrative burden is reported by 27 of 52, staff by 16 of 52.", "en")
    assert verdicts(both) == [("borne_out", "named"), ("borne_out", "named")]
    both = hold("Taakasta kertoo 27 raporttia 52:sta ja henkilöstöstä 16 raporttia 52:sta.")
    assert verdicts(both)[1] == ("borne_out", "named")
    swapped = hold("The timetable is named by 16 of 52 and staff by 37 of 52.", "en")
    assert [status for status, _ in verdicts(swapped)] == ["drifted", "drifted"]
    unnamed = hold("The timetable is named by 37 of 52, weather by 16 of 52.", "en")
    assert verdicts(unnamed)[1][0] == "unknown"
    doubted = hold("The timetable is named by 37 of 52 reports, which is not true.", "en")
    assert verdicts(doubted) == [("borne_out", "named"), ("unknown", "no_judgement")]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fi", "Hallinnollinen taakka katosi kunnista."),
        ("fi", "Henkilöstö ei katunut mitään."),
        ("fi", "Tuloksellisuus laski tukien takia."),
        ("sv", "Personalen ångrade sitt val."),
        ("sv", "Lagstiftningen gav upphov till kostnader."),
        ("en", "Legislation caused costs to fall."),
        ("en", "The administrative burden vanished."),
        ("en", "Sustainability fell in the towns."),
    ],
)
def test_what_a_sentence_says_of_the_subjects_of_the_report_is_examined(
    hold: Hold, language: Language, sentence: str
) -> None:
    assert verdicts(hold(sentence, language)) == [("unknown", "no_judgement")]


@pytest.mark.parametrize(
    ("language", "sentence", "status"),
    [
        ("fi", "Tuloksellisuus: toteutui osittain", "borne_out"),
        ("fi", "Tuloksellisuus toteutui.", "turned"),
        ("fi", "Kestävyys: toteutui osittain", "turned"),
        ("fi", "Kestävyys: ei voida sanoa", "borne_out"),
        ("sv", "Måluppfyllelsen uppnåddes delvis.", "borne_out"),
        ("sv", "Hållbarhet: uppnåddes", "turned"),
        ("en", "Effectiveness: partly met", "borne_out"),
        ("en", "The effectiveness was met.", "turned"),
        ("en", "Effectiveness was not partly met.", "unknown"),
        ("en", "Effectiveness or sustainability was met.", "unknown"),
        ("en", "Effectiveness was partly met, but residents were happy.", "unknown"),
    ],
)
def test_judgements_of_criteria_are_held_against_the_scale(
    hold: Hold, language: Language, sentence: str, status: str
) -> None:
    assert only(hold(sentence, language)).status == status


@pytest.mark.parametrize(
    ("language", "sentence", "status"),
    [
        ("en", "Effectiveness and sustainability were met.", ["turned", "turned"]),
        ("en", "Effectiveness is partly met, and sustainability is met.", ["borne_out", "turned"]),
        ("fi", "Tuloksellisuus toteutui, mutta kestävyys toteutui osittain.", ["turned", "turned"]),
        ("sv", "Måluppfyllelsen uppnåddes delvis och hållbarheten uppnåddes.",
         ["borne_out", "turned"]),
    ],
)  # fmt: skip
def test_each_of_two_criteria_in_a_sentence_is_held_against_its_level(
    hold: Hold, language: Language, sentence: str, status: list[str]
) -> None:
    assert [each for each, _ in verdicts(hold(sentence, language))] == status


def test_a_rank_beside_a_number_is_a_judgement_of_its_own(hold: Hold) -> None:
    found = hold("Yleisin haaste oli aikataulu (37/52).")
    assert verdicts(found) == [("turned", "opposed"), ("unknown", "other_words")]
    # What the number is of is no judgement, and the sentence of the finding is known as its own.
    assert verdicts(hold("Aikataulussa onnistui 37/52.")) == [("unknown", "other_words")]
    assert verdicts(hold("Useimmin kerrotaan aikataulusta (37/52).")) == [("borne_out", "said")]


def test_a_sentence_of_a_finding_without_its_numbers_is_known(hold: Hold) -> None:
    assert verdicts(hold("Useimmin kerrotaan aikataulusta.")) == [("borne_out", "said")]
    assert verdicts(hold("Useimmin kerrotaan henkilöstöstä.")) == [("unknown", "no_judgement")]


def test_sentences_of_the_report_are_borne_out_and_told_where_their_numbers_differ(
    published: Path, hold: Hold
) -> None:
    (page,) = (published / "report").glob("*.html")
    page.write_text("<h1>R</h1><p>Näin kertoi tästä asiasta 44/61. Loppu on muuta.</p><p>44/61</p>",
                    "utf-8")  # fmt: skip
    assert verdicts(hold("Näin kertoi tästä asiasta 44/61.")) == [("borne_out", "printed")]
    (verdict,) = (v for s in hold("Näin kertoi tästä asiasta 45/61.").sentences for v in s.verdicts)
    assert (verdict.detail, verdict.published) == ("printed_numbers", "44/61")
    # A number that stands somewhere in the report alone is no quotation of it.
    assert verdicts(hold("44/61")) == [("unknown", "no_number")]
    assert ("unknown", "no_number") not in verdicts(hold("Loppu on muuta.\n\n44/61"))


def test_word_files_are_read_as_they_stand_once_changes_are_accepted(
    published: Path, tmp_path: Path
) -> None:
    """Tables, notes and insertions are text; deletions and comments are none."""
    document = docx.Document()
    table = document.add_table(rows=1, cols=2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "aikataulu", "37/52"
    paragraph = document.add_paragraph("Henkilöstöstä kertoi ")
    change = 'w:id="9" w:author="a" w:date="2022-01-01T00:00:00Z"'
    for markup in (
        f"<w:del {change} {nsdecls('w')}><w:r><w:delText>17/52</w:delText></w:r></w:del>",
        f"<w:ins {change} {nsdecls('w')}><w:r><w:t>16/52</w:t></w:r></w:ins>",
    ):
        paragraph._p.append(parse_xml(markup))
    comment = document.add_comment(paragraph.add_run("."), text="Onko 99/100?", author="a")
    assert comment.text
    document.save(str(tmp_path / "a.docx"))
    noted = "Kumppaneista kerrotaan.[^1]\n\n[^1]: Lainsäädännöstä kertoi 26/52.\n"
    pypandoc.convert_text(noted, "docx", "markdown", outputfile=str(tmp_path / "b.docx"))
    found = [
        audit_text(name, read_outside_text(tmp_path / name), read_published(published), "fi")
        for name in ("a.docx", "b.docx")
    ]
    assert verdicts(found[0]) == [("borne_out", "named"), ("borne_out", "named")]
    assert verdicts(found[1]) == [("drifted", "same_base")]


def test_what_drifted_tells_the_published_number(hold: Hold) -> None:
    verdict = only(hold("Aikataulusta kertoi 36/52."))
    assert verdict.indicators == ("challenge.schedule.share",)
    assert verdict.published.replace("\u00a0", " ") == "37/52 (71 %)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_of_findings_are_known_in_every_language(hold: Hold, language: Language) -> None:
    assert set(verdicts(hold(SAID[language], language))) == {("borne_out", "said")}
    other = SAID[language].replace("37", "31")
    assert ("drifted", "wording_numbers") in verdicts(hold(other, language))
    filled = WORDINGS["holds"][language].replace("{top.fraction}", "37/52")
    filled = filled.replace("{top:elative}", "kiire").replace("{top:noun}", "haste")
    turned = next(v for s in hold(filled, language).sentences for v in s.verdicts)
    assert (turned.status, turned.detail) == ("turned", "other_case")
    assert (turned.told_case, turned.case, turned.published) == ("holds", "close", SAID[language])
    verdict = only(hold(WORDINGS["does_not_hold"][language], language))
    assert (verdict.status, verdict.told_case) == ("turned", "does_not_hold")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_statement_that_does_not_hold_turned_unless_it_says_so(
    hold: Hold, language: Language
) -> None:
    verdict = only(hold(CLAIM[language], language))
    assert (verdict.status, verdict.detail) == ("turned", "does_not_hold")
    outcome = Words(language)("comparison.outcome.does_not_hold").capitalize()
    row = f"| a | b |\n|---|---|\n| {CLAIM[language]} | {outcome}. |\n"
    assert ("borne_out", "examined") in verdicts(hold(row, language))


def test_a_judgement_that_no_finding_says_is_unknown_and_prose_is_passed_over(hold: Hold) -> None:
    found = hold("Useimmat hankkeet onnistuivat. Kiitos lukemisesta.")
    assert verdicts(found) == [("unknown", "no_judgement")]
    assert found.passed_over == 1
    assert not found.fails()
    assert found.fails(strict=True)


def test_columns_say_what_numbers_of_a_row_are(hold: Hold) -> None:
    row = "| aihe | osuus |\n|---|---|\n| aikataulu | 68 % |\n"
    assert verdicts(hold(row)) == [("unknown", "other_value")]


TEXT = "Aikataulusta kertoi 36/52. Henkilöstöstä kertoi 16/52."


def test_formats_of_one_text_say_the_same(published: Path, tmp_path: Path) -> None:
    document = docx.Document()
    document.add_heading("Muistio", 1)
    document.add_paragraph(TEXT)
    document.save(str(tmp_path / "own.docx"))
    source = f"# Muistio\n\n{TEXT}\n"
    for name, form in (("a.docx", "docx"), ("a.odt", "odt"), ("a.html", "html")):
        pypandoc.convert_text(source, form, "markdown", outputfile=str(tmp_path / name),
                              extra_args=["--metadata=title:Muistio"])  # fmt: skip
    (tmp_path / "a.md").write_text(source, "utf-8")
    (tmp_path / "a.txt").write_text(f"Muistio\n\n{TEXT}\n", "utf-8")
    read = read_published(published)
    for name in ("own.docx", "a.docx", "a.odt", "a.html", "a.md", "a.txt"):
        found = audit_text(name, read_outside_text(tmp_path / name), read, "fi")
        assert verdicts(found) == [("drifted", "same_base"), ("borne_out", "named")], name


def problem_of(path: Path) -> str:
    with pytest.raises(ProblemError) as caught:
        read_outside_text(path)
    return caught.value.problems[0].code


def test_the_data_of_a_figure_are_passed_over_and_what_only_looks_like_them_is_not(
    tmp_path: Path,
) -> None:
    data = '<details class="figure-data"><table><tr><td>12 % 3,4 %</td></tr></table></details>'
    path = tmp_path / "a.html"
    path.write_text(f"<p>Teksti.</p><figure>{data}</figure>", encoding="utf-8")
    assert [each.text for each in read_outside_text(path).sentences] == ["Teksti."]
    path.write_text(f"<p>Teksti.</p>{data}", encoding="utf-8")
    assert any("3,4" in each.text for each in read_outside_text(path).sentences)


def test_hostile_texts_are_refused_with_a_reason(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("SECRET 37/52", "utf-8")
    with zipfile.ZipFile(tmp_path / "bomb.docx", "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("word/document.xml", bytes(60_000_000))
    entity = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a>&x;</a>'
    with zipfile.ZipFile(tmp_path / "entity.docx", "w") as package:
        package.writestr("word/document.xml", entity)
    with (tmp_path / "large.md").open("wb") as file:
        file.truncate(LARGEST_TEXT + 1)
    (tmp_path / "other.txt").write_bytes(b"\xff\xfea\x00")
    (tmp_path / "empty.md").write_text("  \n", "utf-8")
    (tmp_path / "a.exe").write_bytes(b"MZ")
    assert problem_of(tmp_path / "bomb.docx") == "document.bomb"
    assert problem_of(tmp_path / "entity.docx") == "document.entities"
    assert problem_of(tmp_path / "large.md") == "audit.too-large"
    assert problem_of(tmp_path / "other.txt") == "audit.encoding"
    assert problem_of(tmp_path / "empty.md") == "audit.empty"
    assert problem_of(tmp_path / "a.exe") == "audit.kind"
    assert problem_of(tmp_path / "nowhere.md") == "audit.file"
    assert problem_of(tmp_path) == "audit.kind"


def test_pages_and_markdown_reach_no_other_file_and_steer_no_terminal(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET 37/52", "utf-8")
    page = tmp_path / "a.html"
    page.write_text(
        f'<!DOCTYPE html [<!ENTITY x SYSTEM "file://{secret}">]><p>&x; alku \x1b[2J loppu</p>'
        f'<iframe src="file://{secret}"></iframe><script>99/100</script>',
        "utf-8",
    )
    text = tmp_path / "a.md"
    text.write_text(
        f"alku\n\n![x]({secret})\n\n<!-- 99/100 -->\n\n```{{.include}}\n{secret}\n```\n", "utf-8"
    )
    for path in (page, text):
        told = " ".join(each.text for each in read_outside_text(path).sentences)
        assert "alku" in told
        assert "SECRET" not in told
        assert "99/100" not in told
        assert "\x1b" not in told


def test_a_page_of_which_a_part_would_be_lost_is_refused(tmp_path: Path) -> None:
    page = tmp_path / "a.html"
    page.write_text("<p>alku</p>" + "<div>" * 100_000 + "36/52", "utf-8")
    assert problem_of(page) == "audit.html"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["audit", *arguments])


def test_the_command_ends_with_1_where_something_drifted_or_turned(
    published: Path, tmp_path: Path
) -> None:
    path, against = tmp_path / "a.md", ("--against", str(published))
    for text, plain_status, strict_status in (
        ("Henkilöstöstä kertoi 16/52.", 0, 0),
        ("Henkilöstöstä kertoi 17/52.", 1, 1),
        ("Raporteista 93 % suosittelee sitä.", 0, 1),
        (CLAIM["fi"], 1, 1),
    ):
        path.write_text(text, "utf-8")
        told = (str(path), *against, "--language", "fi")
        assert run(*told).exit_code == plain_status, text
        assert run(*told, "--strict").exit_code == strict_status, text


def test_json_has_typed_values_and_no_words_of_the_program(published: Path, tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("Staff is told of in 17 of 52 reports.", "utf-8")
    told = run(str(tmp_path / "a.md"), "--against", str(published), "--format", "json",
               "--language", "en")  # fmt: skip
    content = json.loads(told.output)
    assert content["counts"] == {"borne_out": 0, "drifted": 1, "turned": 0, "unknown": 0}
    (verdict,) = content["sentences"][0]["verdicts"]
    assert (verdict["status"], verdict["detail"]) == ("drifted", "same_base")
    assert verdict["number"] == {"kind": "fraction", "text": "17 of 52", "value": 17, "other": 52}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_detail_has_words_and_markdown_holds_no_markup_of_the_text(
    hold: Hold, language: Language
) -> None:
    from typing import get_args

    from evaltools.publish.text_audit.audit_verdicts import Detail

    for detail in get_args(Detail):
        assert explain_verdict(Verdict("unknown", detail), Words(language))
    hostile = "Osuus on 93 % \\| \\<script\\>alert(1)\\</script\\> [x](javascript:1)."
    made = audit_markdown(hold(hostile, language), Words(language))
    assert "<script>" not in made
    assert all(line.count(" | ") == 3 for line in made.splitlines() if line.startswith("| "))


def test_what_is_no_bundle_is_refused(tmp_path: Path, published: Path) -> None:
    (tmp_path / "a.md").write_text("37/52", "utf-8")
    told = run(str(tmp_path / "a.md"), "--against", str(tmp_path))
    assert told.exit_code == 1
    assert "is no run, report or bundle" in told.output
    copy = tmp_path / "broken"
    shutil.copytree(published, copy)
    (copy / "findings.json").write_text("[" * 100_000, "utf-8")
    told = run(str(tmp_path / "a.md"), "--against", str(copy))
    assert told.exit_code == 1
    assert "findings.json" in told.output
