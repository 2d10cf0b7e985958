"""Clips: recorded words for languages that no voice speaks; who has them, how far they came, and their addresses.

They lie on shelves: the operator's own recordings (in the data folder) stand before the shipped ones. An address is
signed and short-lived, the same for all calls of some minutes, and says nothing of any person.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from app.db.sealed import BlindIndex
from app.pipeline.providers import Providers
from app.rules.agency import Agency
from app.rules.clips import NAMES, Clip, ClipTable, Standing, parse_clips, standing
from app.rules.facts import Channel
from app.rules.languages import LANGUAGES
from app.rules.sounds import check_sound
from app.rules.wording import BadTemplate

STEP = 300
STEPS = 3
"""An address lives ten to fifteen minutes: until the third step of five minutes from now."""
PURPOSE = "clips"


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where clips lie: tables as text by language, and how to read each recording by language and name."""

    tables: Mapping[str, str] = field(default_factory=dict)
    sounds: Mapping[tuple[str, str], Callable[[], bytes]] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Recording:
    """A clip as it is served: the sound, what it says, and a tag that changes with it."""

    sound: bytes = field(repr=False)
    words: str
    tag: str
    seconds_left: int
    """How long its address still works."""


@dataclass(frozen=True, slots=True)
class Expired:
    """The address was not made by us, or its time is over."""


class Clips:
    """Knows the recordings."""

    def __init__(
        self, shelves: Sequence[Shelf], *, index: BlindIndex, machine_now: Callable[[], datetime],
        public_url: str, live: bool,
    ) -> None:  # fmt: skip
        self._shelves, self._index, self._machine_now = shelves, index, machine_now
        self._public_url, self.live = public_url, live
        self._tables: dict[str, ClipTable] = {}
        self._standings: dict[str, Standing] = {}

    def table(self, language: str) -> ClipTable:
        """Return what the clips of a language say; raises `BadTemplate` for a table that cannot be read."""
        if language not in self._tables:
            whole = ClipTable(language)
            for shelf in reversed(self._shelves):
                sounds = {name for tag, name in shelf.sounds if tag == language}
                whole = whole.under(_table_of(shelf, language), sounds)
            self._tables[language] = whole
        return self._tables[language]

    def standing(self, language: str) -> Standing:
        """Say how far the clips of a language came; looked at once, for recordings come with a restart."""
        if language not in self._standings:
            playable = [name for name in NAMES if not self.problem(language, name)]
            self._standings[language] = standing(self.table(language), playable)
        return self._standings[language]

    def usable(self, language: str) -> bool:
        """Say whether a call can be held in the recordings of a language; not if its table cannot be read."""
        if not any(language in shelf.tables for shelf in self._shelves):
            return False
        try:
            return self.standing(language).usable(live=self.live)
        except BadTemplate:
            return False

    def problem(self, language: str, name: str) -> str:
        """Say what keeps a recording from being played; nothing is an empty text."""
        sound = self._sound(language, name)
        return check_sound(sound) if sound is not None else "there is no recording"

    def clip(self, language: str, name: str) -> Clip:
        """Return one clip; raises `KeyError`."""
        return self.table(language).clips[name]

    def url(self, language: str, name: str) -> str:
        """Return the address at which a clip can be fetched for some minutes."""
        ends = (int(self._machine_now().timestamp()) // STEP + STEPS) * STEP
        token = self._index.token(f"{PURPOSE}/{language}/{name}", UUID(int=ends))
        return f"{self._public_url}/clips/{token}/{language}/{name}.wav"

    def fetch(self, token: str, language: str, name: str) -> Recording | Expired | None:
        """Return a recording for an address that still works; None where there is no such clip."""
        ends = self._index.row_of(f"{PURPOSE}/{language}/{name}", token)
        left = ends.int - int(self._machine_now().timestamp()) if ends else 0
        if left <= 0:
            return Expired()
        sound = self._sound(language, name)
        if sound is None or not self.usable(language):
            return None
        return Recording(sound, self.clip(language, name).words, sha256(sound).hexdigest()[:16], left)

    def rows(self, agencies: Sequence[Agency], providers: Providers) -> list[dict[str, object]]:
        """Return how far each language without a voice came, and which agencies list it."""
        return [self._row(tag, agencies) for tag in self.without_voice(providers)]

    def details(self, language: str) -> list[dict[str, object]]:
        """Return each clip that a language needs: what it says, where it comes from, and what is wrong."""
        held = self.table(language).clips
        return [
            {
                "clip": name,
                "words": held[name].words if name in held else "",
                "source": str(held[name].source) if name in held else "",
                "review": str(held[name].review) if name in held else "missing",
                "problem": self.problem(language, name) if name in held else "nothing is written down for it",
            }
            for name in NAMES
        ]

    def without_voice(self, providers: Providers) -> list[str]:
        """Return the languages that the voice of our calls does not speak."""
        if not any(channel is Channel.VOICE for channel, _ in providers):
            return []
        return [one.tag for one in LANGUAGES if not providers.calls.speaks(one.tag)]

    def _row(self, language: str, agencies: Sequence[Agency]) -> dict[str, object]:
        try:
            found, fault = self.standing(language), ""
        except BadTemplate as error:
            found, fault = standing(ClipTable(language), ()), str(error)
        usable = self.usable(language)
        return {
            "language": language,
            "clips": f"{found.present}/{len(NAMES)}",
            "source": ", ".join(found.sources),
            "review": fault or _review(found),
            "calls": "recordings" if usable else "English, and where to get help",
            "missing": list(found.missing),
            "agencies": [agency.code for agency in agencies if language in agency.languages],
            "usable": usable,
        }

    def _sound(self, language: str, name: str) -> bytes | None:
        for shelf in self._shelves:
            if (read := shelf.sounds.get((language, name))) is not None:
                return read()
        return None


def _table_of(shelf: Shelf, language: str) -> ClipTable:
    toml = shelf.tables.get(language)
    return ClipTable(language) if toml is None else parse_clips(toml, f"{language}/clips.toml")


def _review(found: Standing) -> str:
    if not found.present:
        return "missing"
    return "draft" if found.unreviewed else "reviewed"
