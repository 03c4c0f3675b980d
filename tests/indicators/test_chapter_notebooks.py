"""What chapters 03, 04, 06 and 07 promise as notebooks, without running them."""

import json
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PHRASES = ROOT / "src" / "evaltools" / "i18n" / "phrases"
CHAPTERS = {
    "03_goals_and_results": [
        "fig-results", "tbl-results", "fig-result-states", "fig-goals-results", "fig-attainment",
        "tbl-goal-quality",
    ],
    "04_challenges_and_responses": [
        "fig-challenges", "tbl-challenges", "fig-responses", "fig-pairs", "tbl-pairs",
        "fig-group-differences", "fig-wave-differences",
    ],
    "06_effects_and_rooting": [
        "tbl-savings", "fig-ratings", "fig-rooting", "tbl-rooting",
    ],
    "07_steering": ["fig-steering", "tbl-steering", "fig-optimism", "tbl-optimism"],
}  # fmt: skip


def notebook(stem):
    return json.loads((ROOT / "notebooks" / f"{stem}.ipynb").read_text(encoding="utf-8"))


def sources(stem, kind="code"):
    return ["".join(c["source"]) for c in notebook(stem)["cells"] if c["cell_type"] == kind]


def label(source):
    match = re.match(r"#\| label: (\S+)", source)
    return match[1] if match else None


@pytest.mark.parametrize("stem", CHAPTERS)
def test_a_chapter_has_the_figures_and_tables_that_the_report_embeds(stem):
    assert [found for source in sources(stem) if (found := label(source))] == CHAPTERS[stem]


def test_a_label_names_one_cell_of_all_notebooks():
    stems = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    labels = [found for stem in stems for source in sources(stem) if (found := label(source))]
    assert len(labels) == len(set(labels))


@pytest.mark.parametrize("stem", CHAPTERS)
def test_a_chapter_is_stored_without_outputs_and_with_named_cells(stem):
    book = notebook(stem)
    assert (book["nbformat"], book["nbformat_minor"]) == (4, 5)
    assert book["metadata"]["kernelspec"]["name"] == "python3"
    code = [cell for cell in book["cells"] if cell["cell_type"] == "code"]
    assert all(not c["outputs"] and c["execution_count"] is None for c in code)
    names = [cell["id"] for cell in book["cells"]]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("stem", CHAPTERS)
def test_cells_are_short_and_the_last_hands_the_indicators_over(stem):
    code = sources(stem)
    for source in code[1:]:
        lines = [line for line in source.splitlines() if line.strip() and line[:2] != "#|"]
        assert len(lines) <= 10, source
    assert code[1].startswith("from evaltools.evidence import open_evidence")
    assert re.fullmatch(r"emit\(\w+\.compute\(evidence\)\)", code[-1])


@pytest.mark.parametrize("stem", CHAPTERS)
def test_the_argument_repeats_no_number_and_asks_in_its_headings(stem):
    text = sources(stem, "markdown")
    assert not [word for words in text for word in re.findall(r"\d+", words)]
    headings = [line for words in text for line in words.splitlines() if line.startswith("#")]
    assert all(line.endswith("?") for line in headings if "takes from here" not in line)


@pytest.mark.parametrize("name", ["goals", "challenges", "effects", "steering"])
def test_every_phrase_is_used_somewhere(name):
    phrases = yaml.safe_load((PHRASES / f"{name}.yml").read_text(encoding="utf-8"))
    package = (ROOT / "src" / "evaltools" / "chapters").glob("*.py")
    used = "\n".join(path.read_text(encoding="utf-8") for path in sorted(package))
    used += "\n".join(source for stem in CHAPTERS for source in sources(stem))
    composed = set(re.findall(r'f"([a-z_.]+[._])\{', used))
    unused = [
        key
        for key in phrases
        if not re.search(rf"[\"']{re.escape(key)}[\"']", used)
        and not any(key.startswith(start) for start in composed)
    ]
    assert unused == []
