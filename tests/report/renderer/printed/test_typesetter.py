"""A Typst that stays gives the bytes of one that has set nothing before, and sooner."""

import json
import subprocess
import sys
from pathlib import Path

SOURCE = "#set document(title: [A report])\n= Heading\n#lorem(40)\n" + "".join(
    f"\n== Part {number}\n#figure(table(columns: 3, ..range(90).map(each => [#each])), "
    f'caption: [Table {number}], alt: "Numbers")\n#lorem(60)\n'
    for number in range(12)
)
"""Long enough to take longer than what a process takes to begin."""
ASK = """
import json, os, resource, sys, time
from pathlib import Path
from evaltools.processes import start_apart
from evaltools.report.renderer.print import typesetter

main, text = Path(sys.argv[1]), Path(sys.argv[1]).read_text()

def set_apart(source):  # as each format of a report is
    main.write_text(source)
    with start_apart(lambda: typesetter.set_pages(main, 0)) as wait:
        return wait().hex()

def set_wrongly():
    try:
        return set_apart("#no-such-name")
    except typesetter.TypstError as error:
        return str(error)

def spent(pid):  # seconds of a processor
    ticks = Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

edited = text.replace("Heading", "Another heading")
told = {"anew": set_apart(edited)}
with typesetter.keep_typst():
    (stays,) = Path("/proc/self/task", str(os.getpid()), "children").read_text().split()
    told["first"] = set_apart(text)
    first = spent(stays)
    told["again"] = set_apart(edited)
    told["ratio"] = (spent(stays) - first) / first
    told["wrong"] = set_wrongly()
    told["after"] = set_apart(edited)
    os.kill(int(stays), 9)
    told["ended"] = set_apart(edited)
told["loaded"] = "typst" in sys.modules
print(json.dumps(told))
"""


def test_what_was_set_before_is_remembered_and_changes_no_byte(tmp_path: Path) -> None:
    main = tmp_path / "main.typ"
    main.write_text(SOURCE)
    done = subprocess.run(
        [sys.executable, "-c", ASK, str(main)], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    assert told["again"] == told["after"] == told["ended"] == told["anew"]
    assert told["first"] != told["anew"]
    assert bytes.fromhex(told["anew"]).startswith(b"%PDF")
    assert "no-such-name" in told["wrong"]
    assert told["ratio"] < 0.5
    assert not told["loaded"]  # so that it may still be forked
