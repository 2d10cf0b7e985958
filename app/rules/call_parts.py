"""Which parts a call says at each turn: the words of each stand in the templates, or in clips."""

from collections.abc import Mapping
from typing import Final

from app.rules.call_menu import Facts, Menu, Place, Said, State, Turn, offered

_OF_THE_MENU: Final[Mapping[Menu, tuple[str, ...]]] = {
    Menu.REMINDER: ("repeat_hint", "language_hint", "county_hint", "text_hint"),
    Menu.CODE: ("repeat_hint",),
    Menu.INBOUND: ("repeat_hint", "language_hint", "county_hint", "start_hint"),
}
_SAYS: Final[Mapping[Said, tuple[str, ...]]] = {
    Said.MESSAGE: ("message",),
    Said.HINTS: ("stop_hint",),
    Said.WELCOME: ("welcome",),
    Said.LANGUAGES: (),
    Said.CONNECTING: ("connecting",),
    Said.NOT_CONNECTED: ("not_connected", "goodbye"),
    Said.CLOSED: ("closed",),
    Said.TEXT_SENT: ("text_sent",),
    Said.NO_TEXT: ("no_text",),
    Said.CONSENT: ("consent", "consent_yes"),
    Said.STARTED: ("started", "goodbye"),
    Said.STOPPED: ("stopped",),
    Said.NO_NUMBER: ("no_number",),
    Said.GOODBYE: ("goodbye",),
}
_CLOSED_WITHOUT_HOURS: Final = ("not_connected",)
_WITH_HINTS: Final = frozenset({Said.MESSAGE, Said.HINTS})
CHOOSES: Final = frozenset({Said.WELCOME, Said.LANGUAGES})
"""What ends with the languages to choose from, each offered in itself."""


def parts(menu: Menu, turn: Turn, facts: Facts) -> tuple[str, ...]:
    """Return the parts of a turn in order; a key is only offered where it works."""
    said = _SAYS[turn.said] if facts.hours_given or turn.said is not Said.CLOSED else _CLOSED_WITHOUT_HOURS
    if turn.said in _WITH_HINTS:
        return (*said, *(hint for hint in _OF_THE_MENU[menu] if _works(hint, turn.state, facts)))
    offers_text = turn.said is Said.CLOSED and menu is Menu.REMINDER and facts.can_text
    return (*said, "text_hint") if offers_text else said


def _works(hint: str, state: State, facts: Facts) -> bool:
    works = {
        "language_hint": bool(offered(facts, State(Place.LANGUAGES, state.language))),
        "text_hint": facts.can_text,
        "start_hint": facts.number_known,
    }
    return works.get(hint, True)
