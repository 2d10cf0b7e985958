"""Makes placeholder clips with espeak-ng, for languages that it truly has; never in place of a person's voice."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

from app.errors import KeepCoveredError
from app.rules.clips import Clip, ClipTable, Source
from app.rules.sounds import BadSound, for_telephone

PROGRAM: Final = "espeak-ng"
SLOWLY: Final = "135"
"""Words a minute; its usual 175 are too fast for a number that one wants to write down."""


class CannotMake(KeepCoveredError):
    """The clips cannot be made."""


async def make(table: ClipTable, into: Path, *, program: str = PROGRAM) -> AsyncIterator[str]:
    """Make each clip of a table that is to come from espeak-ng; give the names as they are written."""
    found = await asyncio.to_thread(shutil.which, program)
    if found is None:
        raise CannotMake(f"{program} is not installed (look for the package {PROGRAM}); nothing was made")
    made = [clip for clip in table.clips.values() if clip.source is Source.ESPEAK]
    if not made:
        raise CannotMake(f"the table of {table.language} has no clip whose source is {Source.ESPEAK}; nothing was made")
    await asyncio.to_thread(into.mkdir, parents=True, exist_ok=True)
    for clip in made:
        sound = for_telephone(await _spoken(found, table.language, clip))
        if isinstance(sound, BadSound):
            raise CannotMake(f"{clip.name}: {sound.problem}")
        await asyncio.to_thread((into / f"{clip.name}.wav").write_bytes, sound)
        yield clip.name


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
