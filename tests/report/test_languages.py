"""The report says the same in each language: sections, findings, figures, tables, numbers."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from evaltools.problems import ProblemError
from evaltools.report.languages import in_every_language, missing_parts, other_languages
from evaltools.study import load_study
from evaltools.study.publication import Publication

ROOT = Path(__file__).parents[2]
REPORTS = ROOT / "reports"
LANGUAGES = ("fi", "sv", "en")
_INCLUDE = re.compile(r"\{\{< include (\S+) >\}\}")
BOUND = {
    # But the verb that one language has before a number, and another has not.
    "numbers and findings": r"\{\{<\s*var\s+(\S+)(?<!\.told)\s*>\}\}",
    "figures and tables": r"\{\{<\s*embed\s+(\S+)\s*>\}\}",
    "generated pages": r"\{\{<\s*include\s+_generated/(\S+)\s*>\}\}",
    "sections and formulas": r"\{[^{}<]*#((?:sec|eq|fig|tbl)-[\w-]+)[^{}]*\}",
    "references and citations": r"@([a-z][\w-]*)",
    "marks of sentences": r"\{\.(background|method|definition|caution|quote|unnumbered)\b",
    "conditions": r'when-meta="([\w.]+)"',
}


def chapters(language: str) -> list[str]:
    """The chapters of a report in the order in which they are included."""
    folder = REPORTS / language
    names = _INCLUDE.findall((folder / "report.qmd").read_text("utf-8"))
    own = [name for name in names if not name.startswith("_generated")]
    return [(folder / name).read_text("utf-8") for name in own]


@pytest.mark.parametrize("language", LANGUAGES[1:])
@pytest.mark.parametrize("kind", BOUND)
def test_chapter_by_chapter_the_same_is_bound_in_every_language(language: str, kind: str) -> None:
    first, other = (
        [Counter(re.findall(BOUND[kind], text)) for text in chapters(each)]
        for each in (LANGUAGES[0], language)
    )
    assert sum(map(len, first))
    assert other == first


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_file_of_a_report_is_included(language: str) -> None:
    folder = REPORTS / language
    names = {path.name for path in folder.rglob("*.qmd")} - {"report.qmd"}
    texts = [path.read_text("utf-8") for path in folder.rglob("*.qmd")]
    assert names <= {name for text in texts for name in _INCLUDE.findall(text)}


def test_official_sources_are_named_in_the_language_of_the_report() -> None:
    def entries(path: Path) -> dict[str, str]:
        parts = re.split(r"(?m)^(?=@)", path.read_text("utf-8"))
        return {found[1]: each for each in parts if (found := re.match(r"@\w+\{(\w+),", each))}

    shared = entries(REPORTS / "references.bib")
    cited = set(re.findall(BOUND["references and citations"], "".join(chapters("fi"))))
    finnish = {name for name in cited & set(shared) if "langid = {finnish}" in shared[name]}
    assert finnish
    for language, called in (("sv", "swedish"), ("en", "english")):
        own = entries(REPORTS / language / "references.bib")
        assert finnish <= set(own) <= set(shared)
        assert all(f"langid = {{{called}}}" in each for each in own.values())


def declared_sentences() -> Iterator[tuple[str, str, dict[str, str]]]:
    findings = yaml.safe_load((REPORTS / "findings.yml").read_text("utf-8"))["findings"]
    for name, finding in findings.items():
        for case, texts in (finding.get("sentences") or {}).items():
            yield name, case, texts


def test_a_finding_prints_the_same_numbers_in_every_language() -> None:
    def printed(text: str) -> set[str]:
        slots = [slot.partition("|")[0] for slot in re.findall(r"\{([^}]*)\}", text)]
        names = set()
        for slot in (slot for slot in slots if "?" not in slot):
            name, _, form = slot.partition(":")
            names.add(name.partition("+")[0] + "".join(re.findall(r"\+\w+", name + form)))
        return names

    sentences = list(declared_sentences())
    assert len(sentences) > 100
    differing = [
        (name, case)
        for name, case, texts in sentences
        if len({frozenset(printed(texts[language])) for language in LANGUAGES}) > 1
    ]
    assert differing == []


@pytest.fixture
def prose(tmp_path: Path) -> Path:
    """The study without data, its report's sources only."""
    shutil.copytree(REPORTS, tmp_path / "reports", ignore=shutil.ignore_patterns("_build", ".*"))
    shutil.copy(ROOT / "evaluation.yml", tmp_path)
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks")
    return tmp_path


def told(root: Path, language: str) -> list[str]:
    return [str(problem) for problem in missing_parts(load_study(root), language)]  # type: ignore[arg-type]


def test_the_report_lacks_nothing_in_any_language(prose: Path) -> None:
    assert [told(prose, language) for language in LANGUAGES] == [[], [], []]


def test_a_section_that_one_language_lacks_is_told_with_what_to_write(prose: Path) -> None:
    path = prose / "reports/sv/_10_slutsatser.qmd"
    path.write_text(path.read_text("utf-8").replace("#sec-suositukset", "#sec-annat"), "utf-8")
    assert told(prose, "sv") == [
        "reports/sv: lacks the section sec-suositukset, which the report in 'en' has. "
        "Write it with the identifier {#sec-suositukset}. [report.language]"
    ]
    assert told(prose, "fi") == []


def test_every_language_that_lacks_a_report_is_refused_at_once(prose: Path) -> None:
    (prose / "reports/sv/report.qmd").unlink()
    declared = prose / "evaluation.yml"
    lines = declared.read_text("utf-8").splitlines(keepends=True)
    declared.write_text("".join(x for x in lines if "reports/en/report.qmd" not in x), "utf-8")
    study = load_study(prose)
    with pytest.raises(ProblemError) as caught:
        in_every_language(study, study.parameters({}))
    assert [str(problem).partition(";")[0] for problem in caught.value.problems] == [
        "reports/sv/report.qmd: there is no report in 'sv'. Write it, or take the language out of "
        "reports in evaluation.yml. [report.language]",
        "parameter language: the study has no report in 'en'",
    ]


def test_parameters_are_those_given_in_every_language_the_chosen_one_first(prose: Path) -> None:
    study = load_study(prose)
    given = study.parameters({"region": "06", "language": "sv", "wave": "2023"})
    made = in_every_language(study, given)
    assert [each.language for each in made] == ["sv", "fi", "en"]
    assert {(each.region, each.wave, str(each.cutoff)) for each in made} == {
        ("06", "2023", "2023-04-30")
    }


def test_folders_of_other_languages_are_left_out_of_a_staged_report(prose: Path) -> None:
    assert other_languages(load_study(prose), "sv") == {"fi", "en"}


def test_languages_are_published_together_where_the_study_says_so_the_chosen_one_first() -> None:
    declared = load_study(ROOT).declaration
    assert declared.published_with("sv") == ("sv", "fi", "en")
    publication = declared.publication
    assert publication is not None
    some = publication.model_copy(update={"languages": ("fi", "en")})
    without = publication.model_copy(update={"languages": ()})
    for made, language, wanted in (
        (some, "en", ("en", "fi")),
        (some, "sv", ("sv",)),
        (without, "fi", ("fi",)),
        (None, "fi", ("fi",)),
    ):
        assert declared.model_copy(update={"publication": made}).published_with(language) == wanted
    with pytest.raises(ValueError, match="names one twice"):
        Publication.model_validate(publication.model_dump() | {"languages": ["fi", "fi"]})
