"""From two runs to everything that is told of them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.compare.attribution import compare_with_causes
from evaltools.compare.output import (
    OutputFiles,
    example_notice,
    write_changes_section,
    write_comparison,
)
from evaltools.compare.prose import read_code_labels
from evaltools.problems import ProblemError
from evaltools.provenance.artifacts import Artifact
from evaltools.study import Study

Computed = Callable[..., Artifact]


def test_two_waves_are_compared_told_and_written(
    study: Study, computed: Computed, tmp_path: Path
) -> None:
    made, attribution = compare_with_causes(
        study, computed(), computed(calls="2020", wave="2023"), causes=False
    )
    assert attribution is None
    assert made.relation == "disjoint"
    assert made.prose
    assert made.findings is None  # three chapters do not give all that findings ask for
    files = OutputFiles(*(tmp_path / name for name in ("a.html", "a.csv", "a.qmd", "a.png")))
    written = write_comparison(made, None, study, files, "fi")
    assert [path.name for path in written] == ["a.html", "a.csv", "a.qmd", "a.png"]
    notice = example_notice(study, "fi")
    assert notice
    assert notice in (tmp_path / "a.html").read_text(encoding="utf-8")


def test_nothing_is_written_that_was_not_asked_for(
    study: Study, computed: Computed, tmp_path: Path
) -> None:
    made, _ = compare_with_causes(study, computed(), computed(), causes=False)
    assert write_comparison(made, None, study, OutputFiles(), "fi") == []
    nowhere = OutputFiles(csv=tmp_path / "nowhere" / "a.csv")
    with pytest.raises(ProblemError, match="cannot be written"):
        write_comparison(made, None, study, nowhere, "fi")


def test_recoded_reports_are_paired_where_the_earlier_data_are_given(
    study: Study, computed: Computed, earlier_data: Path
) -> None:
    old, new = computed(data=earlier_data / "data"), computed()
    with_data, attribution = compare_with_causes(study, old, new, str(earlier_data))
    without, _ = compare_with_causes(study, old, new, causes=False)
    key = ("challenge.schedule.share", "D", ())
    first, second = (next(move for move in made.changes if move.identity == key)
                     for made in (with_data, without))  # fmt: skip
    assert first.basis == "newcombe_paired"
    assert second.low is None  # of the same texts there is no chance to judge it by
    assert {first.verdict, second.verdict} == {"reread"}
    assert with_data.relation == without.relation == "same"
    assert attribution is not None
    assert [factor.kind for factor in attribution.factors] == ["data"]


def test_place_that_is_none_is_refused(study: Study, computed: Computed) -> None:
    with pytest.raises(ProblemError, match="neither a folder nor a revision"):
        compare_with_causes(study, computed(), computed(), data="nowhere")


def test_chapter_of_changes_names_parameters_as_the_study_does(
    study: Study, computed: Computed
) -> None:
    made, attribution = compare_with_causes(study, computed(coder_rule="all"), computed())
    text = write_changes_section(made, attribution, "fi", read_code_labels(study, "fi"))
    assert text.startswith("## ")
    assert "parametrit" in text
    assert "Luokittelusääntö | kaikki luokittelijat | luokittelijoiden enemmistö" in text
