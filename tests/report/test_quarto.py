"""Quarto is played by scripts that print what Quarto prints and make the files it makes."""

import stat
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest

from evaltools.problems import ProblemError
from evaltools.report.quarto import Quarto, render
from evaltools.report.quarto_program import find_quarto, read_version, require_quarto

PLAYER = """\
#!{python}
import os, pathlib, subprocess, sys, time
if sys.argv[1:] == ["--version"]:
    print({version!r})
    sys.exit(0)
document, kind = pathlib.Path(sys.argv[2]), sys.argv[sys.argv.index("--to") + 1]
ending = {{"html": ".html", "typst": ".pdf", "docx": ".docx"}}[kind]
def make(text="made"):
    path = document.with_suffix(ending)
    path.write_text(f"{{kind}} {{text}}")
    print("\\nOutput created: " + path.name)
{body}
"""

Play = Callable[..., Path]


@pytest.fixture
def play(tmp_path: Path) -> Play:
    """Write a quarto command that does something when it renders."""

    def write(body: str = "make()", version: str = "1.9.37", folder: str = "the bin") -> Path:
        path = tmp_path / folder / "quarto"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PLAYER.format(python=sys.executable, version=version, body=body))
        path.chmod(path.stat().st_mode | stat.S_IXUSR)
        return path

    return write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "the project"
    (folder / "fi").mkdir(parents=True)
    (folder / "_quarto.yml").write_text("project: {type: default}\n")
    (folder / "fi" / "report.qmd").write_text(
        "---\ntitle: T\n---\n\n{{< include _a.qmd >}}\n\n{{< include _missing.qmd >}}\n"
    )
    (folder / "fi" / "_a.qmd").write_text(
        "# A {#sec-a}\n\nSee @fig-lost-too and\n@fig-lost, says @Smith2020.\n\n"
        "{{< embed ../notebooks/01.ipynb#fig-gone >}}\n"
    )
    return folder


def rendered(
    project: Path,
    command: Path,
    output: Path,
    *formats: str,
    progress: Callable[[str], object] = str,
    epoch: int = 0,
    seconds: float = 600,
    at_once: int = 2,
) -> list[Path]:
    document, kinds = project / "fi" / "report.qmd", formats or ("html",)
    quarto = Quarto(command, epoch, seconds, at_once)
    return render(quarto, project, document, kinds, output, progress)


def refused(
    project: Path, command: Path, output: Path, *formats: str, seconds: float = 600
) -> list[str]:
    with pytest.raises(ProblemError) as caught:
        rendered(project, command, output, *formats, seconds=seconds)
    return [str(problem) for problem in caught.value.problems]


def test_all_formats_are_made_and_the_project_is_left_as_it_is(
    play: Play, project: Path, tmp_path: Path
) -> None:
    before = sorted(path.name for path in project.rglob("*"))
    lines: list[str] = []
    files = rendered(
        project, play(), tmp_path / "out", "html", "typst", "docx",
        progress=lines.append,
    )  # fmt: skip
    assert [path.name for path in files] == ["report.html", "report.pdf", "report.docx"]
    assert [path.read_text() for path in files] == ["html made", "typst made", "docx made"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(
        path.name for path in files
    )
    assert sorted(path.name for path in project.rglob("*")) == before
    assert "docx: Output created: report.docx" in lines


def test_one_format_at_a_time_or_two_gives_the_same(
    play: Play, project: Path, tmp_path: Path
) -> None:
    for at_once in (1, 3):
        files = rendered(project, play(), tmp_path / "out", "html", "docx", at_once=at_once)
        assert [path.name for path in files] == ["report.html", "report.docx"]


def test_old_output_stays_when_one_format_fails(play: Play, project: Path, tmp_path: Path) -> None:
    rendered(project, play(), tmp_path / "out", "html", "docx")
    body = "make('anew') if kind == 'html' else sys.exit('ERROR: it is Monday')"
    assert refused(project, play(body), tmp_path / "out", "html", "docx") == [
        "reports/fi/report.qmd: it is Monday [quarto.error]"
    ]
    assert (tmp_path / "out" / "report.html").read_text() == "html made"


def test_surroundings_are_fixed(
    play: Play, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUARTO_PROFILE", "mine")
    monkeypatch.setenv("TYPST_FONT_PATHS", "/fonts")  # would hide the icons that Quarto brings
    body = (
        "names = ('SOURCE_DATE_EPOCH', 'TZ', 'QUARTO_PROFILE', 'TYPST_FONT_PATHS')\n"
        "make(repr([os.environ.get(name) for name in names] + sys.argv[1:] + [sys.stdin.read()]))"
    )
    (file,) = rendered(project, play(body), tmp_path / "out", epoch=86400)
    assert file.read_text() == (
        "html ['86400', 'UTC', None, None, 'render', 'fi/report.qmd', '--to', 'html', "
        "'--no-execute', '']"
    )


def test_other_places_of_the_output_are_found(play: Play, project: Path, tmp_path: Path) -> None:
    body = (
        "path = pathlib.Path('_site/fi/report.html'); path.parent.mkdir(parents=True)\n"
        "path.write_text('there'); print('rendered')"
    )
    (file,) = rendered(project, play(body), tmp_path / "out")
    assert file.read_text() == "there"


def test_page_that_needs_other_files_is_refused(play: Play, project: Path, tmp_path: Path) -> None:
    body = "make(); (document.parent / 'report_files').mkdir()"
    assert "Set embed-resources: true" in refused(project, play(body), tmp_path / "out")[0]


MESSAGES = [
    (
        "WARNING: fi/report.html: Unable to resolve crossref @fig-lost",
        "reports/fi/_a.qmd:4: refers to @fig-lost, and nothing has that label. "
        "Embed or label it, or correct the reference. [quarto.crossref]",
    ),
    (
        "[WARNING] Citeproc: citation Smith2020 not found",
        "reports/fi/_a.qmd:4: cites @Smith2020, which is not in the bibliography [quarto.citation]",
    ),
    (
        "ERROR: Include directive failed.\n  in file HERE/fi/report.qmd, \n"
        "  could not find file HERE/fi/_missing.qmd.\n\nStack trace:\n"
        "  in file HERE/fi/report.qmd, \n  could not find file HERE/fi/_missing.qmd.\n"
        "    at retrieveInclude (file:///opt/quarto.js:1:1)",
        "reports/fi/report.qmd:7: includes reports/fi/_missing.qmd, which does not exist "
        "[quarto.include]",
    ),
    (
        "ERROR: The cell fig-gone does not exist in notebook\n\nStack trace:\n    at x (file:///q.js:1)",
        "reports/fi/_a.qmd:6: embeds the cell 'fig-gone', which its notebook does not have. "
        "Compare it with the labels (#| label:) of the notebook. [quarto.embed]",
    ),
    (
        "ERROR: Unable to embed content from notebook '../notebooks/01.ipynb'\n"
        "The file HERE/notebooks/01.ipynb doesn't exist or cannot be read.",
        "reports/fi/_a.qmd:6: embeds from 01.ipynb, which cannot be read [quarto.embed]",
    ),
    (
        "ERROR: YAMLError: HERE/fi/report.qmd:\n"
        "bad indentation of a mapping entry at line 10, column 14:\n   theme: zephyr\n        ^",
        "reports/fi/report.qmd:10: bad indentation of a mapping entry [quarto.yaml]",
    ),
    (
        "ERROR: YAMLException: can not read a block mapping entry (report.qmd, 8:19)\n"
        "7: a\n8: b\n   ~",
        "reports/fi/report.qmd:8: can not read a block mapping entry [quarto.yaml]",
    ),
    (
        "ERROR: Validation of YAML front matter failed.\n"
        'ERROR: (line 3, columns 3--11) Field "toc" has empty value\n'
        "2: format:\n\nERROR: Render failed due to invalid YAML.",
        'reports/fi/report.qmd:3: Field "toc" has empty value [quarto.yaml]',
    ),
    (
        "ERROR: Validation of YAML front matter failed.\nERROR: In file fi/_a.qmd\n"
        "(line 13, column 3 through line 18, column 26) Key comments has a wrong value\n"
        "ERROR: Render failed due to invalid YAML.",
        "reports/fi/_a.qmd:13: Key comments has a wrong value [quarto.yaml]",
    ),
    (
        "[typst]: Compiling report.typ to report.pdf...error: unknown variable: rac\n"
        "    ┌─ report.typ:354:4\n    │\n354 │ [$rac{1}$],\n    │    ^^^",
        "reports/fi/report.qmd (line 354 of report.typ): Typst cannot set the page: "
        "unknown variable: rac in: [$rac{1}$], [quarto.typst]",
    ),
    (
        "Error running filter /opt/quarto/share/filters/main.lua:\n"
        "main.lua:12347: attempt to index a nil value\nstack traceback:\n\tmain.lua:1: in function",
        "reports/fi/report.qmd: the filter main.lua failed: main.lua:12347: attempt to index a nil "
        "value [quarto.pandoc]",
    ),
    (
        "ERROR: invalid shortcode: include _a.qmd\nStack trace:\n    at parseShortcode (file:///q.js:1)",
        "reports/fi/report.qmd:5: has a shortcode that cannot be read: include _a.qmd "
        "[quarto.shortcode]",
    ),
    (
        "\x1b[91mERROR: \x1b[39mInternal Error: something new\n\nStack trace:\n    at a (file:///q.js:1)",
        "reports/fi/report.qmd: Internal Error: something new [quarto.error]",
    ),
]


@pytest.mark.parametrize(("said", "told"), MESSAGES)
def test_what_is_wrong_is_told_with_file_and_line(
    play: Play, project: Path, tmp_path: Path, said: str, told: str
) -> None:
    body = (
        f"print({said!r}.replace('HERE', os.getcwd()), file=sys.stderr)\n"
        f"make()\nsys.exit({int('ERROR' in said)})"
    )
    assert refused(project, play(body), tmp_path / "out", "html", "docx") == [told]
    assert not (tmp_path / "out").exists()


def test_everything_that_is_wrong_is_told_at_once(
    play: Play, project: Path, tmp_path: Path
) -> None:
    said = "\n".join(message for message, _ in MESSAGES[:2])
    problems = refused(project, play(f"print({said!r}); make()"), tmp_path / "out")
    assert [problem.partition(" [")[0].partition(":")[0] for problem in problems] == [
        "reports/fi/_a.qmd"
    ] * 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("sys.exit(3)", "made no html (status 3) and said: nothing"),
        ("print('all is well')", "made no html (status 0) and said: all is well"),
        ("sys.stdout.buffer.write(bytes(range(256)) * 50); sys.exit(1)", "status 1"),
        ("import signal; print('x', flush=True); os.kill(os.getpid(), 9)", "status -9"),
    ],
)
def test_unknown_failures_are_told_with_the_last_words(
    play: Play, project: Path, tmp_path: Path, body: str, words: str
) -> None:
    (problem,) = refused(project, play(body), tmp_path / "out")
    assert words in problem


def test_hanging_quarto_is_ended_with_all_it_started(
    play: Play, project: Path, tmp_path: Path
) -> None:
    mark = f"9{uuid.uuid4().int % 10**12}"
    body = f"print('thinking', flush=True); subprocess.run(['sleep', '{mark}'])"
    (problem,) = refused(project, play(body), tmp_path / "out", seconds=1)
    assert "did not finish html in 1 seconds. Its last words: thinking." in problem
    assert subprocess.run(["pgrep", "-f", mark], check=False, capture_output=True).returncode == 1


def test_something_left_behind_does_not_hold_the_rendering_up(
    play: Play, project: Path, tmp_path: Path
) -> None:
    body = "make(); sys.stdout.flush(); subprocess.Popen(['sleep', '120'])"
    start = time.monotonic()
    rendered(project, play(body), tmp_path / "out")
    assert time.monotonic() - start < 100


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("1.4.549", "is Quarto 1.4.549, which is too old; allowed: 1.5 or newer"),
        ("0.9", "too old"),
        ("", "does not tell its version, but ''"),
        ("<html>captive portal</html>", "does not tell its version"),
    ],
)
def test_old_and_strange_versions_are_refused(play: Play, said: str, words: str) -> None:
    with pytest.raises(ProblemError) as caught:
        read_version(play(version=said))
    assert words in str(caught.value)
    assert "embedded renderer" in str(caught.value)


@pytest.mark.parametrize("said", ["1.5.57", "1.9.37", "1.10.1", "2.0.0", "99.9.9"])
def test_new_versions_are_told(play: Play, said: str) -> None:
    assert read_version(play(version=said)) == said


def test_command_that_cannot_be_started_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "quarto"
    path.write_text("no program")
    path.chmod(0o755)
    with pytest.raises(ProblemError, match="does not tell its version"):
        read_version(path)


def test_quarto_is_looked_for_in_order(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named, on_path = play(folder="named"), play(folder="path")
    beside = play(folder="prefix/Library/bin")
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "prefix"))
    monkeypatch.setattr(sys, "executable", str(tmp_path / "nowhere" / "python"))
    path = {"PATH": str(on_path.parent)}
    assert find_quarto({**path, "QUARTO_PATH": str(named)}) == named
    assert find_quarto({**path, "QUARTO_PATH": str(named.parent)}) == named
    assert find_quarto(path) == on_path
    assert find_quarto({"PATH": ""}) == beside
    beside.unlink()
    assert find_quarto({"PATH": ""}) is None


@pytest.mark.parametrize("named", ["missing", "empty", "text"])
def test_wrong_quarto_path_is_told_and_not_passed_over(
    play: Play, tmp_path: Path, named: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "text").write_text("x")
    on_path = play()
    with pytest.raises(ProblemError, match="QUARTO_PATH"):
        find_quarto({"PATH": str(on_path.parent), "QUARTO_PATH": str(tmp_path / named)})


def test_missing_quarto_and_unknown_format_are_told(
    play: Play, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evaltools.report.quarto_program.find_quarto", lambda: None)
    with pytest.raises(ProblemError, match="is not installed"):
        require_quarto()
    assert refused(project, play(), tmp_path / "out", "pdf")[0].startswith(
        "formats: no format is called 'pdf'; allowed: html, typst, docx"
    )


def test_link_in_the_project_is_not_followed_out_of_it(
    play: Play, project: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    (project / "fi" / "link.txt").symlink_to(tmp_path / "secret.txt")
    body = "make(str(os.path.exists('fi/link.txt')))"
    (file,) = rendered(project, play(body), tmp_path / "out")
    assert file.read_text() == "html False"
