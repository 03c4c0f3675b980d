"""Agreement of coders on a handful of reports, counted by hand."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from handmade import OPEN, stand_in

from evaltools.chapters.agreement_rows import agreement_groups, code_table, kind_table
from evaltools.indicators import agreement, evidence_base
from evaltools.indicators.coder_decisions import coder_decisions
from evaltools.indicators.evidence_base import agreement_records
from evaltools.statistics.agreement_alpha import krippendorff_alpha

CODES = ("goal.data", "challenge.aims", "challenge.staff")


def frame(columns, rows):
    return pd.DataFrame(rows, columns=columns.split())


def evidence(marks, readings=None, reports=12, codes=None):
    """Reports d00 … read whole by A and B; marks are (document, code, coder, polarity, start)."""
    names = [f"d{number:02d}" for number in range(reports)]
    readings = readings or [(name, who, 1, True) for name in names for who in "AB"]
    segments = sorted({(f"{d}-{start}", d, start, start + 10) for d, _, _, _, start in marks})
    table = codes or [(code, code.partition(".")[0], True, code) for code in CODES]
    columns = "code_id kind codable label_en codebook_version retired"
    table = [(*row, "1.0", None)[:6] if len(row) == 4 else row for row in table]
    if len(readings[0]) == 4:
        readings = [(*row, "1.0") for row in readings]
    return stand_in(
        parameters=SimpleNamespace(confidence=0.95, language="en"),
        disclosure=OPEN,
        reports=pd.DataFrame({"document_id": names}),
        tables={
            "coders": frame(
                "coder_id role", [("A", "coder"), ("B", "coder"), ("C", "coder"),
                                  ("Z", "consensus")],
            ),
            "readings": frame("document_id coder_id round complete codebook_version", readings),
            "segments": frame("segment_id document_id start end", segments),
            "codings": frame(
                "segment_id code_id coder_id polarity round",
                [(f"{d}-{start}", code, who, sign, 1) for d, code, who, sign, start in marks],
            ),
            "codes": frame(columns, table),
        },
    )  # fmt: skip


def both(code, documents, start=0):
    return [(f"d{n:02d}", code, who, "affirm", start) for n in documents for who in "AB"]


# Staff in half of the reports, aims in one, data in none; A alone finds staff once more.
MARKS = [
    *both("challenge.staff", range(6)), *both("challenge.aims", [0], 30),
    ("d06", "challenge.staff", "A", "affirm", 0), ("d07", "challenge.staff", "B", "deny", 0),
]  # fmt: skip


def found(records):
    return {(r.key, r.estimand, *(value for _, value in r.dimensions)): r for r in records}


def test_the_last_complete_round_of_each_coder_counts_and_the_consensus_is_no_coder():
    readings = [
        ("d00", "A", 1, True), ("d00", "A", 2, True), ("d00", "B", 1, True),
        ("d00", "C", 1, False), ("d00", "Z", 1, True), ("d01", "A", 1, True),
        ("d01", "Z", 1, True),
    ]  # fmt: skip
    read = coder_decisions(evidence(MARKS, readings, reports=2))
    assert (read.reports, read.coders) == (("d00",), ("A", "B"))
    # A's marks are of the first round, so the second holds none; B's stand.
    assert read.found[0, :, read.codes.index("challenge.staff")].tolist() == [False, True]


def test_observed_agreement_is_counted_in_pairs():
    records = found(agreement.observed(coder_decisions(evidence(MARKS))))
    whole = records["coding.agreement.observed.share", "D"]
    present = records["coding.agreement.present.share", "D"]
    assert (whole.x, whole.n) == (35, 36)
    assert (present.x, present.n) == (7, 8)
    assert records["coding.reports_compared.count", "D"].value == 12


def test_a_denial_is_no_yes_and_codes_stand_in_the_order_of_the_codebook():
    read = coder_decisions(evidence(MARKS))
    assert read.codes == ("goal.data", "challenge.aims", "challenge.staff")
    assert not read.found[7].any()


def test_alpha_of_a_code_is_that_of_its_table():
    records = found(agreement.by_code(coder_decisions(evidence(MARKS)), 0.95))
    name = ("coding.agreement_by_code.index", "S", "challenge.staff", "alpha")
    by_hand = krippendorff_alpha([[1, 1]] * 6 + [[1, 0]] + [[0, 0]] * 5).value
    assert records[name].value == pytest.approx(by_hand)
    assert records[name].low < by_hand < records[name].high
    assert (records[name].method, records[name].level) == ("jackknife, by report", 0.95)
    plain = records["coding.agreement_by_code.index", "D", "challenge.staff", "alpha"]
    assert (plain.value, plain.low) == (records[name].value, None)


def test_rare_codes_have_no_coefficient_and_never_one():
    # Both found aims in the one report that has it: alpha would be one, and says nothing.
    records = found(agreement.by_code(coder_decisions(evidence(MARKS)), 0.95))
    for code, why in (("goal.data", "no variation"), ("challenge.aims", "too rare")):
        for statistic in ("alpha", "kappa", "fleiss", "ac1"):
            record = records["coding.agreement_by_code.index", "D", code, statistic]
            assert record.value is None
            assert why in record.note
        observed = records["coding.agreement_by_code.share", "D", code, "observed"]
        assert (observed.x, observed.n) == (12, 12)
    assert records["coding.codes_untold.count", "D"].value == 2
    assert records["coding.codes_reliable.count", "D"].value == 1
    assert records["coding.codes_unproven.count", "D"].n == 3


def test_how_many_codes_reach_what_adds_up():
    records = found(agreement.by_code(coder_decisions(evidence(MARKS)), 0.95))
    names = ("reliable", "tentative", "weak", "untold")
    assert sum(records[f"coding.codes_{name}.count", "D"].value for name in names) == len(CODES)


def test_one_coder_is_no_agreement():
    alone = evidence(MARKS, [(f"d{n:02d}", "A", 1, True) for n in range(12)])
    records = agreement_records(alone)
    assert records
    for record in records:
        assert record.value is None or record.unit == "count", record.key
        if record.unit == "index":
            assert record.note
    assert agreement_groups(records, alone) == []
    assert set(code_table(records, alone)["alpha"]) == {"–"}
    assert set(kind_table(records, alone)["alpha"]) == {"–"}


def test_a_code_that_the_codebook_of_a_reading_did_not_hold_is_not_judged():
    codes = [
        ("challenge.staff", "challenge", True, "staff", "1.0", None),
        ("challenge.new", "challenge", True, "new", "2.0", None),
        ("challenge.old", "challenge", True, "old", "1.0", "2.0"),
    ]
    readings = [
        (f"d{n:02d}", who, 1, True, "1.0" if n < 4 else "2.0") for n in range(12) for who in "AB"
    ]
    read = coder_decisions(evidence(MARKS, readings, codes=codes))
    judgements = {code: int((read.of(code).values > 0).sum()) for code in read.codes}
    assert judgements == {"challenge.staff": 12, "challenge.new": 8, "challenge.old": 4}


def test_set_valued_reports_and_pooled_judgements_have_intervals():
    records = found(agreement.overall(coder_decisions(evidence(MARKS)), 0.95))
    for unit in ("judgements", "sets"):
        record = records[f"coding.alpha_{unit}.index", "S"]
        assert record.method == "jackknife, by report"
        assert record.low < record.value < record.high
    assert records["coding.prevalence.share", "D"].x == 15


def test_alpha_within_codes_and_the_mean_are_those_of_the_codes():
    read = coder_decisions(evidence(MARKS))
    records = found(agreement.overall(read, 0.95))
    # staff: 6 reports by both, one by one of two, 5 by neither; aims: one by both; data: none.
    observed = 2 * 1
    expected = 2 * 13 * 11 / 23 + 2 * 2 * 22 / 23
    within = records["coding.alpha_within_codes.index", "D"]
    assert within.value == pytest.approx(1 - observed / expected)
    staff = krippendorff_alpha([[1, 1]] * 6 + [[1, 0]] + [[0, 0]] * 5).value
    mean = records["coding.alpha_mean.index", "D"]
    assert (mean.value, mean.n) == (pytest.approx(staff), 1)


def test_a_code_marked_both_ways_is_one_code_of_a_passage():
    marks = [
        ("d00", "challenge.staff", "A", "mixed", 0),
        ("d01", "challenge.staff", "A", "affirm", 0),
        ("d01", "challenge.aims", "A", "affirm", 0),
    ]
    records = found(evidence_base.passages(evidence(marks), 0.95))
    assert records["coding.passages_several.count", "D"].value == 1


def test_passages_grow_by_overlap_and_leave_out_what_nobody_marked():
    marks = [
        ("d00", "challenge.staff", "A", "affirm", 0),
        ("d00", "challenge.staff", "B", "affirm", 6),  # overlaps, so it is the same passage
        ("d00", "challenge.aims", "B", "affirm", 6),
        ("d00", "challenge.staff", "A", "affirm", 16),  # begins where the last one ends
        ("d01", "challenge.staff", "A", "deny", 0),
    ]
    records = found(evidence_base.passages(evidence(marks), 0.95))
    assert records["coding.passages.count", "D"].value == 3
    assert records["coding.passages_several.count", "D"].value == 1
    assert records["coding.passages_single.count", "D"].value == 2


def test_sentences_count_whether_or_not_anyone_marked_them():
    texts = {f"d{n:02d}": "Ensin näin. Sitten noin 3. vuonna! Lopuksi." for n in range(12)}
    records = found(evidence_base.sentences(evidence(MARKS), texts))
    assert records["coding.sentences.count", "D"].value == 36
    # Marks at 0 to 10 touch the first sentence only, those at 30 to 40 the second and third.
    assert records["coding.sentences_blank.count", "D"].value == 36 - 8 - 2
    assert records["coding.alpha_sentences.index", "D"].value is not None


@pytest.mark.parametrize(
    ("text", "starts"),
    [
        ("Yksi. Kaksi? Kolme!", [0, 6, 13]),
        ("Otsikko\nTeksti alkaa. Ja jatkuu.", [0, 8, 22]),
        ("Summa oli n. 5 000 euroa 3. luokassa.", [0]),
        ("Ilman loppua\n\n", [0]),
        ("", [0]),
    ],
)
def test_sentences_begin_after_end_marks_and_at_lines(text, starts):
    assert evidence_base.sentence_starts(text).tolist() == starts


def test_who_the_coders_are_does_not_matter():
    swapped = [(d, code, {"A": "B", "B": "A"}[who], p, start) for d, code, who, p, start in MARKS]
    one, other = (found(agreement_records(evidence(marks))) for marks in (MARKS, swapped))
    assert one.keys() == other.keys()
    for name, record in one.items():
        if record.value is not None:
            assert record.value == pytest.approx(other[name].value), name


def test_nothing_depends_on_the_order_of_rows():
    usual = evidence(MARKS)
    shuffled = evidence(MARKS)
    generator = np.random.default_rng(3)
    for name, table in shuffled.tables.items():
        shuffled.tables[name] = table.iloc[generator.permutation(len(table))].reset_index(drop=True)
    assert agreement_records(usual) == agreement_records(shuffled)
