"""Options: where they come from, in which order, and which are refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.report.renderer.conversion import render
from evaltools.report.renderer.located_problems import read_source
from evaltools.report.renderer.project import merge, read_level, read_project

from .conftest import Report


def options(
    report: Report, name: str = "html", profiles: tuple[str, ...] = ()
) -> dict[str, object]:
    path = report.write("x\n")
    source, _ = read_source(report.project, path)
    project, problems = read_project(report.project, path, source, profiles)
    assert problems == []
    return project.format(name)


def test_later_levels_win_and_within_a_level_the_format_wins(report: Report) -> None:
    report.file(
        "_quarto.yml", "a: 1\nb: 1\nc: 1\nformat:\n  html:\n    toc: true\n    toc-depth: 1\n"
    )
    report.file("_metadata.yml", "b: 2\nc: 2\n")
    report.file("fi/_metadata.yml", "c: 3\ntoc-depth: 3\n")
    report.front["toc"] = "false"
    merged = options(report)
    assert [merged[key] for key in ("a", "b", "c", "toc", "toc-depth")] == [1, 2, 3, False, 3]


def test_options_of_another_format_do_not_count(report: Report) -> None:
    report.file("_quarto.yml", "format:\n  html:\n    toc: true\n  typst:\n    toc: false\n")
    assert options(report, "html")["toc"] is True
    assert options(report, "typst")["toc"] is False
    assert "toc" not in options(report, "docx")


def test_mappings_merge_by_key_and_lists_join() -> None:
    assert merge({"a": {"x": 1}, "b": [1, 2]}, {"a": {"y": 2}, "b": [2, 3]}) == {
        "a": {"x": 1, "y": 2},
        "b": [1, 2, 3],
    }


def test_profiles_come_between_project_and_folders(report: Report) -> None:
    report.file("_quarto.yml", "a: 1\nb: 1\nprofile:\n  default: x\n")
    report.file("_quarto-x.yml", "a: 2\nb: 2\n")
    report.file("_quarto-y.yml", "a: 3\n")
    report.file("_metadata.yml", "b: 4\n")
    assert (options(report)["a"], options(report)["b"]) == (2, 4)
    assert options(report, profiles=("y",))["a"] == 3


def test_yaml_is_read_as_quarto_reads_it() -> None:
    problems: list[object] = []
    level = read_level("a: no\nb: 2023-04-30\nc: 12:30\nd: true\ne: 010\n", "x.yml", 1, problems)  # type: ignore[arg-type]
    assert level.values == {"a": "no", "b": "2023-04-30", "c": "12:30", "d": True, "e": "010"}
    assert problems == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("a: 1\na: 2\n", "_quarto.yml:2: the key 'a' is given twice"),
        ("a: [1\n", "_quarto.yml:2: not YAML"),
        ("- 1\n", "_quarto.yml:1: not a mapping"),
        ("a: &x [1]\nb: *x\n", "_quarto.yml:2: an alias (*name) is used"),
        ("a: !!python/object:os.system x\n", "_quarto.yml:1: not YAML"),
        ("project:\n  type: website\n", "_quarto.yml:2: project type website is not supported"),
        ("project:\n  type: book\n", "_quarto.yml:2: project type book is not supported"),
        ("project:\n  pre-render: x.py\n", "_quarto.yml:2: project option pre-render is not"),
        ("website:\n  title: x\n", "_quarto.yml:1: option website is not supported"),
        ("shortcodes: [x.lua]\n", "_quarto.yml:1: option shortcodes is not supported"),
        ("filters: [lightbox]\n", "_quarto.yml:1: filter lightbox is an extension"),
        ("format:\n  epub: default\n", "_quarto.yml:2: format epub is not supported"),
        ("format:\n  html:\n    tocc: true\n", "_quarto.yml:3: option tocc of html is not"),
        ("format:\n  html:\n    include-in-header: x\n", "_quarto.yml:3: option include-in-header"),
        ("number-section: true\n", "_quarto.yml:1: option number-section is unknown"),
        ("crossref:\n  chaptrs: true\n", "_quarto.yml:2: crossref option chaptrs is not"),
        ("lang: de\n", "_quarto.yml:1: language de is not supported"),
        ("date: today\n", "_quarto.yml:1: the date follows the clock"),
        ("citeproc: false\n", "_quarto.yml:1: citations are always made by citeproc"),
        ("format:\n  html:\n    embed-resources: false\n", "_quarto.yml:3: HTML is always one"),
        ("bibliography: no.bib\n", "_quarto.yml:1: bibliography no.bib: there is no such file"),
        ("bibliography: ../../x.bib\n", "_quarto.yml:1: bibliography ../../x.bib: leaves the"),
        ("output-file: ../x.html\n", "_quarto.yml:1: the name of the output is no plain file"),
        ("tbl-cap-location: margin\n", "_quarto.yml:1: tbl-cap-location margin is not"),
    ],
)
def test_options_that_cannot_be_honoured_are_refused_by_line(
    report: Report, text: str, what: str
) -> None:
    report.file("_quarto.yml", text)
    (problem,) = report.problems("x\n")
    assert problem.startswith(what)


def test_option_in_the_front_matter_is_refused_by_its_line(report: Report) -> None:
    report.front["listing"] = "x"
    assert report.problems("x\n") == [
        "fi/report.qmd:3: option listing is not supported by the embedded renderer"
    ]


def test_project_without_its_file_is_refused(report: Report) -> None:
    (report.project / "_quarto.yml").unlink()
    assert report.problems("x\n") == ["_quarto.yml: there is no such file in the project folder"]


def test_unknown_format_is_refused(report: Report, tmp_path: Path) -> None:
    report.write("x\n")
    with pytest.raises(ProblemError, match="pdf: unknown format"):
        render(report.project, Path("fi/report.qmd"), ["pdf"], tmp_path)  # type: ignore[list-item]


def test_authors_date_and_abstract_are_shown(report: Report) -> None:
    report.front["author"] = "[{name: 'Maija M', affiliation: VM}, Kalle]"
    report.front["date"] = "2023-04-30"
    report.front["abstract"] = "Yhteenveto *lyhyesti*."
    page = report.html("x\n")
    assert '<li>Maija M, <span class="affiliation">VM</span></li><li>Kalle</li>' in page
    assert '<time datetime="2023-04-30">30.4.2023</time>' in page
    assert '<h2 id="abstract-title">Tiivistelmä</h2><p>Yhteenveto <em>lyhyesti</em>.</p>' in page


def test_metadata_of_the_publication_is_shown(report: Report) -> None:
    report.front.update({"title": "2023", "series": "Julkaisuja 1", "publisher": "VM",
                         "keywords": "[kunnat, tuki]", "example-notice": "Esimerkkiaineisto",
                         "description": "Kuvaus & <muuta>"})  # fmt: skip
    page = report.html("x\n")
    assert "<h1>2023</h1>" in page
    for shown in ('<p class="series">Julkaisuja 1</p>', '<p class="publisher">VM</p>',
                  '<p class="notice">Esimerkkiaineisto</p>',
                  '<meta name="keywords" content="kunnat, tuki">',
                  '<meta name="description" content="Kuvaus &amp;'):  # fmt: skip
        assert shown in page


@pytest.mark.parametrize(
    ("style", "shown"), [("iso", "2023-04-30"), ("long", "30.\u00a0huhtikuuta 2023")]
)
def test_date_styles(report: Report, style: str, shown: str) -> None:
    report.front.update({"date": "2023-04-30", "date-format": style})
    assert f">{shown}</time>" in report.html("x\n")


def test_contents_have_a_title_and_a_depth(report: Report) -> None:
    report.front.update({"toc": "true", "toc-depth": "1"})
    page = report.html("# A\n\n## B\n")
    nav = page.partition("<nav")[2].partition("</nav>")[0]
    assert "Sisällysluettelo" in nav
    assert 'href="#a"' in nav
    assert 'href="#b"' not in nav
    report.front["toc"] = "false"
    assert "<nav" not in report.html("# A\n")


def test_plain_lua_filters_run_and_know_the_format(report: Report) -> None:
    report.file("filters/f.lua", "function Str(s) if s.text == 'X' then s.text = FORMAT return s "
                "end end\n")  # fmt: skip
    report.file("_quarto.yml", "lang: fi\nfilters: [filters/f.lua]\n")
    for name in ("html", "typst", "docx"):
        assert report.tree("X\n", name)[0]["c"][0]["c"] == name


def test_filters_run_before_or_after_the_core(report: Report) -> None:
    report.file("f.lua", "return {{Link = function(l) return pandoc.Str('linkki') end}}\n")
    body = '![K](/img/a.svg){#fig-a fig-alt="a"}\n\n@fig-a\n'
    report.file("_quarto.yml", "lang: fi\nfilters: [f.lua]\n")
    assert report.tree(body)[1]["c"][0]["t"] == "Link"
    report.file("_quarto.yml", "lang: fi\nfilters: [quarto, f.lua]\n")
    assert report.tree(body)[1]["c"][0] == {"t": "Str", "c": "linkki"}
    report.file("_quarto.yml", "lang: fi\nfilters: [{path: f.lua, at: post-render}]\n")
    assert report.problems(body) == ["_quarto.yml:2: filter f.lua at post-render"]


def test_filter_that_needs_quarto_is_refused_by_line(report: Report) -> None:
    report.file("f.lua", "-- quarto.log\nlocal x = 1\nquarto.log.output(x)\n")
    report.file("_quarto.yml", "lang: fi\nfilters: [f.lua]\n")
    assert report.problems("x\n") == ["f.lua:3: the filter uses Quarto's Lua API"]


def test_filter_that_fails_is_a_problem(report: Report) -> None:
    report.file("f.lua", "function Str(s) error('rikki') end\n")
    report.file("_quarto.yml", "lang: fi\nfilters: [f.lua]\n")
    (problem,) = report.problems("x\n")
    assert problem.startswith("_quarto.yml:2: a filter failed:")
    assert "rikki" in problem


def test_style_sheets_of_the_project_are_put_in(report: Report) -> None:
    report.file("style.css", ".own { color: #333 }\n")
    report.file("_quarto.yml", "lang: fi\nformat:\n  html:\n    css: style.css\n")
    assert ".own { color: #333 }" in report.html("x\n")
    report.file("style.css", "p {}\n@import 'http://e/x.css';\n")
    with pytest.raises(ProblemError, match=r"style\.css:2: the style sheet loads"):
        report.html("x\n")
