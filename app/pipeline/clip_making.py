"""Makes placeholder clips with espeak-ng, for languages that it truly has; never in place of a person's voice.

The table that lies beside them says that a machine speaks: what no table speaks of is taken for a person's voice.
"""

import asyncio
import shutil
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from app.errors import KeepCoveredError
from app.rules.clips import Clip, ClipTable, Source, entry, parse_clips
from app.rules.sounds import BadSound, for_telephone
from app.rules.wording import BadTemplate, Review

PROGRAM: Final = "espeak-ng"
TABLE: Final = "clips.toml"
SLOWLY: Final = "135"
"""Words a minute; its usual 175 are too fast for a number that one wants to write down."""


class CannotMake(KeepCoveredError):
    """The clips cannot be made."""


async def make(table: ClipTable, into: Path, *, program: str = PROGRAM) -> AsyncIterator[str]:
    """Make each clip of a table that is to come from espeak-ng, and say so in the folder's table; give the names."""
    found = await asyncio.to_thread(shutil.which, program)
    if found is None:
        raise CannotMake(f"{program} is not installed (look for the package {PROGRAM}); nothing was made")
    there = await asyncio.to_thread(_there, into, table.language)
    made = [clip for clip in table.under(*there).clips.values() if clip.source is Source.ESPEAK]
    if not made:
        raise CannotMake(f"the table of {table.language} has no clip whose source is {Source.ESPEAK}; nothing was made")
    await asyncio.to_thread(_tell, into, there[0], made)
    for clip in made:
        sound = for_telephone(await _spoken(found, table.language, clip))
        if isinstance(sound, BadSound):
            raise CannotMake(f"{clip.name}: {sound.problem}")
        await asyncio.to_thread((into / f"{clip.name}.wav").write_bytes, sound)
        yield clip.name


def _there(into: Path, language: str) -> tuple[ClipTable, set[str]]:
    """Return what lies in the folder: its own table, and the names of its recordings."""
    file, names = into / TABLE, {one.stem for one in into.glob("*.wav")}
    if not file.is_file():
        return ClipTable(language), names
    try:
        own = parse_clips(file.read_text("utf-8"), str(file))
    except BadTemplate as error:
        raise CannotMake(str(error)) from None
    if own.language != language:
        raise CannotMake(f"{file} is the table of {own.language}, not of {language}; nothing was made")
    return own, names


def _tell(into: Path, own: ClipTable, made: Sequence[Clip]) -> None:
    """Say in the folder's table, before there is a sound, what a machine will speak there; its own lines stay."""
    into.mkdir(parents=True, exist_ok=True)
    file = into / TABLE
    held = file.read_text("utf-8") if file.is_file() else f'language = "{own.language}"\n'
    new = [replace(clip, review=Review.DRAFT, reviewer="") for clip in made if clip.name not in own.clips]
    whole = held + "".join(map(entry, new))
    try:
        parse_clips(whole, str(file))
    except BadTemplate:
        raise CannotMake(f"{file}: write its clips as a table [clips], so that more can follow") from None
    file.write_text(whole, "utf-8")


async def _spoken(program: str, language: str, clip: Clip) -> bytes:
    running = await asyncio.create_subprocess_exec(
        program, "-v", language, "-s", SLOWLY, "--stdin", "--stdout",
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    said, complaint = await running.communicate(clip.words.encode())
    if running.returncode:
        reason = complaint.decode(errors="replace").strip().splitlines()[:1]
        raise CannotMake(f"{PROGRAM} cannot say {clip.name} in {language}: {' '.join(reason)}")
    return said
