"""What a text that a person sends us means: stop, start, help, or something for a person to read.

A whole message that is a stop word, with noise around it, stops (the FCC's seven words, the carriers' and
those of the languages we serve: `docs/words.md`). When in doubt, it stops.
"""

import unicodedata
from enum import StrEnum


class Meaning(StrEnum):
    """What a text means."""

    STOP = "stop"
    START = "start"
    HELP = "help"
    OTHER = "other"


STOP_WORDS = (
    "STOP|STOPALL|STOP ALL|QUIT|END|REVOKE|OPT OUT|OPTOUT|OPT-OUT|CANCEL|UNSUBSCRIBE|REMOVE|ARRET|TD"
    "|ALTO|PARAR|PARE|BASTA|CANCELAR|DETENER|SALIR|NO MAS|NO MÁS"
    "|DUNG|DỪNG|NGUNG|NGỪNG|HUY|HỦY|THOI|THÔI"
    "|停|停止|退订|退訂|取消|不要"
    "|중지|정지|그만|취소|수신거부"
    "|توقف|إيقاف|ايقاف|إلغاء|الغاء|لغو|قطع"
    "|СТОП|ОТПИСАТЬСЯ|ОТМЕНА|ВІДПИСАТИСЯ|СКАСУВАТИ"
    "|TIGIL|ITIGIL|HINTO|IHINTO|ՍՏՈՊ|ԴԱԴԱՐԵՑՆԵԼ"
    "|配信停止|解除|หยุด|ยกเลิก|ឈប់|បញ្ឈប់|ຢຸດ|ຍົກເລີກ|रोको|बंद|ਰੋਕੋ|ਬੰਦ|TSUM|NRES"
)
START_WORDS = "START|UNSTOP|YES|SI|SÍ|COMENZAR|BAT DAU|BẮT ĐẦU|开始|開始|시작"
HELP_WORDS = "HELP|INFO|AYUDA|TRO GIUP|TRỢ GIÚP|GIUP|GIÚP|帮助|幫助|도움|도움말"
ARABIC_FORMS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک"})  # Arabic and Farsi keyboards differ


def plain(body: str) -> str:
    """Return a text folded for comparing: one case and width, no accents, no punctuation, single spaces."""
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", body).casefold())
    folded = folded.replace("đ", "d").translate(ARABIC_FORMS)
    kept = (sign for sign in folded if unicodedata.category(sign) not in {"Mn", "Cf"})
    spaced = (sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in kept)
    return unicodedata.normalize("NFC", " ".join("".join(spaced).split()))


def _words(text: str) -> frozenset[str]:
    return frozenset(plain(word) for word in text.split("|"))


MEANINGS = (
    (Meaning.STOP, _words(STOP_WORDS)),
    (Meaning.START, _words(START_WORDS)),
    (Meaning.HELP, _words(HELP_WORDS)),
)
STOP_PHRASES = tuple(_words("STOP TEXTING|STOP SENDING|STOP MESSAG|STOP CALLING|UNSUBSCRIBE|OPT OUT|NO MORE TEXT"))

SHORT = 3
"""A message of so few words that its last one tells as much as its first."""


def meaning(body: str) -> Meaning:
    """Say what a text means; only a whole message counts as a word, and doubt counts as a stop."""
    said = plain(body)
    for what, words in MEANINGS:
        if said in words:
            return what
    said_words = said.split(" ")
    telling = {said_words[0]}
    if len(said_words) <= SHORT:  # "please stop", but not "by the bus stop"
        telling.add(said_words[-1])
    if telling & {"stop", "unsubscribe", "stopall"} or any(phrase in said for phrase in STOP_PHRASES):
        return Meaning.STOP
    return Meaning.OTHER
