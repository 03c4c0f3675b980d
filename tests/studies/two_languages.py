"""A study in two languages, made of the register in Swedish; it is built in seconds."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
PUBLICATION = {
    "published": "2026-11-24",
    "authors": [{"name": "evaltools", "kind": "organisation"}],
    "licence": {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"},
    "languages": ["sv", "en"],
}
REPORT = """# {title} {{#sec-summary}}

{{{{< include _generated/_description.qmd >}}}}

{{{{< var projects.funded.count >}}}} {{{{< var grants.total.money >}}}}

# {second} {{#sec-programme}}

[{figure} @fig-calls]{{.caution}}

{{{{< embed ../notebooks/01_portfolio.ipynb#fig-calls >}}}}

# {third} {{#sec-annexes}}

{{{{< include _generated/_parameters.qmd >}}}}

{{{{< include _generated/_files.qmd >}}}}

## {fourth} {{#sec-evidence}}

{{{{< include _generated/_evidence.qmd >}}}}
"""
HEADINGS = {
    "sv": {
        "figure": "Figur",
        "title": "Sammanfattning",
        "second": "Bidragen",
        "third": "Bilagor",
        "fourth": "Belägg",
    },
    "en": {
        "figure": "Figure",
        "title": "Summary",
        "second": "The grants",
        "third": "Annexes",
        "fourth": "Evidence",
    },
}


def make_study(folder: Path) -> Path:
    """Write the study into a new folder."""
    shutil.copytree(HERE / "register_only", folder, ignore=shutil.ignore_patterns("_build"))
    shutil.copyfile(HERE.parents[1] / "uv.lock", folder / "uv.lock")
    shutil.rmtree(folder / "reports" / "sv")
    declared = _bilingual(yaml.safe_load((folder / "evaluation.yml").read_text("utf-8")))
    declared["languages"] = ["sv", "en"]
    names = {"sv": "bygdegardsbidrag", "en": "village-halls"}
    declared["reports"] = {
        each: {"source": f"reports/{each}/report.qmd", "name": name} for each, name in names.items()
    }
    labels = {"sv": "Språk", "en": "Language"}
    declared["parameters"]["language"] = {
        "type": "choice", "default": "sv", "label": labels, "help": {**labels},
        "choices": {each: {"sv": each, "en": each} for each in names},
    }  # fmt: skip
    declared["publication"] = PUBLICATION
    declared["disclosure"] = {"minimum_projects": 1}
    _write(folder / "evaluation.yml", declared)
    words = yaml.safe_load((folder / "reports" / "words.yml").read_text("utf-8"))
    _write(folder / "reports" / "words.yml", _bilingual(words))
    for language, headings in HEADINGS.items():
        place = folder / "reports" / language
        place.mkdir()
        (place / "report.qmd").write_text(REPORT.format(**headings), "utf-8")
    path = folder / "notebooks" / "01_portfolio.ipynb"
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] = ["calls = None\n", "county = None\n", "language = None\n"]
    path.write_text(json.dumps(notebook), "utf-8")
    return folder


def _bilingual(content: Any) -> Any:
    """The same with every Swedish text in English as well, told by a mark."""
    if isinstance(content, dict):
        more = {"en": f"EN {content['sv']}"} if isinstance(content.get("sv"), str) else {}
        return {key: _bilingual(value) for key, value in content.items()} | more
    return [_bilingual(each) for each in content] if isinstance(content, list) else content


def _write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True, sort_keys=False), "utf-8")
