"""The consent ledger on the command line."""

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[3] / "docs" / "verify_ledger.py"


def test_the_ledger_is_exported_checked_and_its_head_said(county, roster, tmp_path):
    assert county("import", str(roster), "--agency", "orange").code == 0
    file = tmp_path / "ledger.ndjson"
    assert "1 lines" in county("ledger", "export", str(file), "--agency", "orange").text
    head = county("ledger", "head", "--agency", "orange", "--json").json
    assert head["head"]["number"] == 1
    shown = county("ledger", "head", "--agency", "orange").text
    assert head["head"]["hash"] in shown
    kept = tmp_path / "head.json"
    kept.write_text(json.dumps(head))
    said = judged(file, "--key", head["public_key"], "--head", kept)
    assert (said.returncode, said.stdout) == (0, "OK: 1 lines (1 to 1) hold, and the head is signed\n")
    file.write_text(file.read_text().replace("sms", "voice"))
    said = judged(file)
    assert (said.returncode, said.stdout) == (1, "BROKEN: line 1 is not what was linked\n")
    assert judged(tmp_path / "nowhere").returncode == 2


def judged(*words):
    return subprocess.run([sys.executable, "-I", SCRIPT, *words], capture_output=True, text=True, check=False)  # noqa: S603


def test_a_ledger_that_holds_is_said_to(county, roster):
    county("import", str(roster), "--agency", "orange")
    assert county("ledger", "verify", "--agency", "orange", "--json").json == {
        "lines": 1, "broken": None, "why": "", "differing": 0,
    }  # fmt: skip
    assert "all as they were linked" in county("ledger", "verify", "--agency", "orange").text


def test_without_a_file_the_ledger_goes_to_stdout(county):
    lines = [json.loads(line) for line in county("ledger", "export", "--agency", "orange").text.splitlines()]
    assert [set(line) for line in lines] == [{"before"}, {"head", "signature", "public_key"}]


def test_an_unknown_agency_has_none(county):
    assert county("ledger", "verify", "--agency", "fresno").code == 1
