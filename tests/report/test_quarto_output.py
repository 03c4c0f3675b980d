"""What Quarto 1.9 prints, read from recorded output: every mistake is told, with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaltools.report.quarto_messages import Settings, Sources, parse_problems

RECORDED = Path(__file__).with_name("quarto_output")
WEB = "https://fonts.googleapis.com/css2?family=Source+Sans+Pro:wght@300;400;700&display=swap"

READ = {
    "web_font": [
        f"reports/fi/report.qmd: needs {WEB}, which is not in the project. Rendering asks nobody: "
        "put it into the project, or leave out what asks for it. [quarto.address]"
    ],
    "missing_picture": [
        "reports/fi/report.qmd:3: shows kuva yksi.png, which does not exist [quarto.image]"
    ],
    "unknown_shortcode": [
        "reports/fi/report.qmd:4: has the shortcode vra, which Quarto does not know "
        "[quarto.shortcode]"
    ],
    "unknown_variable": [
        "reports/fi/report.qmd:5: asks for the variable staff.shrae, which has no value "
        "[quarto.shortcode]"
    ],
    "filter_error": [
        "reports/style/findings.lua:12: a filter failed (findings.lua, line 12): attempt to index "
        "a nil value (local 'told') [quarto.filter]"
    ],
    "own_filter_error": [
        "reports/fi/report.qmd: a filter failed (main.lua, line 8120): the filter "
        "style/evidence.lua could not be run [quarto.filter]"
    ],
    "project_options": ["reports/_quarto.yml:3: property name theem is invalid [quarto.yaml]"],
    "crossref": [
        "reports/fi/report.qmd:6: refers to @fig-lost, and nothing has that label. Embed or label "
        "it, or correct the reference. [quarto.crossref]"
    ],
    "fine": [],
}


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "fi").mkdir()
    (tmp_path / "style").mkdir()
    (tmp_path / "style/findings.lua").write_text("-- a filter\n")
    (tmp_path / "_quarto.yml").write_text("lang: fi\nformat:\n  theem: cosmo\n")
    (tmp_path / "fi/report.qmd").write_text(
        "# A\n\n![K](<../img/kuva yksi.png>)\n{{< vra staff.share >}}\n{{< var staff.shrae >}}\n"
        "Katso @fig-lost.\n"
    )
    return Sources(tmp_path, Path("fi/report.qmd"))


def test_every_recording_is_read() -> None:
    assert {path.stem for path in RECORDED.glob("*.txt")} == set(READ)


@pytest.mark.parametrize("name", sorted(READ))
def test_what_quarto_prints_is_read(name: str, sources: Sources) -> None:
    said = (RECORDED / f"{name}.txt").read_text(encoding="utf-8")
    found = parse_problems(said.replace("HERE", str(sources.folder)), sources)
    assert [str(problem) for problem in found] == READ[name]
    assert not any("/opt" in str(problem) or "/tmp" in str(problem) for problem in found)


@pytest.mark.parametrize("name", sorted(READ))
def test_settings_for_pandoc_are_no_news(name: str) -> None:
    lines = (RECORDED / f"{name}.txt").read_text(encoding="utf-8").split("\n")
    settings = Settings()
    told = [line for line in lines if not settings.holds(line) and line.strip()]
    assert not any(
        line.startswith(("pandoc", "metadata", "  to:", "  lang:", "    schedule")) for line in told
    )
    assert told[-1].startswith(("Output created: ", "ERROR: Render failed"))
    if name == "fine":
        assert told == [
            "[1/1] fi/report.qmd",
            "[typst]: Compiling report.typ to report.pdf...DONE",
            "Output created: report.pdf",
        ]
