import asyncio
import stat

import pytest

from app.pipeline.clip_making import CannotMake, make
from app.rules.clips import Clip, Source, parse_clips
from app.rules.sounds import check_sound
from app.rules.wording import Review
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


def told(folder):
    return parse_clips((folder / "clips.toml").read_text("utf-8"), "hy")


async def made(table, into, program):
    return [name async for name in make(table, into, program=program)]


async def test_the_machines_clips_are_made_and_a_persons_are_left_alone(tmp_path, program):
    into = tmp_path / "clips"
    assert await made(TABLE, into, program) == ["greeting"]
    assert sorted(file.name for file in into.iterdir()) == ["clips.toml", "greeting.wav"]
    assert check_sound((into / "greeting.wav").read_bytes()) == ""
    heard = (tmp_path / "told").read_text("utf-8")
    assert "-v hy" in heard
    assert "Բարև" in heard


async def test_what_is_made_says_of_itself_that_a_machine_speaks_and_nobody_reviewed_it(tmp_path, program):
    await made(TABLE, tmp_path, program)
    table = TABLE.under(told(tmp_path), {"greeting"})
    assert table.clips["greeting"] == Clip("greeting", "Բարև", Source.ESPEAK, Review.DRAFT)
    assert await made(table, tmp_path, program) == ["greeting"]
    assert table == TABLE.under(told(tmp_path), {"greeting"})


async def test_a_table_that_lies_there_is_kept_and_told_of_what_is_made(tmp_path, program):
    mine = '# by Ani\nlanguage = "hy"\n[clips.goodbye]\nwords = "Ցը"\nsource = "recorded"\nreview = "draft"\n'
    await asyncio.to_thread((tmp_path / "clips.toml").write_text, mine, "utf-8")
    await made(TABLE, tmp_path, program)
    table = told(tmp_path)
    assert {clip.name: clip.source for clip in table.clips.values()} == {
        "goodbye": Source.RECORDED, "greeting": Source.ESPEAK,
    }  # fmt: skip
    assert (tmp_path / "clips.toml").read_text("utf-8").startswith(mine)


async def test_a_recording_that_no_table_speaks_of_is_not_spoken_over(tmp_path, program):
    more = parse_clips('language = "hy"\nsource = "espeak-ng"\nreview = "draft"\n[clips]\nmore = "x"', "hy")
    await asyncio.to_thread((tmp_path / "greeting.wav").write_bytes, b"Ani's voice")
    assert await made(TABLE.under(more), tmp_path, program) == ["more"]
    assert (tmp_path / "greeting.wav").read_bytes() == b"Ani's voice"
    assert set(told(tmp_path).clips) == {"more"}


@pytest.mark.parametrize("there", ["[nonsense", 'language = "fa"\n[clips]\n', 'language = "hy"\nclips = {}\n'])
async def test_a_table_that_does_not_fit_is_left_alone(tmp_path, program, there):
    await asyncio.to_thread((tmp_path / "clips.toml").write_text, there)
    with pytest.raises(CannotMake, match=r"clips\.toml"):
        await made(TABLE, tmp_path, program)
    assert not (tmp_path / "greeting.wav").exists()
    assert (tmp_path / "clips.toml").read_text("utf-8") == there


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
