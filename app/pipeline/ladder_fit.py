"""Whether a ladder fits those beside it and the words that there are: what is asked before one is put in force."""

from collections.abc import Iterable, Iterator
from typing import Final
from uuid import UUID

from app.pipeline.wording import Phrasebook, Shipped
from app.rules.facts import Channel, RenewalStatus
from app.rules.folding_renewals import DATE_OF
from app.rules.languages import DEFAULT, fallbacks
from app.rules.wording_reading import parse_template
from app.rules.wording_required import texts_of
from schedules.constants import Constants
from schedules.ladders.faults import BadLadder
from schedules.ladders.lines import Where
from schedules.ladders.model import Anchor, Ladder, Occasion, Step
from schedules.ladders.reading import checked_ladder, placed

MEND: Final = "name a template that has them, or write these words first"
MEND_SHOWN: Final = 'say which with shows, such as shows = { anchor = "due_on" }'
MEND_MARK: Final = "name a template that does without"
ALWAYS_KNOWN: Final = frozenset({Anchor.RENEWAL_MONTH, Anchor.DUE_ON, Anchor.ON, Anchor.STATUS_ON})
"""The dates that every occasion has which may be counted from them."""
OF_A_MOVE: Final = frozenset({"new_county", "new_county_phone"})
OF_A_SIGNUP: Final = frozenset({"signup_code"})


def fitting_ladder(
    text: str, file: str, *, constants: Constants, others: Iterable[Ladder], words: Phrasebook, languages: Iterable[str]
) -> Ladder:  # fmt: skip
    """Return the ladder of a text that may be put in force beside others for readers of these languages.

    Raises:
        BadLadder: it cannot be read, makes no sense, is at odds with the others, or a step has no words.
    """
    ladder = checked_ladder(text, name=file, constants=constants, others=others)
    used = in_use(languages, words)
    if faults := placed(text, file, (*_wordless(ladder, words, used), *_unfilled(ladder, words, used))):
        raise BadLadder(faults)
    return ladder


def shipped_words(shipped: Shipped) -> Phrasebook:
    """Return the phrasebook of what is shipped, for those who ask without a database."""
    held = {UUID(int=number): parse_template(text) for number, text in enumerate(shipped.templates.values())}
    return Phrasebook({(one.key, one.language): id_ for id_, one in held.items()}, held)


def in_use(languages: Iterable[str], words: Phrasebook) -> list[str]:
    """Return those of some languages that we have words in, and English, which stands in for all others."""
    written = {language for _, language in words.versions}
    return sorted({DEFAULT, *(one for one in languages if written & set(_near(one)))})


def _wordless(ladder: Ladder, words: Phrasebook, languages: list[str]) -> Iterator[tuple[Where, str, str]]:
    for number, step in enumerate(ladder.steps):
        for where, key in _templates(step):
            missing = [f"{one} ({', '.join(gaps)})" for one in languages if (gaps := _gaps(key, one, words))]
            if missing:
                yield ("steps", number, *where), f"the template `{key}` has no words in {', '.join(missing)}", MEND


def _unfilled(ladder: Ladder, words: Phrasebook, languages: list[str]) -> Iterator[tuple[Where, str, str]]:
    """Give the templates with a mark for which a step has no word: each message of it would stay unsent."""
    for number, step in enumerate(ladder.steps):
        for where, key in _templates(step):
            marks = _marks(key, words, languages)
            if "date" in marks and not _shows(step):
                what = f"the template `{key}` names a date, and the step none that is always known"
                yield ("steps", number, *where), what, MEND_SHOWN
            foreign = OF_A_SIGNUP if ladder.occasion is Occasion.MOVED_COUNTY else OF_A_SIGNUP | OF_A_MOVE
            for mark in sorted(marks & foreign):
                what = f"the template `{key}` has {{{mark}}}, which this is not about"
                yield ("steps", number, *where), what, MEND_MARK


def _shows(step: Step) -> bool:
    """Say whether the date that a step names is known of everybody it is for."""
    if step.shows is None:
        return False
    anchor = step.shows.anchor
    return anchor in {*ALWAYS_KNOWN, step.anchor} or all(
        DATE_OF.get(RenewalStatus(status)) == anchor for status in step.statuses
    )


def _marks(key: str, words: Phrasebook, languages: list[str]) -> set[str]:
    """Return every mark that readers of these languages may get to see the word of."""
    held = [words.templates[id_] for (name, tag), id_ in words.versions.items() if name == key and tag in languages]
    return {mark for one in held for channel in one.channels for text in texts_of(one, channel) for mark in text.marks}


def _templates(step: Step) -> Iterator[tuple[Where, str]]:
    yield ("template",), step.template
    for status, key in step.templates.items():
        yield ("templates", status), key


def _gaps(key: str, language: str, words: Phrasebook) -> list[Channel]:
    """Return the channels on which a reader of a language would get English instead, or nothing at all."""
    return [channel for channel in Channel if _language(key, channel, language, words) not in _near(language)]


def _language(key: str, channel: Channel, language: str, words: Phrasebook) -> str | None:
    try:
        return words.version(key, channel, language)[0]
    except KeyError:
        return None


def _near(language: str) -> tuple[str, ...]:
    """Return the languages whose words a reader of one may get, English left out for all but its own readers."""
    return tuple(one for one in fallbacks(language) if one != DEFAULT or language == DEFAULT)
