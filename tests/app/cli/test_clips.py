from base64 import b64encode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from app.rules.clips import NAMES
from tests.app.cli.conftest import AGENCY
from tests.app.rules.test_sounds import tone
from tests.app.settings.test_reading import LIVE

ALL = f"{len(NAMES)}/{len(NAMES)}"


def test_what_is_missing_is_shown_for_each_language_without_a_voice(county):
    found = county("clips", "check", "--json")
    assert found.code == 0, "the sandbox makes do with English"
    rows = {row["language"]: row for row in found.json["data"]}
    assert set(rows) == {"hy", "fa", "km", "lo", "hmn", "ium"}
    assert (rows["hy"]["clips"], rows["hy"]["source"], rows["hy"]["review"]) == (ALL, "espeak-ng", "draft")
    assert rows["km"]["missing"] == list(NAMES)
    assert rows["km"]["calls"] == "English, and where to get help"


def test_the_table_is_for_people(county):
    assert "espeak-ng" in county("clips", "check").text


def test_each_clip_of_a_language_can_be_looked_at(county):
    rows = county("clips", "check", "--language", "hy", "--json").json["data"]
    assert [row["clip"] for row in rows] == list(NAMES)
    assert {row["problem"] for row in rows} == {""}
    assert {row["review"] for row in county("clips", "check", "--language", "lo", "--json").json["data"]} == {"missing"}


def test_a_language_without_a_table_cannot_be_made(county):
    made = county("clips", "make", "--language", "km")
    assert made.code == 1
    assert "no table of clips" in made.errors


def test_placeholders_can_be_made_anew(county, tmp_path, monkeypatch):
    (tmp_path / "tone.wav").write_bytes(tone())
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\ncat {tmp_path}/tone.wav\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    made = county("clips", "make", "--language", "hy", "--into", str(tmp_path / "hy"))
    assert made.code == 0
    assert len(list((tmp_path / "hy").glob("*.wav"))) == len(NAMES)


def test_what_was_made_is_not_taken_for_a_persons_voice_and_can_be_made_anew(county, tmp_path, monkeypatch):
    (tmp_path / "tone.wav").write_bytes(tone())
    program = tmp_path / "espeak-ng"
    program.write_text(f"#!/bin/sh\ncat > /dev/null\ncat {tmp_path}/tone.wav\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for _ in range(2):
        assert county("clips", "make", "--language", "hy").code == 0
    rows = {row["language"]: row for row in county("clips", "check", "--json").json["data"]}
    assert (rows["hy"]["clips"], rows["hy"]["source"], rows["hy"]["review"]) == (ALL, "espeak-ng", "draft")


def test_without_espeak_it_says_what_is_missing(county, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    made = county("clips", "make", "--language", "hy", "--into", str(tmp_path / "hy"))
    assert made.code == 1
    assert "espeak-ng is not installed" in made.errors


def test_a_table_that_cannot_be_read_ends_with_a_sentence(county, tmp_path):
    mine = tmp_path / "data" / "clips" / "hy"
    mine.mkdir(parents=True)
    (mine / "clips.toml").write_text("[nonsense")
    for command in (("check", "--language", "hy"), ("make", "--language", "hy")):
        said = county("clips", *command)
        assert said.code == 1
        assert "no TOML" in said.errors
    assert county("clips", "check").code == 0


def test_members_of_a_live_agency_are_not_left_without_words_in_silence(county, tmp_path, monkeypatch, clean_url):
    file = tmp_path / "orange.toml"
    file.write_text(AGENCY.replace("[senders]", 'languages = ["en", "hy"]\n[senders]'))
    assert county("agency", "add", str(file)).code == 0
    for name, value in LIVE.items():
        monkeypatch.setenv(f"KEEPCOVERED_{name}", value)
    key = ec.generate_private_key(ec.SECP256R1()).public_key()
    shown = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    monkeypatch.setenv("KEEPCOVERED_SENDGRID__WEBHOOK_PUBLIC_KEY", b64encode(shown).decode())
    monkeypatch.setenv("KEEPCOVERED_DATABASE_URL", clean_url)
    found = county("clips", "check", "--json")
    assert (found.code, found.errors) == (1, "1")
    hy = found.json["data"][1]
    assert (hy["language"], hy["usable"], hy["agencies"]) == ("hy", False, ["orange"])
