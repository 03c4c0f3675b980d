"""Every change is traced to what was exchanged, by computing anew with one thing exchanged."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from recorded_runs import INGREDIENTS, recorded, share

import evaltools
from evaltools.compare import attribution
from evaltools.compare.attribution import Attribution, Effect, Factor, is_zero
from evaltools.compare.compare import compare
from evaltools.compare.recompute import (
    RecomputeJob,
    Recomputer,
    compute_with_other_version,
    pair_reports,
)
from evaltools.provenance.artifacts import Artifact
from evaltools.provenance.hashes import hash_files
from evaltools.provenance.indicator_changes import Identity
from evaltools.study import Study

Computed = Callable[..., Artifact]
SCHEDULE: Identity = ("challenge.schedule.share", "D", ())


Attribute = Callable[..., Attribution]


@pytest.fixture
def attribute(computer: Recomputer) -> Attribute:
    """Attribution that keeps what was computed for other tests."""

    def call(study: Study, old: Artifact, new: Artifact, *more: Path, **named: Path) -> Attribution:
        made = compare(old, new)
        return attribution.attribute_changes(
            study, old, new, made, *more, **named, recomputer=computer
        )

    return call


def test_chapters_are_those_that_the_study_declares(study: Study) -> None:
    assert Recomputer(study).modules == tuple(sorted(study.declaration.chapters.values()))
    assert set(study.declaration.chapters) == set(study.declaration.notebooks)


def test_study_without_chapters_has_nothing_to_compute(study: Study) -> None:
    declaration = study.declaration.model_copy(update={"chapters": {}})
    answer = Recomputer(replace(study, declaration=declaration)).compute(
        RecomputeJob(study.data, {})
    )
    assert answer == (
        "the study declares no chapters, so that nothing can be computed without notebooks"
    )


def test_other_version_computes_the_chapters_that_its_study_declares(
    study: Study, tmp_path: Path
) -> None:
    """A function called `compute` in a module that is no chapter changes nothing."""
    source, folder = tmp_path / "src", tmp_path / "study"
    shutil.copytree(Path(evaltools.__path__[0]), source / "evaltools")
    with (source / "evaltools" / "indicators" / "rooting.py").open("a", encoding="utf-8") as file:
        file.write("\n\ndef compute(evidence):\n    raise RuntimeError('no chapter')\n")
    folder.mkdir()
    text = (study.root / "evaluation.yml").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if "ipynb: " not in line or "goals" in line]
    (folder / "notebooks").mkdir()
    for path in study.notebooks:
        shutil.copy(path, folder / "notebooks")
    (folder / "evaluation.yml").write_text("\n".join(lines), encoding="utf-8")
    job = RecomputeJob(study.data, study.parameters({}).as_values())
    portfolio = ("evaltools.indicators.portfolio", "evaltools.indicators.not_yet_there")
    (answer,) = compute_with_other_version(source, folder, [job], portfolio, own=True)
    assert answer == Recomputer(study, ("evaltools.indicators.goals",)).compute(job)
    (answer,) = compute_with_other_version(source, folder, [job], portfolio, own=False)
    assert answer == Recomputer(study, portfolio[:1]).compute(job)


def effect(found: Attribution, identity: Identity = SCHEDULE) -> Effect:
    return found.effects[identity]


def adds_up(item: Effect) -> bool:
    """Whether the parts of a change are all of it."""
    assert item.change is not None
    total = sum(part for _, part in item.parts) + (item.interaction or 0.0) + item.rest
    return is_zero(total - item.change, item.change)


def all_add_up(found: Attribution) -> bool:
    return all(
        adds_up(item) for item in found.effects.values() if item.change is not None and item.parts
    )


def is_attributed(item: Effect) -> bool:
    """Whether nothing of a change is left without a cause."""
    return item.change is not None and bool(item.parts) and is_zero(item.rest, item.change)


def factor(found: Attribution, kind: str) -> Factor:
    return next(item for item in found.factors if item.kind == kind)


def kinds(found: Attribution) -> dict[str, str]:
    return {factor.kind: factor.state for factor in found.factors}


def test_runs_that_do_not_differ_have_nothing_to_attribute(
    attribute: Attribute, study: Study, computed: Computed
) -> None:
    run = computed()
    assert attribute(study, run, run) == Attribution((), {})


def test_only_thing_that_changed_is_the_cause_of_everything(
    attribute: Attribute, study: Study, computed: Computed, earlier_data: Path
) -> None:
    old, new = computed(data=earlier_data / "data"), computed()
    found = attribute(study, old, new)
    assert kinds(found) == {"data": "only_one"}
    change = effect(found).change
    assert change is not None
    assert change > 0
    assert effect(found).parts == (("data", change),)
    assert all_add_up(found)


def test_data_and_parameters_are_told_apart_by_rerunning(
    attribute: Attribute, study: Study, computed: Computed, earlier_data: Path
) -> None:
    old = computed(data=earlier_data / "data", coder_rule="any")
    new = computed(coder_rule="all")
    found = attribute(study, old, new, earlier_data)
    assert kinds(found) == {"data": "measured", "parameters": "measured"}
    by_data = computed(coder_rule="any")
    by_parameter = computed(data=earlier_data / "data", coder_rule="all")

    def value(run: Artifact) -> float:
        item = next(item for item in run.indicators if item.identity == SCHEDULE)
        assert item.value is not None
        return item.value

    made = dict(effect(found).parts)
    assert made["data"] == pytest.approx(value(by_data) - value(old))
    assert made["parameters"] == pytest.approx(value(by_parameter) - value(old))
    interaction = value(new) - value(old) - made["data"] - made["parameters"]
    assert effect(found).interaction == pytest.approx(interaction, abs=1e-9)
    assert effect(found).rest == 0
    assert all_add_up(found)
    assert all(is_attributed(item) for item in found.effects.values() if item.change is not None)


def test_what_reruns_do_not_explain_is_left_over_and_still_adds_up(
    attribute: Attribute, study: Study, computed: Computed, earlier_data: Path
) -> None:
    old = computed(data=earlier_data / "data")
    new = computed(coder_rule="all", shift=0.05)
    found = attribute(study, old, new, earlier_data)
    gini = effect(found, ("grants.gini.index", "D", ()))
    assert gini.rest == pytest.approx(0.05)
    assert not is_attributed(gini)
    assert all_add_up(found)


def test_without_the_older_data_only_parameters_are_measured(
    attribute: Attribute, study: Study, computed: Computed, earlier_data: Path
) -> None:
    old = computed(data=earlier_data / "data", coder_rule="any")
    new = computed(coder_rule="all")
    found = attribute(study, old, new)
    assert kinds(found) == {"data": "not_attributable", "parameters": "measured"}
    data = factor(found, "data")
    assert "not at hand" in data.reason
    assert effect(found).interaction is None
    assert effect(found).rest != 0
    assert all_add_up(found)


def test_other_data_than_those_of_the_older_run_are_refused_and_named(
    attribute: Attribute, study: Study, computed: Computed, earlier_data: Path, tmp_path: Path
) -> None:
    shutil.copytree(earlier_data / "data", tmp_path / "data")
    (tmp_path / "data" / "coding" / "goals.csv").write_text("changed", encoding="utf-8")
    old = computed(data=earlier_data / "data", coder_rule="any")
    found = attribute(study, old, computed(coder_rule="all"), tmp_path)
    data = factor(found, "data")
    assert data.state == "not_attributable"
    assert "coding/goals.csv differs" in data.reason


def test_several_parameters_are_swapped_one_by_one_with_what_follows_from_them(
    attribute: Attribute, study: Study, computed: Computed
) -> None:
    found = attribute(study, computed(), computed(calls="2020", wave="2023"))
    assert kinds(found) == {"parameters": "only_one"}
    single = dict(effect(found).single)
    assert list(single) == ["calls", "wave, cutoff"]
    assert single["calls"] is None  # no report of that call had come in by then
    assert single["wave, cutoff"] is not None
    assert "calls alone" in found.factors[0].reason


def test_code_that_is_not_at_hand_is_measured_from_what_was_recorded(
    attribute: Attribute, study: Study, computed: Computed
) -> None:
    other = {**computed().ingredients.code, "evaltools/indicators/goals.py": "older"}
    old, new = computed(code=other, shift=-0.1), computed(coder_rule="all")
    found = attribute(study, old, new)
    assert kinds(found) == {"code": "measured", "parameters": "measured"}
    code = factor(found, "code")
    assert "not at hand" in code.reason
    assert dict(effect(found, ("grants.gini.index", "D", ())).parts)["code"] == pytest.approx(0.1)
    assert dict(effect(found).parts)["code"] == pytest.approx(0)
    assert all_add_up(found)


def test_code_and_environment_that_both_changed_are_not_told_apart_without_the_code(
    attribute: Attribute, study: Study, computed: Computed
) -> None:
    other = {**computed().ingredients.code, "evaltools/indicators/goals.py": "older"}
    old, new = computed(code=other, lock="0", shift=-0.1), computed()
    assert "code_or_environment" in kinds(attribute(study, old, new))


def test_older_code_is_run_in_a_process_of_its_own(
    attribute: Attribute, study: Study, computed: Computed, tmp_path: Path
) -> None:
    package = Path(evaltools.__path__[0])
    version = tmp_path / "older"
    shutil.copytree(package, version / "evaltools", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("networks", "evidence_base", "effects", "steering"):  # not needed, and slow
        (chapter := version / "evaltools" / "indicators" / f"{name}.py").write_text(
            chapter.read_text(encoding="utf-8").replace("def compute(", "def not_now("), "utf-8"
        )
    module = version / "evaltools" / "indicators" / "goals.py"
    text = module.read_text(encoding="utf-8")
    assert "stated, note = len(goals)," in text
    module.write_text(
        text.replace("note = len(goals),", "note = len(goals) - 7,"), encoding="utf-8"
    )
    files = hash_files(version, [version / "evaltools"])
    code = {name: files[name] for name in computed().ingredients.code}
    old = computed(code=code, shift=-7, shifted="goals.stated.count")
    found = attribute(study, old, computed(coder_rule="all"), code_state=version)
    assert kinds(found) == {"code": "measured", "parameters": "measured"}
    item = effect(found, ("goals.stated.count", "D", ()))
    assert dict(item.parts)["code"] == pytest.approx(7)
    assert dict(item.parts)["parameters"] == pytest.approx(0)
    assert is_attributed(item)
    assert dict(effect(found).parts)["code"] == pytest.approx(0)
    assert all_add_up(found)


def test_code_that_is_not_that_of_the_older_run_is_not_executed(
    attribute: Attribute, study: Study, computed: Computed, tmp_path: Path
) -> None:
    (tmp_path / "evaltools" / "indicators").mkdir(parents=True)
    trap = tmp_path / "executed"
    (tmp_path / "evaltools" / "__init__.py").write_text(f"open({str(trap)!r}, 'w')")
    other = {**computed().ingredients.code, "evaltools/indicators/goals.py": "older"}
    found = attribute(study, computed(code=other), computed(coder_rule="all"), code_state=tmp_path)
    code = factor(found, "code")
    assert "not that of the older run" in code.reason
    assert not trap.exists()


def test_nothing_is_claimed_where_the_installed_code_made_neither_run(
    attribute: Attribute, study: Study, computed: Computed
) -> None:
    code = {"evaltools/indicators/goals.py": "unknown"}
    old, new = computed(code=code), computed(code=code, lock="0", coder_rule="all")
    found = attribute(study, old, new)
    assert set(kinds(found).values()) == {"not_attributable"}
    assert effect(found).parts == ()
    assert effect(found).rest == effect(found).change


attribute: Attribute


def test_indicator_that_is_gone_has_a_cause_and_no_size(study: Study) -> None:
    old = recorded(share("challenge.staff.share", 5, 50))
    new = recorded(files={**INGREDIENTS.files, "data/coding/codings.csv": "9"})
    effects = attribution.attribute_changes(study, old, new, compare(old, new)).effects
    assert effects[("challenge.staff.share", "D", ())] == Effect(
        ("challenge.staff.share", "D", ()), None, (), 0.0
    )


def test_pairs_are_those_of_the_reports_and_agree_with_the_counts(
    study: Study, computed: Computed, earlier_data: Path
) -> None:
    old, new = computed(data=earlier_data / "data"), computed()
    assert pair_reports(study, old, new, []) == {}
    pairs = pair_reports(study, old, new, [earlier_data])
    both, only_new, only_old, neither = pairs[SCHEDULE]
    counts = {run.key: next(i for i in run.indicators if i.identity == SCHEDULE)
              for run in (old, new)}  # fmt: skip
    assert (both + only_old, both + only_new) == (counts[old.key].x, counts[new.key].x)
    assert both + only_new + only_old + neither == counts[new.key].n
    assert only_old == 0
    assert only_new > 0
    made = compare(old, new, pairs=pairs)
    move = next(move for move in made.changes if move.identity == SCHEDULE)
    assert move.basis == "newcombe_paired"


def test_other_reports_have_no_pairs(study: Study, computed: Computed) -> None:
    assert pair_reports(study, computed(), computed(calls="2020", wave="2023"), []) == {}
