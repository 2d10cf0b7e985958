"""What a text that a person sends us means: a stop, a call for help, a wrong number, or something for a person to read.

A whole message counts, with noise around it, in any of our languages (`keyword_words`). Stop is looked for first
and widest: a stop word that ends or begins a message, or stands in it as a sentence of its own, beats whatever
else it says, and so does any sentence that asks to be left alone (`keyword_sentences`). In doubt it stops.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from app.rules.keyword_reading import STOP_SIGNS, folded, parts, plain
from app.rules.keyword_sentences import asks_to_stop
from app.rules.keyword_words import WORDS
from app.rules.languages import LANGUAGES, written

__all__ = ["Heard", "Meaning", "hear", "meaning", "plain", "words_of"]


class Meaning(StrEnum):
    """What a text means."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    WRONG = "wrong"
    DONE = "done"
    CALL = "call"
    MOVED = "moved"
    SCAM = "scam"
    VERIFY = "verify"
    JOIN = "join"
    LANGUAGE = "language"
    OTHER = "other"


class Heard(NamedTuple):
    """A text understood."""

    meaning: Meaning
    languages: tuple[str, ...] = ()
    """The languages that have the word; none for what is no word of ours."""
    code: str = ""
    """What looks like the code of a message."""
    language: str = ""
    """The language that was asked for by its name."""


CODE: Final = re.compile(r"[A-Z](?=[A-Z0-9]{7}$)[A-Z0-9]{7}")
"""A message's code as it is typed; `app.db.sealed` knows which letters and digits it is made of."""
LEAST_OF_A_CODE: Final = 4
BEFORE_CODE: Final = folded(
    "Code|Message code|Mensaje|Código|Código del mensaje|Mã|Mã tin|Код|Код сообщения|Код повідомлення|Կոդ"
    "|Հաղորդագրության կոդը|Code ng mensahe|コード|メッセージコード|编号|短信编号|消息编号"
    "|編號|訊息編號|코드|메시지 코드|رمز الرسالة|کد پیام|कोड|संदेश कोड|ਕੋਡ|ਸੁਨੇਹਾ ਕੋਡ|รหัส|รหัสข้อความ|ລະຫັດ|ລະຫັດຂໍ້ຄວາມ|កូដ|កូដសារ"
)
"""What stands before the code in our messages, and is copied with it."""
JOIN_WORDS: Final = 5
"""JOIN, a language of two words, a ZIP, and a word to spare."""
SHORT: Final = 3
"""A message of so few words that its last one tells as much as its first."""
NAMED: Final = folded("HUY|HỦY|DUNG|THÔI|PARE|TD|T")
WEAK: Final = NAMED | folded("END|REMOVE|ALTO|SALIR|BAJA|PARA|FIN|不要|बस|بس|SPAM|ENOUGH|BASTA")
"""Stop words that are ordinary words, too, and people's names: they stop as whole messages, not as a part of one."""
DRAWN_OUT: Final = frozenset({"stop", "stopal", "stopit", "unsubscribe"})
"""Stop words as they read when each letter stands once and no space between them (S T O P, stoppp)."""
FIRST: Final = frozenset({"stop", "stopall", "unsubscribe", "стоп"})
NOT_OURS: Final = re.compile(
    r"^stop (?:by|in|at|light|sign)\b"
    r"|(?:^| )(?:bus|next|last|train|truck|dont|not|never|cant|wont|didnt|doesnt|non) stop$"
)
ASKED: Final = frozenset({"when", "does", "did", "where", "why", "cuando", "if"})
POLITE: Final = folded(
    "please|pls|plz|thanks|thank you|thx|ok|okay|hi|hello|hey|sir|now|por favor|gracias|hola|xin|xin vui lòng|vui lòng"
    "|làm ơn|cảm ơn|请|請|谢谢|謝謝|пожалуйста|спасибо|будь ласка|дякую|po|salamat|من فضلك|شكرا|لطفا|ممنون"
    "|お願いします|ครับ|ค่ะ|부탁합니다|주세요|감사합니다"
)
SIGNED: Final = folded("thanks|thank|thx|hi|hello|hey|ok|okay|gracias|hola|cảm")
"""What stands before the name of who writes."""
_PRECEDENCE: Final = tuple(Meaning)[:-2]


def _table() -> Mapping[str, tuple[Meaning, tuple[str, ...]]]:
    """Return what each whole message means, and in which languages; the first meaning of `Meaning` wins."""
    found: dict[str, dict[Meaning, list[str]]] = defaultdict(lambda: defaultdict(list))
    for tag, by_meaning in WORDS.items():
        for name, words in by_meaning.items():
            for word in words.split("|") if name in tuple(Meaning) else ():
                found[plain(word)][Meaning(name)].append(tag)
    chosen = {word: next(one for one in _PRECEDENCE if one in meanings) for word, meanings in found.items()}
    return {word: (one, tuple(dict.fromkeys(found[word][one]))) for word, one in chosen.items()}


def _names() -> Iterator[tuple[str, str]]:
    """Give each name of a language, folded, with the tag of the language it is written in."""
    for language in LANGUAGES:
        for name in (language.english, language.own, *language.others):
            said = plain(name)
            if len(said) > SHORT or not said.isascii() or name == language.english:
                yield said, language.tag
    for tag, by_meaning in WORDS.items():
        for name in filter(None, by_meaning.get("names", "").split("|")):
            yield plain(name), tag
    for name in ("Cantonese", "廣東話", "广东话", "粵語", "粤语"):
        yield plain(name), written("yue")


TABLE: Final = _table()
NAMES: Final = dict(reversed([*_names()]))
BEFORE_NAME: Final = re.compile(
    r"^(?:in|en|language|idioma|speak|i speak|i need|hablo|se habla|toi noi|change to|switch to) "
)
STOPS: Final = frozenset(word for word, (what, _) in TABLE.items() if what is Meaning.STOP)
STRONG: Final = STOPS - WEAK


def words_of(what: Meaning) -> Mapping[str, tuple[str, ...]]:
    """Return the words that mean something as whole messages, by language."""
    return {tag: tuple(words[what].split("|")) for tag, words in WORDS.items() if what in words}


def meaning(body: str) -> Meaning:
    """Say what a text means."""
    return hear(body).meaning


def hear(body: str) -> Heard:
    """Understand a text; doubt counts as a stop."""
    said = plain(body)
    bare = without_politeness(said)
    for word in (said, bare):
        if word in STOPS and (word == said or word not in NAMED or not SIGNED & set(said.split())):
            return Heard(Meaning.STOP, TABLE[word][1])
    if _stops(body, said):
        return Heard(Meaning.STOP, _languages_of(body))
    for word in (said, bare):
        if word in TABLE and word not in STOPS:
            return Heard(*TABLE[word])
    return _asked(body, said)


def without_politeness(said: str) -> str:
    """Return a folded text without the polite words around it."""
    words = said.split()
    for place in (0, -1):
        while len(words) > 1:
            taken = next((n for n in (3, 2, 1) if len(words) > n and " ".join(_end(words, place, n)) in POLITE), 0)
            if not taken:
                break
            words = words[taken:] if place == 0 else words[:-taken]
    return " ".join(words)


def _end(words: list[str], place: int, count: int) -> list[str]:
    return words[:count] if place == 0 else words[-count:]


def _stops(body: str, said: str) -> bool:
    """Say whether a text that is no stop word itself asks to stop."""
    if not said:
        return bool(STOP_SIGNS & set(body))
    if NOT_OURS.search(said):
        return bool(asks_to_stop(said))
    words = said.split()
    if re.sub(r"(.)\1+", r"\1", "".join(words)) in DRAWN_OUT:
        return True
    if words[0] in FIRST or (len(words) <= SHORT and words[-1] in FIRST and not ASKED & set(words)):
        return True
    if any(part in STRONG or without_politeness(part) in STRONG for part in parts(body)):
        return True
    return _beside_a_keyword(words) or bool(asks_to_stop(said))


def _beside_a_keyword(words: list[str]) -> bool:
    """Say whether a stop word stands before or after a word of another meaning (HELP STOP, wrong number cancel)."""
    cuts = range(1, len(words)) if len(words) <= 2 * SHORT else ()
    pairs = ((" ".join(words[:cut]), " ".join(words[cut:])) for cut in cuts)
    return any((one in STRONG and other in TABLE) or (other in STRONG and one in TABLE) for one, other in pairs)


def _languages_of(body: str) -> tuple[str, ...]:
    """Return the languages of the stop word that stands in a text by itself."""
    found = (TABLE[word][1] for part in (*parts(body), *plain(body).split()) if (word := part) in STRONG)
    return next(found, ()) or asks_to_stop(plain(body))


def _asked(body: str, said: str) -> Heard:
    """Understand what is more than a word: a code to look at, a language, JOIN with what follows."""
    words = said.split()
    first, *rest = words or [""]
    kind, languages = TABLE.get(first, (Meaning.OTHER, ()))
    if kind is Meaning.JOIN and len(words) <= JOIN_WORDS:
        return Heard(Meaning.JOIN, languages)
    name = BEFORE_NAME.sub("", without_politeness(said))
    if name in NAMES:
        return Heard(Meaning.LANGUAGE, (NAMES[name],), language=NAMES[name])
    if (named := _code_after_its_name(words)).code:
        return named
    typed = unicodedata.normalize("NFKC", body).upper()
    if kind is Meaning.VERIFY and (code := _code("".join(rest).upper())):
        return Heard(Meaning.VERIFY, languages, code)
    alone = re.sub(r"[\s.,!?'\"-]", "", typed)
    if CODE.fullmatch(alone):
        return Heard(Meaning.VERIFY if any(map(str.isdigit, alone)) else Meaning.OTHER, (), alone)
    return Heard(Meaning.OTHER)


def _code_after_its_name(words: list[str]) -> Heard:
    """Understand a code that was copied with the words before it, or follows a question, whole or in two halves."""
    for count in (1, 2):
        before, code = " ".join(words[:-count]), "".join(words[-count:]).upper()
        kind, languages = TABLE.get(before, (Meaning.OTHER, ()))
        if CODE.fullmatch(code) and (before in BEFORE_CODE or kind is Meaning.VERIFY):
            return Heard(Meaning.VERIFY, languages, code)
    return Heard(Meaning.OTHER)


def _code(typed: str) -> str:
    """Return what follows VERIFY if it can be meant as a code."""
    return typed if LEAST_OF_A_CODE <= len(typed) <= 4 * LEAST_OF_A_CODE and typed.isascii() and typed.isalnum() else ""
