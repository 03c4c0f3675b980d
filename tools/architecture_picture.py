"""Draws `docs/architecture.svg`: the packages in the layers that import-linter holds.

python -m tools.architecture_picture
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "architecture.svg"

ABOUT = {
    "cli": "one file a command",
    "publish": "gates, bundle, verify, text audit",
    "compare": "what changed, and why",
    "explore": "the panel in JupyterLab",
    "sweep": "many scenarios",
    "report": "staging, Quarto, renderer/, evidence_pages/, annexes/",
    "pipeline": "papermill, kernels, run store",
    "ingest": "documents and codings into a study",
    "provenance": "manifest, hashes, explain",
    "lint": "checks of the prose",
    "chapters": "figures and tables of a chapter",
    "findings": "sentences bound to data",
    "disclosure": "what may leave",
    "coding": "coding panel, consensus, suggestions",
    "indicators": "numbers only, no figures",
    "qda": "exchange with coding tools",
    "evidence": "tables, validation, selection",
    "study": "evaluation.yml",
    "documents": "text of reports",
    "charts": "figures and tables",
    "i18n": "words and numbers",
    "statistics": "published formulas",
    "yaml_text": "YAML with its lines",
    "processes": "children, and their end",
    "interrupts": "Ctrl-C and SIGTERM",
    "files": "locks; complete or absent",
    "problems": "what is wrong, and where",
}
MAIN = ("evidence", "indicators", "pipeline", "findings", "report", "publish")
"""The way from data to a published report."""
WIDTH, LEFT, GAP, HIGH, STEP = 1000, 60, 12, 54, 64


def read_layers() -> list[list[str]]:
    """The layers of the packages, the uppermost first."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def draw(layers: list[list[str]]) -> str:
    """The picture as SVG."""
    height = 40 + STEP * len(layers)
    title = f"The packages of evaltools in {len(layers)} layers; each imports only from those below"
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="Fira Sans, Segoe UI, Helvetica, Arial, sans-serif" role="img" '
        f'aria-labelledby="t"><title id="t">{title}</title>',
        '<rect width="100%" height="100%" fill="#ffffff"/>',
    ]
    for place, names in enumerate(layers):
        y = 16 + STEP * place
        lines.append(f'<text x="18" y="{y + 32}" font-size="15" fill="#5b6b7a">'
                     f"{len(layers) - place}</text>")  # fmt: skip
        lines += _boxes(names, y)
    lines.append(
        f'<text x="{LEFT}" y="{height - 8}" font-size="13" fill="#37474f">'
        "Imports go down only. Green: the way from data to a published report.</text>"
    )
    return "\n".join([*lines, "</svg>"]) + "\n"


def _boxes(names: list[str], y: int) -> Iterator[str]:
    wide = (WIDTH - LEFT - 20 - GAP * (len(names) - 1)) / len(names)
    for place, name in enumerate(names):
        x = LEFT + place * (wide + GAP)
        fill, edge = ("#e3f1f0", "#1f7a75") if name in MAIN else ("#f2f5f8", "#9fb0c0")
        yield (f'<rect x="{x:g}" y="{y}" width="{wide:g}" height="{HIGH}" rx="5" '
               f'fill="{fill}" stroke="{edge}"/>')  # fmt: skip
        yield (f'<text x="{x + 12:g}" y="{y + 22}" font-size="16" font-weight="600" '
               f'fill="#123a5e">{name}</text>')  # fmt: skip
        yield (f'<text x="{x + 12:g}" y="{y + 42}" font-size="13" fill="#37474f">'
               f"{escape(ABOUT[name])}</text>")  # fmt: skip


if __name__ == "__main__":
    PICTURE.write_text(draw(read_layers()), encoding="utf-8")
