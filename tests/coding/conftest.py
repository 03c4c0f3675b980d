"""A small study of two reports, one of them hard to count in, and a page that shows a panel."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evaltools.study import Study, find_study, load_study

ROOT = find_study(Path(__file__).parent).root

# An emoji of two UTF-16 units, one of several code points, and a letter that has no composed form.
FIRST = """Loppuraportti: Tietojohtaminen 🚀 käyttöön

1 Tavoitteet

Hankkeessa haluttiin parantaa tiedon laatua 👩🏽‍💻 koko kunnassa. Tavoite oli esim. \
yhteinen raportointi. Me̊n kunta ei siihen yksin pystynyt.

2 Haasteet ja ratkaisut

Aikataulu oli liian tiukka. Henkilöstö vaihtui kesken hankkeen. Apua ostettiin konsultilta.

Kohta\tMäärä
Työpajat\t12
"""
SECOND = """Slutrapport: Gemensamma register

1 Mål

Projektet ville förbättra kvaliteten på uppgifterna. Tidtabellen höll inte.
"""
CODES = [
    ("goal.data", "", "goal", "tieto", "data", "data", "Groups goals.", "", "", "false"),
    ("goal.data_quality", "goal.data", "goal", "tiedon laatu", "datakvalitet", "data quality",
     "Data become more correct.", "Corrected registers.", "Data made alike.", "true"),
    ("challenge.schedule", "", "challenge", "aikataulu", "tidtabell", "schedule",
     "Time was too short.", "", "", "true"),
    ("challenge.staff", "", "challenge", "henkilöstön vaihtuvuus", "personal", "staff",
     "People left.", "", "", "true"),
    ("response.bought_help", "", "response", "apua ostettiin", "köpt hjälp", "bought help",
     "Help was bought.", "", "", "true"),
]  # fmt: skip


def write(path: Path, header: str, *rows: tuple[object, ...]) -> None:
    import csv

    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split(","))
        writer.writerows(rows)


@pytest.fixture
def small_study(tmp_path: Path) -> Study:
    """A study with two documents, three coders, a consensus coder and a codebook."""
    root = tmp_path / "study"
    data = root / "data"
    (data / "coding").mkdir(parents=True)
    shutil.copy(ROOT / "evaluation.yml", root)
    shutil.copy(ROOT / "data" / "datapackage.json", data)
    for path in load_study(ROOT).declaration.notebooks:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_text("{}")
    write(data / "register" / "projects.csv",
          "project_id,call_id,title_fi,title_sv,lead_org_id,grant_eur,total_cost_eur,decided,"
          "started,ended,origin,source,note,register_number",
          ("p1", "c", "Tietojohtaminen käyttöön", "", "o", 1, 2, "2020-01-01", "", "", "example",
           "", "", ""),
          ("p2", "c", "Yhteiset rekisterit", "Gemensamma register", "o", 1, 2, "2020-01-01", "", "",
           "example", "", "", ""))  # fmt: skip
    rows = []
    sections: list[tuple[object, ...]] = []
    for name, language, text in (("p1-final", "fi", FIRST), ("p2-final", "sv", SECOND)):
        path = data / "reports" / "text" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
        rows.append((name, name[:2], "final", 2022, "2022-01-04", language, 2,
                     f"reports/text/{name}.txt", hashlib.sha256(text.encode()).hexdigest(),
                     "", "", "public"))  # fmt: skip
        headings = [line for line in text.split("\n") if line[:2] in ("1 ", "2 ")]
        starts = [text.index(line) for line in headings]
        for number, (line, start) in enumerate(zip(headings, starts, strict=True), 1):
            end = ([*starts, len(text) + 1])[number] - 1
            sections.append((name, "", line, start, end, number))
    write(data / "reports" / "documents.csv",
          "document_id,project_id,kind,wave,received,language,pages,text_file,text_sha256,file,"
          "file_sha256,public_status", *rows)  # fmt: skip
    write(data / "reports" / "sections.csv",
          "document_id,section,heading,start,end,page", *sections)  # fmt: skip
    told = [f"{one}_{language}" for one in ("definition", "include", "exclude")
            for language in ("fi", "sv", "en")]  # fmt: skip
    write(data / "coding" / "codes.csv",
          "code_id,codebook_version,parent_id,kind,label_fi,label_sv,label_en,"
          f"{','.join(told)},codable,retired",
          *((code[0], "1.0", *code[1:6], *(text for text in code[6:9] for _ in range(3)),
             code[9], "") for code in CODES))  # fmt: skip
    write(data / "coding" / "keywords.csv", "code_id,language,pattern,use,note",
          ("challenge.schedule", "fi", "aikataulu", "include", ""))  # fmt: skip
    write(data / "coding" / "coders.csv", "coder_id,pseudonym,role,trained_on",
          ("coder-1", "Lukija A", "coder", "2022-04-11"),
          ("coder-2", "Lukija B", "coder", "2022-04-11"),
          ("consensus", "Yhteinen", "consensus", ""))  # fmt: skip
    return load_study(root)


PAGE = """<!doctype html><html lang="fi"><head><meta charset="utf-8"><title>Koodaus</title>
<style>STYLES</style></head><body style="margin:12px"><main>
<h1 style="margin:0;font-size:14px">Koodaus</h1>
<div id="panel"></div></main><script type="module">
import panel from "/panel.js";
const heard = new Set();
const model = {
  on: (name, run) => heard.add(run), off: (name, run) => heard.delete(run),
  get: () => null, set: () => {}, save_changes: () => {},
  send: async (message) => {
    const answers = await window.kernel(JSON.stringify(message));
    for (const answer of JSON.parse(answers)) for (const run of [...heard]) run(answer);
  },
};
window.close_panel = panel.render({ model, el: document.getElementById("panel") });
</script></body></html>"""

Answer = Callable[[Any], list[dict[str, Any]]]


class Page:
    """A page that shows a panel, whose kernel is a function of this test."""

    def __init__(self, context: Any, module: str, styles: str, answer: Answer) -> None:
        self.answer = answer
        self.sent: list[Any] = []
        self.received: list[dict[str, Any]] = []
        self.errors: list[str] = []
        self.alive = True
        self.page = context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.expose_function("kernel", self._kernel)
        kinds = {"panel.js": ("text/javascript", module), "": ("text/html", PAGE)}
        kinds[""] = ("text/html", PAGE.replace("STYLES", styles))

        def serve(route: Any) -> None:
            name = route.request.url.rsplit("/", 1)[1]
            if name not in kinds:
                self.errors.append(f"asked for {route.request.url}")
                route.abort()
                return
            kind, body = kinds[name]
            route.fulfill(body=body, content_type=f"{kind}; charset=utf-8")

        self.page.route("**/*", serve)
        self.open()

    def open(self) -> None:
        """Load the page anew, as a person does who comes back."""
        self.page.goto("http://localhost/")

    def _kernel(self, text: str) -> str:
        message = json.loads(text)
        self.sent.append(message)
        if not self.alive:
            return "[]"
        answers = self.answer(message)
        self.received += answers
        return json.dumps(answers, ensure_ascii=False)


@pytest.fixture
def show(browser: Any) -> Iterator[Callable[..., Page]]:
    """Show a panel in a browser context of its own: a browser of its own, as far as it knows."""
    from evaltools.coding.panel import load_styles

    contexts = []

    def shown(answer: Answer, module: str, width: int = 1440, height: int = 960) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height})
        context.set_default_timeout(8000)
        contexts.append(context)
        return Page(context, module, load_styles(), answer)

    yield shown
    for context in contexts:
        context.close()
