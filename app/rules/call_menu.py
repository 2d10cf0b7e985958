"""The menu of a call as tables: where the caller is, which key was pressed, and what is said then.

A state travels in the address of the next key (`State.part`), so nothing is kept between two keys and any
process can answer. No key: the same once more, then the good-bye. After a stop nothing more is said.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Final

MOST_TURNS: Final = 20
"""Keys in one call; then it says good-bye, whatever is pressed, so that no machine keeps a line busy."""
A_PAGE: Final = "12345678"
"""The keys that choose a language; 9 always stops, 0 goes on to the next languages."""


class Menu(StrEnum):
    """Which call it is."""

    REMINDER = "reminder"
    CODE = "code"
    INBOUND = "inbound"


class Place(StrEnum):
    """What was asked last; the word that stands in the address."""

    MESSAGE = "keys"
    LANGUAGES = "languages"
    CLOSED = "closed"
    DONE = "done"
    CONNECTED = "connected"
    WELCOME = "welcome"
    CONSENT = "consent"


class Said(StrEnum):
    """What is said next."""

    MESSAGE = "message"
    HINTS = "hints"
    WELCOME = "welcome"
    LANGUAGES = "languages"
    CONNECTING = "connecting"
    NOT_CONNECTED = "not_connected"
    CLOSED = "closed"
    TEXT_SENT = "text_sent"
    NO_TEXT = "no_text"
    CONSENT = "consent"
    STARTED = "started"
    STOPPED = "stopped"
    NO_NUMBER = "no_number"
    GOODBYE = "goodbye"


class Act(StrEnum):
    """What a key asks for."""

    MESSAGE = "message"
    LANGUAGES = "languages"
    CHOOSE = "choose"
    MORE = "more"
    COUNTY = "county"
    TEXT = "text"
    CONSENT = "consent"
    START = "start"
    STOP = "stop"
    WRONG = "wrong"
    SILENCE = "silence"


@dataclass(frozen=True, slots=True)
class Facts:
    """What the menu has to know of the world: which languages can be spoken, and what is possible now."""

    languages: tuple[str, ...] = ()
    office_open: bool = False
    can_text: bool = False
    hours_given: bool = True
    """Whether the agency told its office hours, so that they can be said."""
    number_known: bool = True
    """Whether we see the number of the phone, so that a yes or no can be written for it."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a call is: the place, the language it is held in, how many keys there were."""

    place: Place
    language: str
    turn: int = 1
    again: bool = False
    """Whether what was asked last was asked for the second time."""
    page: int = 0

    @property
    def part(self) -> str:
        """Give the state as it stands in the address of the next key."""
        page = f"-{self.page}" if self.page else ""
        return f"{self.place}{page}/{self.language}/{self.turn}" + ("/again" if self.again else "")


@dataclass(frozen=True, slots=True)
class Turn:
    """What is said, in the state's language, and where the call is then; `over` when it ends with these words."""

    said: Said
    state: State
    over: bool = False
    chosen: bool = False
    """Whether the person chose this language just now."""


_REMINDER: Final = {"1": Act.MESSAGE, "2": Act.LANGUAGES, "3": Act.COUNTY, "4": Act.TEXT, "9": Act.STOP}
_CODE: Final = {"1": Act.MESSAGE, "9": Act.STOP}
_INBOUND: Final = {"1": Act.MESSAGE, "2": Act.LANGUAGES, "3": Act.COUNTY, "8": Act.CONSENT, "9": Act.STOP}
_CHOICE: Final = {**dict.fromkeys(A_PAGE, Act.CHOOSE), "0": Act.MORE, "9": Act.STOP}
_CONSENT: Final = {"1": Act.START, "9": Act.STOP}
_MAIN: Final[Mapping[Menu, Mapping[str, Act]]] = {
    Menu.REMINDER: _REMINDER,
    Menu.CODE: _CODE,
    Menu.INBOUND: _INBOUND,
}
_OTHER: Final[Mapping[Place, Mapping[str, Act]]] = {
    Place.LANGUAGES: _CHOICE,
    Place.WELCOME: _CHOICE,
    Place.CONSENT: _CONSENT,
}
KEYS: Final[Mapping[tuple[Menu, Place], Mapping[str, Act]]] = MappingProxyType(
    {(menu, place): _OTHER.get(place, _MAIN[menu]) for menu in Menu for place in Place}
)
"""What each key asks for, by menu and place."""

_SAID: Final[Mapping[Act, tuple[str, Said, Said]]] = {
    Act.MESSAGE: ("", Said.MESSAGE, Said.MESSAGE),
    Act.CHOOSE: ("", Said.MESSAGE, Said.MESSAGE),
    Act.LANGUAGES: ("languages", Said.LANGUAGES, Said.HINTS),
    Act.COUNTY: ("office_open", Said.CONNECTING, Said.CLOSED),
    Act.TEXT: ("can_text", Said.TEXT_SENT, Said.NO_TEXT),
    Act.CONSENT: ("number_known", Said.CONSENT, Said.NO_NUMBER),
    Act.START: ("number_known", Said.STARTED, Said.NO_NUMBER),
    Act.STOP: ("number_known", Said.STOPPED, Said.NO_NUMBER),
}
"""What a key leads to: the fact that it depends on, what is said if it is so, and if it is not."""

_ASKED: Final[Mapping[Place, Said]] = {
    Place.MESSAGE: Said.MESSAGE,
    Place.LANGUAGES: Said.LANGUAGES,
    Place.WELCOME: Said.WELCOME,
    Place.CONSENT: Said.CONSENT,
    Place.CLOSED: Said.CLOSED,
    Place.CONNECTED: Said.NOT_CONNECTED,
    Place.DONE: Said.GOODBYE,
}
"""What is said once more where no key was pressed."""

_WRONG: Final[Mapping[Place, Said]] = {
    **_ASKED,
    Place.MESSAGE: Said.HINTS,
    Place.CLOSED: Said.HINTS,
    Place.DONE: Said.HINTS,
}
"""What is said to a key that means nothing there."""

_NEXT: Final[Mapping[Said, Place | None]] = {
    Said.MESSAGE: Place.MESSAGE,
    Said.HINTS: Place.MESSAGE,
    Said.WELCOME: Place.WELCOME,
    Said.LANGUAGES: Place.LANGUAGES,
    Said.CONNECTING: Place.CONNECTED,
    Said.CLOSED: Place.CLOSED,
    Said.TEXT_SENT: Place.DONE,
    Said.NO_TEXT: Place.DONE,
    Said.NO_NUMBER: Place.DONE,
    Said.CONSENT: Place.CONSENT,
    Said.NOT_CONNECTED: None,
    Said.STARTED: None,
    Said.STOPPED: None,
    Said.GOODBYE: None,
}
"""Where the call is after these words; none where it ends."""

_PART: Final = re.compile(r"([a-z]+)(?:-(\d))?/([A-Za-z-]{2,12})/(\d{1,2})(/again)?")


def first(menu: Menu, language: str, facts: Facts) -> Turn:
    """Begin a call: with its message, or with the languages when somebody calls us and there are several."""
    welcome = menu is Menu.INBOUND and len(facts.languages) > 1
    return _turn(Said.WELCOME if welcome else Said.MESSAGE, State(Place.MESSAGE, language, turn=0))


def press(menu: Menu, state: State, digits: str, facts: Facts) -> Turn:
    """Say what follows a key; no key is an empty `digits`."""
    act = _act(menu, state, digits, facts)
    if state.turn >= MOST_TURNS and act is not Act.STOP:
        return Turn(Said.GOODBYE, state, over=True)
    if act is Act.SILENCE:
        return _silence(state)
    if act is Act.WRONG:
        return _turn(_WRONG[state.place], replace(state, again=False))
    if act is Act.MORE:
        pages = -(-len(offered(facts, state)) // len(A_PAGE)) or 1
        return _turn(_ASKED[state.place], replace(state, again=False, page=(state.page + 1) % pages))
    if act is Act.CHOOSE:
        chosen = State(state.place, shown(facts, state)[digits], state.turn)
        return replace(_turn(Said.MESSAGE, chosen), chosen=True)
    fact, so, not_so = _SAID[act]
    said = so if not fact or getattr(facts, fact) else not_so
    if act is Act.LANGUAGES and not offered(facts, replace(state, place=Place.LANGUAGES)):
        said = Said.HINTS
    return _turn(said, replace(state, again=False, page=0))


def offered(facts: Facts, state: State) -> tuple[str, ...]:
    """Return the languages to choose from: all at the welcome, else all but the one that is spoken."""
    if state.place is Place.WELCOME:
        return facts.languages
    return tuple(one for one in facts.languages if one != heard_as(state.language))


def shown(facts: Facts, state: State) -> dict[str, str]:
    """Return the languages of the state's page by the key that chooses each."""
    begin = state.page * len(A_PAGE)
    return dict(zip(A_PAGE, offered(facts, state)[begin:], strict=False))


def has_more(facts: Facts, state: State) -> bool:
    """Say whether there are more languages than one page holds."""
    return len(offered(facts, state)) > len(A_PAGE)


def read_state(part: str, place: Place, language: str) -> State:
    """Read a state from the address of a key; what is none stands for the beginning, in this language."""
    found = _PART.fullmatch(part)
    if found is None or found[1] not in tuple(Place):
        return State(place, language)
    return State(Place(found[1]), found[3], int(found[4]), bool(found[5]), int(found[2] or 0))


def heard_as(tag: str) -> str:
    """Return the language that one hears: both ways to write Chinese are spoken as Mandarin."""
    return "zh-Hans" if tag == "zh-Hant" else tag


def on_the_phone(languages: Iterable[str]) -> tuple[str, ...]:
    """Return an agency's languages as they are spoken: whoever writes Chinese speaks Mandarin or Cantonese."""
    found: list[str] = []
    for tag in languages:
        found += ["zh-Hans", "yue"] if tag.startswith("zh") else [tag]
    return tuple(dict.fromkeys(found))


def _act(menu: Menu, state: State, digits: str, facts: Facts) -> Act:
    if not digits:
        return Act.SILENCE
    act = KEYS[menu, state.place].get(digits, Act.WRONG)
    if act is Act.CHOOSE and digits not in shown(facts, state):
        return Act.WRONG
    return act


def _silence(state: State) -> Turn:
    """Nobody pressed a key: what was asked once more, then good-bye; a caller who chose no language hears ours."""
    if state.place is Place.WELCOME:
        return _turn(Said.MESSAGE, replace(state, page=0))
    if state.again:
        return Turn(Said.GOODBYE, state, over=True)
    return _turn(_ASKED[state.place], replace(state, again=True), again=True)


def _turn(said: Said, state: State, *, again: bool = False) -> Turn:
    place = _NEXT[said]
    if place is None:
        return Turn(said, state, over=True)
    page = state.page if place is state.place else 0
    return Turn(said, State(place, state.language, state.turn + 1, again, page))
