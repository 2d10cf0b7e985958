import asyncio
import stat

import pytest

from app.pipeline.clip_making import CannotMake, make
from app.rules.clips import parse_clips
from app.rules.sounds import check_sound
from tests.app.rules.test_sounds import tone

TABLE = parse_clips(
    'language = "hy"\nsource = "espeak-ng"\nreview = "draft"\n[clips]\n'
    'greeting = "Բարև"\ngoodbye = { words = "Ցտեսություն", source = "recorded" }\n', "hy",
)  # fmt: skip


@pytest.fixture
def program(tmp_path):
    """A stand-in for espeak-ng: notes what it is told, and speaks a tone."""
    (tmp_path / "tone.wav").write_bytes(tone())
    file = tmp_path / "espeak-ng"
    file.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/told\ncat >> {tmp_path}/told\ncat {tmp_path}/tone.wav\n')
    file.chmod(file.stat().st_mode | stat.S_IEXEC)
    return str(file)


async def made(table, into, program):
    return [name async for name in make(table, into, program=program)]


async def test_the_machines_clips_are_made_and_a_persons_are_left_alone(tmp_path, program):
    into = tmp_path / "clips"
    assert await made(TABLE, into, program) == ["greeting"]
    assert [file.name for file in into.iterdir()] == ["greeting.wav"]
    assert check_sound((into / "greeting.wav").read_bytes()) == ""
    told = (tmp_path / "told").read_text("utf-8")
    assert "-v hy" in told
    assert "Բարև" in told


async def test_without_the_program_nothing_is_made_and_it_says_so(tmp_path):
    with pytest.raises(CannotMake, match="not installed"):
        await made(TABLE, tmp_path / "clips", "no-such-program")
    assert not (tmp_path / "clips").exists()


async def test_a_table_without_machine_clips_is_refused(tmp_path, program):
    recorded = parse_clips('language = "hy"\nsource = "recorded"\nreview = "draft"\n[clips]\nmore = "x"\n', "hy")
    with pytest.raises(CannotMake, match="no clip whose source"):
        await made(recorded, tmp_path / "clips", program)


@pytest.mark.parametrize(
    ("script", "why"), [("echo no such voice >&2; exit 1", "no such voice"), ("cat > /dev/null", "no WAV")]
)
async def test_a_program_that_fails_is_quoted(tmp_path, program, script, why):
    await asyncio.to_thread((tmp_path / "espeak-ng").write_text, f"#!/bin/sh\n{script}\n")
    with pytest.raises(CannotMake, match=why):
        await made(TABLE, tmp_path / "clips", program)
