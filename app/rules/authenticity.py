"""The code of a message as people type it, and the day on which a message left."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Final

from app.rules.agency import Agency

LENGTH: Final = 8
LONGEST: Final = 64
"""Signs that are looked at; a code with all its spaces is shorter."""
UNKNOWN_ALARM: Final = "unknown_codes"
"""Many ask about codes that are not ours: somebody sends messages in our name, or guesses."""
SCAM_ALARM: Final = "scam_reports"
"""People tell us of a scam."""
_NOT_OF_A_CODE: Final = re.compile(r"[^A-Z0-9]+")
_CODE: Final = re.compile(r"[A-HJKMNP-TV-Z][2-9A-HJKMNP-TV-Z]{7}")
"""A code as `app.db.sealed` makes it."""
_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Real:
    """A message of ours: whose, and of which day; nothing of to whom or about what."""

    agency: Agency
    day: date


def read_code(typed: str) -> str:
    """Return a code as it is kept: capitals and digits alone, whatever stands between or beside them; empty for none.

    People copy the words before it, too ("Mã tin K7QF2M4P"), so a code is looked for among the words, the last first.

    The alphabet has no O, I, L or U and no 0 or 1, so nothing has to be guessed for whoever takes one for another.
    """
    shown = (sign for sign in typed[:LONGEST] if unicodedata.category(sign) != "Cf")
    folded = unicodedata.normalize("NFKC", "".join(shown)).upper()
    code = _NOT_OF_A_CODE.sub("", folded.removeprefix("CODE"))
    if _CODE.fullmatch(code):
        return code
    return _among(_WORD.findall(folded)) or (code if len(code) <= 2 * LENGTH else "")


def _among(words: list[str]) -> str:
    """Return the last code that stands among words, whole or in pieces; empty for none."""
    runs = (
        "".join(words[last - pieces : last])
        for pieces in range(1, LENGTH + 1)
        for last in range(len(words), pieces - 1, -1)
    )
    return next((run for run in runs if _CODE.fullmatch(run)), "")
