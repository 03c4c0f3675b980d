"""A data package of three reports, small enough to count by hand, in the real descriptor's form."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for evidence_files

DESCRIPTOR = Path(__file__).parents[2] / "data" / "datapackage.json"

TEXTS = {
    "D1": "Henkilöstön vaihtuvuus viivästytti työtä. Koulutus auttoi.\nJärjestelmät toimivat.\n",
    "D2": "Tavoitteena oli sähköinen asiointi. Henkilöstöä riitti.\n",
    "D3": "Personalbrist 🙂 fördröjde projektet. Utbildning gavs. Systemen strulade.\n",
}

TABLES: dict[str, str] = {
    "calls": """
call_id|year|subject_fi|subject_sv|subject_en|opened|closed|decided|joint_only|applications|granted|granted_eur|largest_grant|projects_end|note|source
2019|2019|yksi|ett|one|2019-05-01|2019-09-01|2019-11-21|false|184|41|1500000.5|1200000|2022-12-31||https://example.org/1
2020|2020|kaksi|två|two|||2021-01-15|true|61|29||||toinen haku|https://example.org/2
""",
    "appropriations": """
year|amount_eur|note|source
2019|30000000||https://example.org/1
""",
    "organisations": """
org_id|kind|name_fi|name_sv|municipality_code|region_code|municipality_group|size_class|population|origin
O1|municipality|Alajärvi|Alajärvi|005|||||public
O2|municipality|Alavus|Alavus|010|||||public
O3|municipality|Esimerkkilä|Exempelby||01|rural||3000|example
O4|joint_authority|Yhtymä|Samkommun||14||||example
O5|company|Toimittaja Oy|||||||example
O6|municipality|Honkajoki|Honkajoki|099|||||public
""",
    "projects": """
project_id|call_id|title_fi|title_sv|lead_org_id|grant_eur|total_cost_eur|decided|started|ended|origin|source|note
P1|2019|Ensimmäinen||O1|100.01|200|2019-11-21|2020-01-01|2021-12-31|example||
P2|2019|Toinen||O3|||2019-11-21|2020-01-01|2021-06-30|example||
P3|2020||Tredje|O4|10000|20000|2021-01-15|2021-02-01|2022-12-31|example||
P4|2020|Neljäs||O2|300|400|2021-01-15|2021-02-01||example||
""",
    "participations": """
project_id|org_id|role|share_eur|source
P1|O1|lead||
P1|O2|partner||
P1|O3|partner||
P1|O5|vendor||
P2|O3|lead||
P3|O4|lead||
P3|O1|partner||
P3|O6|partner||
P4|O2|lead|200|
P4|O1|partner|100|
""",
    "prior_ties": """
org_a|org_b|year|register|project_ref
O1|O2|2017|vertailu|V1
""",
    "municipalities": """
year|code|name_fi|name_sv|language_status|municipality_group|region_code|subregion_code|population
2019|005|Alajärvi|Alajärvi|fi|semi_urban|14|143|9800
2019|010|Alavus|Alavus|fi|urban|14|144|11500
2019|099|Honkajoki|Honkajoki|fi|rural|04|044|1600
2020|005|Alajärvi|Alajärvi|fi|semi_urban|14|143|9600
2020|010|Alavus|Alavus|fi|urban|14|144|11400
2020|099|Honkajoki|Honkajoki|fi|rural|04|044|1600
2021|005|Alajärvi|Alajärvi|fi|rural|14|143|9500
2021|010|Alavus|Alavus|fi|urban|14|144|11300
2019|018|Askola|Askola|fi|rural|01|020|5000
2020|018|Askola|Askola|fi|rural|01|020|5000
""",
    "municipality_changes": """
in_force|ended_code|ended_name|successor_code|successor_name
2021-01-01|099|Honkajoki|214|Kankaanpää
""",
    "regions": """
region_code|name_fi|name_sv|name_en|tile_row|tile_column
01|Uusimaa|Nyland|Uusimaa|9|3
04|Satakunta|Satakunta|Satakunta|7|1
14|Etelä-Pohjanmaa|Södra Österbotten|South Ostrobothnia|5|2
""",
    "codes": """
code_id|codebook_version|parent_id|kind|label_fi|label_sv|label_en|definition_fi|definition_sv|definition_en|codable
challenge.all|1||challenge|haaste|utmaning|challenge|fi|sv|a hindrance|false
challenge.staff|1|challenge.all|challenge|henkilöstö|personal|staff|fi|sv|people lacked|true
challenge.systems|1|challenge.all|challenge|järjestelmät|system|systems|fi|sv|technology failed|true
goal.services|1||goal|palvelut|tjänster|services|fi|sv|better services|true
response.training|1||response|koulutus|utbildning|training|fi|sv|people were trained|true
""",
    "code_changes": """
from_version|to_version|from_code_id|to_code_id|kind|note
""",
    "keywords": """
code_id|language|pattern|use|note
challenge.staff|fi|henkilöstö*|include|
challenge.staff|fi|henkilöstökoulutus|exclude|
challenge.staff|sv|personalbrist|include|
""",
    "coders": """
coder_id|pseudonym|role|trained_on
A|Ahti|coder|2022-01-10
B|Bertta|coder|2022-01-10
C|yhteinen|consensus|
""",
    "readings": """
document_id|coder_id|round|complete|codebook_version
D1|A|1|true|1
D1|B|1|true|1.0
D1|C|1|true|
D2|A|1|true|1
D2|B|1|false|1
D3|A|1|true|1
D3|B|1|true|1
""",
    "relations": """
relation_id|from_segment_id|to_segment_id|kind|coder_id
R1|S2|S1|answers|A
R2|S2|S1|answers|B
R3|S6|S5|answers|A
""",
    "codings": """
coding_id|segment_id|code_id|coder_id|polarity|round|created
K1|S1|challenge.staff|A|affirm|1|2022-02-01
K2|S1|challenge.staff|B|affirm|1|2022-02-01
K3|S1|challenge.staff|C|affirm|1|2022-02-01
K4|S2|response.training|A|affirm|1|2022-02-01
K5|S2|response.training|B|affirm|1|2022-02-01
K6|S3|challenge.systems|A|deny|1|2022-02-01
K7|S3|challenge.systems|B|mixed|1|2022-02-01
K8|S4|challenge.staff|A|deny|1|2022-02-01
K9|S4|challenge.systems|B|affirm|1|2022-02-01
K10|S5|challenge.staff|A|affirm|1|2023-02-01
K11|S6|response.training|A|affirm|1|2023-02-01
K12|S6|response.training|B|affirm|1|2023-02-01
K13|S7|challenge.systems|A|affirm|1|2023-02-01
""",
    "goals": """
goal_id|project_id|document_id|code_id|segment_id|has_metric|has_baseline|has_target|attainment|measured_by|result_segment_id
G1|P2|D2|goal.services|S8|true|false|true|achieved|measured|
G2|P1|D1|goal.services||false|false|false|not_reported|none|
""",
    "rating_items": """
item_id|label_fi|label_sv|label_en|scale_min|scale_max
steering|Ohjaus|Styrning|Steering|1|5
""",
    "ratings": """
document_id|item_id|value|rater_kind
D1|steering|4|project
D3|steering|2|project
""",
    "saving_claims": """
claim_id|document_id|segment_id|amount_eur|period|has_baseline|has_method
C1|D1|S3|12000|yearly|true|false
""",
    "rooting": """
goal_id|owner_named|budget_line|in_use|spread
G1|yes|silent|yes|no
""",
}

PASSAGES = {
    "S1": ("D1", "Henkilöstön vaihtuvuus"),
    "S2": ("D1", "Koulutus auttoi."),
    "S3": ("D1", "Järjestelmät toimivat."),
    "S4": ("D2", "Henkilöstöä riitti."),
    "S5": ("D3", "Personalbrist 🙂"),
    "S6": ("D3", "Utbildning gavs."),
    "S7": ("D3", "Systemen strulade."),
    "S8": ("D2", "sähköinen asiointi"),
}


@dataclass
class Package:
    """A data folder that can be spoilt in one place and written again."""

    folder: Path
    tables: dict[str, list[dict[str, str]]]
    paths: dict[str, str] = field(default_factory=dict)
    columns: dict[str, list[str]] = field(default_factory=dict)

    def change(self, table: str, row: int, **values: str) -> Package:
        """Put values in a row, numbered as in a spreadsheet, and write the table."""
        self.tables[table][row - 2].update(values)
        return self.write(table)

    def add(self, table: str, **values: str) -> Package:
        """Add a row, empty where no value is given."""
        empty = dict.fromkeys(self.columns[table], "")
        self.tables[table].append(empty | values)
        return self.write(table)

    def write(self, *tables: str, **style: Any) -> Package:
        for table in tables or self.tables:
            path = self.folder / self.paths[table]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(as_csv(self.tables[table], self.columns[table], **style))
        return self

    def problems(self) -> list[str]:
        from evidence_files import STUDY

        from evaltools.evidence import check_data

        return [str(problem) for problem in check_data(self.folder, STUDY.declaration)]


def as_csv(
    rows: list[dict[str, str]],
    columns: list[str],
    delimiter: str = ",",
    encoding: str = "utf-8",
    newline: str = "\n",
    convert: Callable[[str], str] = str,
) -> bytes:
    text = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if newline == "\r" else csv.QUOTE_MINIMAL  # else \n stays unquoted
    writer = csv.writer(text, delimiter=delimiter, lineterminator=newline, quoting=quoting)
    writer.writerow(list(rows[0]) if rows else columns)
    writer.writerows([convert(cell) for cell in row.values()] for row in rows)
    return text.getvalue().encode(encoding)


def rows_of(text: str) -> list[dict[str, str]]:
    lines = text.strip("\n").split("\n")
    header = lines[0].split("|")
    return [dict(zip(header, line.split("|"), strict=True)) for line in lines[1:]]


def make_package(folder: Path) -> Package:
    folder.mkdir()
    document = json.loads(DESCRIPTOR.read_text(encoding="utf-8"))
    document["resources"] = [
        one
        for one in document["resources"]
        if one["name"] in (*TABLES, "documents", "sections", "segments")
    ]
    (folder / "datapackage.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
    tables = {name: rows_of(text) for name, text in TABLES.items()}
    tables["sections"] = [
        {"document_id": "D2", "section": "goals", "heading": "Tavoitteena oli", "start": "0",
         "end": "36", "page": "1"}
    ]  # fmt: skip
    tables["documents"] = []
    for name, project, wave, received, language in (
        ("D1", "P1", "2022", "2022-03-01", "fi"),
        ("D2", "P2", "2022", "2022-03-15", "fi"),
        ("D3", "P3", "2023", "2023-03-01", "sv"),
    ):
        content = TEXTS[name].encode()
        path = folder / "reports" / "text" / f"{name}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        tables["documents"].append(
            {
                "document_id": name, "project_id": project, "kind": "final", "wave": wave,
                "received": received, "language": language, "pages": "12",
                "text_file": f"reports/text/{name}.txt",
                "text_sha256": hashlib.sha256(content).hexdigest(),
            }
        )  # fmt: skip
    received = folder / "reports" / "received" / "D1.pdf"
    received.parent.mkdir()
    received.write_bytes(b"%PDF-1.7 as it came in")
    tables["documents"][0] |= {
        "file": "reports/received/D1.pdf",
        "file_sha256": hashlib.sha256(received.read_bytes()).hexdigest(),
        "public_status": "public",
    }
    tables["segments"] = []
    for name, (document_id, quote) in PASSAGES.items():
        start = TEXTS[document_id].index(quote)
        tables["segments"].append(
            {
                "segment_id": name, "document_id": document_id, "start": str(start),
                "end": str(start + len(quote)), "quote": quote,
                "prefix": TEXTS[document_id][max(0, start - 5) : start], "suffix": "",
                "page": "1", "section": "",
            }
        )  # fmt: skip
    columns = {
        resource["name"]: [one["name"] for one in resource["schema"]["fields"]]
        for resource in document["resources"]
    }
    for name, rows in tables.items():  # cells of which the tables above say nothing are empty
        tables[name] = [{column: row.get(column, "") for column in columns[name]} for row in rows]
    paths = {resource["name"]: resource["path"] for resource in document["resources"]}
    return Package(folder, tables, paths, columns).write()


@pytest.fixture(scope="session")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Package:
    return make_package(tmp_path_factory.mktemp("package") / "data")


@pytest.fixture
def package(tmp_path: Path, pristine: Package) -> Package:
    shutil.copytree(pristine.folder, tmp_path / "data")
    tables = {name: [dict(row) for row in rows] for name, rows in pristine.tables.items()}
    return Package(tmp_path / "data", tables, pristine.paths, pristine.columns)


@pytest.fixture(autouse=True)
def _nobody_vouches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("EVALTOOLS_VALIDATED", raising=False)


@pytest.fixture
def parameters() -> Callable[..., Any]:
    """Parameters as a plain object: the study's own model is tested with the study."""

    def make(**changes: Any) -> Any:
        values: dict[str, Any] = {
            "calls": ("2019", "2020", "2021"), "wave": "2022", "cutoff": dt.date(2022, 4, 30),
            "region": "all", "municipality_group": "all", "estimand": "descriptive",
            "coder_rule": "majority", "confidence": 0.95, "allocation": "equal",
            "minimum_cell": 5, "language": "fi",
        }  # fmt: skip
        return SimpleNamespace(**(values | changes), declarations=values)

    return make
