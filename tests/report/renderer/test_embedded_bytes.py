"""The same sources give the same bytes, quickly, and one file that needs nothing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from evaltools.report.renderer import style_sheets
from evaltools.report.renderer.conversion import render
from evaltools.report.renderer.style_sheets import FACES

from .conftest import Report, cell, figure_output, table_output

# Latin with its extensions, punctuation, the signs and Greek letters of statistics.
LETTERS = (
    *range(0x20, 0x7F), *range(0xA0, 0x180), *range(0x2010, 0x2040), 0x2190, 0x2192, 0x2194,
    0x20AC, 0x2122, 0x2212, 0x2248, 0x2260, 0x2264, 0x2265, 0x394, 0x3A3, 0x3B1, 0x3B2, 0x3BA,
    0x3BC, 0x3C3, 0x3C6, 0x3C7,
)  # fmt: skip

SECTION = """
# Luku {n} {{#sec-{n}}}

Hankkeista {{{{< var staff.n >}}}} ({{{{< var staff.share >}}}}) mainitsi asian
[@patton2008, s. {n}]. Ks. [kuvassa @fig-{n}] ja @tbl-{n}.
Teksti jatkuu tästä usean rivin verran, jotta sivuja kertyy
suunnilleen niin monta kuin oikeassa raportissa, jossa on lukuja, kuvia ja taulukoita.

![Kuva {n}](/img/a.svg){{#fig-{n} fig-alt="Alt"}}

| Kunta | Euroa |
|:--|--:|
| Helsinki | {n} |
| Utsjoki | 2 |

: Taulukko {n} {{#tbl-{n}}}

::: {{.callout-note}}
Huomautus[^{n}].
:::

[^{n}]: Alaviite.
"""


def long_text() -> str:
    """About seventeen pages."""
    filler = "Arviointi nojaa loppuraportteihin, joita luki kaksi koodaajaa. " * 30
    return "".join(SECTION.format(n=n) + f"\n{filler}\n" for n in range(1, 13))


def run(project: Path, output: Path, seed: str) -> bytes:
    code = (
        "import sys; from pathlib import Path; "
        "from evaltools.report.renderer.conversion import render; "
        "render(Path(sys.argv[1]), Path('fi/report.qmd'), ['html'], Path(sys.argv[2]))"
    )
    environment = {
        **os.environ,
        "PYTHONHASHSEED": seed,
        "TZ": "Asia/Tokyo" if seed == "1" else "UTC",
    }
    subprocess.run([sys.executable, "-c", code, str(project), str(output)], check=True,
                   env=environment)  # fmt: skip
    return (output / "report.html").read_bytes()


def test_bytes_do_not_depend_on_folder_hash_seed_or_time_zone(report: Report) -> None:
    report.notebook(
        "notebooks/n.ipynb",
        cell("#| label: fig-n\n#| fig-cap: K\n#| fig-alt: a\nx", figure_output()),
        cell("#| label: tbl-n\n#| tbl-cap: T\nx", table_output("| A | B |\n|--|--|\n| 1 | 2 |\n")),
    )
    report.front["toc"] = "true"
    embeds = "\n{{< embed /notebooks/n.ipynb#fig-n >}}\n\n{{< embed /notebooks/n.ipynb#tbl-n >}}\n"
    report.write(long_text() + embeds)
    other = report.folder / "elsewhere/deeper/project"
    shutil.copytree(report.project, other)
    assert run(report.project, report.folder / "a", "1") == run(other, report.folder / "b", "2")


def test_seventeen_pages_are_rendered_in_about_a_second(report: Report) -> None:
    report.write(long_text())
    best = 60.0
    for attempt in range(3):
        start = time.process_time()
        children = os.times()
        render(report.project, Path("fi/report.qmd"), ["html"], report.folder / f"o{attempt}")
        after = os.times()
        spent = time.process_time() - start
        spent += after.children_user - children.children_user
        spent += after.children_system - children.children_system
        best = min(best, spent)
    assert best < 1.5  # processor time, so that a busy machine does not decide


def test_page_is_one_file_that_asks_for_nothing(report: Report) -> None:
    page = report.html("![A](/img/a.svg)\n")
    assert [path.name for path in (report.folder / "out").iterdir()] == ["report.html"]
    loading = re.findall(r'\ssrc="(?!data:)[^"]*"|<link[^>]*>|url\((?!data:)[^)]*\)', page)
    assert loading == []
    assert "default-src 'none'" in page
    assert str(report.folder) not in page


def test_nothing_is_written_when_anything_is_wrong(report: Report) -> None:
    report.problems("@fig-no\n")
    assert not (report.folder / "out").exists()


def test_embedded_typeface_is_cut_from_the_font_package() -> None:
    import fontpkg_fira_sans
    from fontTools import ttLib

    for name, _, _ in FACES:
        original = ttLib.TTFont(fontpkg_fira_sans.ROOT / "files" / f"FiraSans-{name}.ttf")
        kept = ttLib.TTFont(Path(style_sheets.__file__).parent / "faces" / f"FiraSans-{name}.woff")
        glyphs, letters = kept.getBestCmap(), original.getBestCmap()
        assert set(glyphs) == set(LETTERS) & set(letters)
        for letter in map(ord, "AÅÄÖaåäöß0123456789€–−≥"):
            old, new = letters[letter], glyphs[letter]
            assert kept["hmtx"][new] == original["hmtx"][old]
            assert kept["glyf"][new].getCoordinates(kept["glyf"]) == (
                original["glyf"][old].getCoordinates(original["glyf"]))  # fmt: skip
        features = {record.FeatureTag for record in kept["GSUB"].table.FeatureList.FeatureRecord}
        assert {"tnum", "liga"} <= features
