"""Waves coded with different versions of the codebook, made from copies of the example study."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from evaltools.evidence import Evidence, read_tables
from evaltools.indicators import challenges, goals
from evaltools.indicators.comparisons import compare_waves
from evaltools.indicators.prevalence import codes_in_use, ranking, themes

ROOT = Path(__file__).parents[2]
WAVE = "2023"
OLD, NEW = "1.0", "2.0"
Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def example(study: Any) -> Tables:
    return read_tables(study.data)


def select(study: Any, tables: Tables, **values: Any) -> Evidence:
    return Evidence.select(study, tables, study.parameters({"wave": WAVE, **values}))


def of_wave(tables: Tables, wave: str) -> set[str]:
    documents = tables["documents"]
    return set(documents.loc[documents["wave"].astype("string") == wave, "document_id"])


def recoded(
    tables: Tables, parts: dict[str, tuple[str, ...]], kind: str, *, waves: tuple[str, ...]
) -> Tables:
    """The study in which some waves were coded anew, with other codes for some of the codes.

    Arguments:
        parts: for a code of the first version those of the second; a passage with a code of
            several gets one of them, turn by turn.
        waves: those read with the second version.
    """
    made = dict(tables)
    codes = tables["codes"].copy()
    codes.loc[codes["code_id"].isin(list(parts)), "retired"] = NEW
    rows = []
    for old, new in parts.items():
        for code in new:
            row = codes[codes["code_id"] == old].iloc[0].copy()
            row["code_id"], row["codebook_version"], row["retired"] = code, NEW, pd.NA
            rows.append(row)
    if rows:
        fresh = pd.DataFrame(rows).drop_duplicates("code_id").astype(codes.dtypes.to_dict())
        codes = pd.concat([codes, fresh], ignore_index=True)
    made["codes"] = codes
    changes = [(OLD, NEW, old, code, kind, pd.NA) for old, new in parts.items() for code in new]
    made["code_changes"] = pd.DataFrame(
        changes, columns=list(tables["code_changes"].columns), dtype="string"
    )
    documents = set().union(*(of_wave(tables, wave) for wave in waves))
    readings = tables["readings"].copy()
    readings.loc[readings["document_id"].isin(documents), "codebook_version"] = NEW
    made["readings"] = readings
    codings = tables["codings"].copy()
    segments = tables["segments"]
    own = codings["segment_id"].isin(
        segments.loc[segments["document_id"].isin(documents), "segment_id"]
    )
    for old, new in parts.items():
        hit = (own & (codings["code_id"] == old)).fillna(False)
        turns = [new[place % len(new)] for place in range(int(hit.sum()))]
        codings.loc[hit, "code_id"] = pd.array(turns, dtype="string")
    made["codings"] = codings
    return made


def differences(evidence: Evidence) -> dict[tuple[str, str], Any]:
    return {
        (i.key.removeprefix("wave_difference.").removesuffix(".difference"), i.estimand): i
        for i in challenges.compute(evidence)
        if i.key.startswith("wave_difference.") and i.key.endswith(".difference")
    }


def numbers(indicator: Any) -> tuple[Any, ...]:
    return indicator.value, indicator.low, indicator.high, indicator.x, indicator.n


RULES = ("any", "majority", "consensus")


@pytest.mark.parametrize("rule", RULES)
def test_a_new_name_changes_no_comparison(study: Any, example: Tables, rule: str) -> None:
    renamed = recoded(example, {"challenge.staff": ("challenge.people",)}, "rename", waves=(WAVE,))
    before = differences(select(study, example, coder_rule=rule))
    after = differences(select(study, renamed, coder_rule=rule))
    names = {"challenge.staff": "challenge.people"}
    for (code, estimand), old in before.items():
        assert numbers(after[names.get(code, code), estimand]) == numbers(old), code
    assert after["challenge.staff", "D"].value is None
    assert "compared as challenge.people" in after["challenge.staff", "D"].note


@pytest.mark.parametrize("rule", RULES)
def test_a_code_that_was_split_compares_as_before_it_was(
    study: Any, example: Tables, rule: str
) -> None:
    parts = ("challenge.shortage", "challenge.turnover")
    split = recoded(example, {"challenge.staff": parts}, "split", waves=(WAVE,))
    before = differences(select(study, example, coder_rule=rule))
    evidence = select(study, split, coder_rule=rule)
    after = differences(evidence)
    for (code, estimand), old in before.items():
        assert numbers(after[code, estimand]) == numbers(old), code
    note = after["challenge.staff", "S"].note
    assert "as one: challenge.shortage, challenge.turnover (codebook 2.0)" in note
    for part in parts:
        assert after[part, "D"].value is None
        assert not after[part, "D"].asked
    rows = set(compare_waves(evidence, "challenge")["code_id"])
    assert "challenge.staff" in rows
    assert not rows & set(parts)


def test_codes_that_were_merged_compare_as_if_they_had_always_been_one(
    study: Any, example: Tables
) -> None:
    parts = {
        "challenge.staff": ("challenge.internal_work",),
        "challenge.schedule": ("challenge.internal_work",),
    }
    merged = recoded(example, parts, "merge", waves=(WAVE,))
    always = recoded(example, parts, "merge", waves=(WAVE, "2022"))
    key = ("challenge.internal_work", "S")
    found = differences(select(study, merged))[key]
    assert found.value is not None
    assert numbers(found) == numbers(differences(select(study, always))[key])


def test_another_definition_is_compared_and_said(study: Any, example: Tables) -> None:
    changed = recoded(example, {}, "redefine", waves=(WAVE,))
    code = "challenge.aims"
    row = {"from_version": OLD, "to_version": NEW, "from_code_id": code, "to_code_id": code,
           "kind": "redefine", "note": "roles are in it too"}  # fmt: skip
    changed["code_changes"] = pd.DataFrame([row], dtype="string")
    changed["codes"] = changed["codes"].copy()
    # A version is one that a code names; here a code that nobody uses brings it in.
    changed["codes"].loc[len(changed["codes"])] = changed["codes"].iloc[-1].to_dict() | {
        "code_id": "challenge.fresh", "kind": "challenge", "codebook_version": NEW
    }  # fmt: skip
    after = differences(select(study, changed))
    before = differences(select(study, example))
    assert numbers(after[code, "D"]) == numbers(before[code, "D"])
    assert "defined anew in codebook 2.0: roles are in it too" in after[code, "D"].note
    assert after["challenge.fresh", "D"].value is None
    assert "has no counterpart of it" in after["challenge.fresh", "D"].note


def test_reports_that_were_not_asked_are_no_part_of_a_share(study: Any, example: Tables) -> None:
    """Half of the wave was read again with the code split; the other half could not have it."""
    parts = ("challenge.shortage", "challenge.turnover")
    split = recoded(example, {"challenge.staff": parts}, "split", waves=(WAVE,))
    wave = sorted(of_wave(example, WAVE))
    late = set(wave[: len(wave) // 2])
    readings, codings = split["readings"], split["codings"]
    segments = example["segments"]
    kept = segments.loc[segments["document_id"].isin(set(wave) - late), "segment_id"]
    readings.loc[readings["document_id"].isin(set(wave) - late), "codebook_version"] = OLD
    back = codings["segment_id"].isin(kept) & codings["code_id"].isin(parts)
    codings.loc[back.fillna(False), "code_id"] = "challenge.staff"
    evidence = select(study, split)
    asked = int(evidence.reports["document_id"].isin(late).sum())
    assert 0 < asked < evidence.n
    records = {(i.key, i.estimand): i for i in challenges.compute(evidence)}
    for part in parts:
        found = [records[f"{part}.{name}", "D"] for name in
                 ("share", "denied.share", "silent.share")]  # fmt: skip
        assert [each.n for each in found] == [asked] * 3
        assert sum(each.x for each in found) == asked
        assert f"asked of {asked} of the {evidence.n}" in found[0].note
        band = records[f"{part}.coder_band", "D"]
        assert band.low <= band.value <= band.high
        bounds = records[f"{part}.bounds", "P"]
        assert bounds.high == pytest.approx((found[0].x + evidence.N - asked) / evidence.N)
    assert records["challenge.staff.share", "D"].value is None
    assert not records["challenge.staff.share", "D"].asked
    assert evidence.n == records["challenge.aims.share", "D"].n
    frame = themes(evidence, "challenge").set_index("code_id")
    assert "challenge.staff" not in frame.index
    assert frame.loc[list(parts), "n"].tolist() == [asked, asked]
    assert "challenge.staff" not in dict(ranking(evidence, "challenge"))
    assert "challenge.staff" not in set(codes_in_use(evidence, "challenge")["code_id"])


def test_the_earlier_wave_does_not_change_when_a_later_one_is_coded_anew(
    study: Any, example: Tables
) -> None:
    parts = ("challenge.shortage", "challenge.turnover")
    split = recoded(example, {"challenge.staff": parts}, "split", waves=(WAVE,))
    before, after = (
        {
            i.identity: i
            for i in [*challenges.compute(e), *goals.compute(e)]
            if not i.key.startswith("pair.association")
        }
        for e in (select(study, t, wave="2022") for t in (example, split))
    )
    assert {name: after[name] for name in before} == before
    assert [after[name].key for name in set(after) - set(before) if after[name].asked] == []
