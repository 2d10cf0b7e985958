"""Whether a template fits its channels: asked before it is released, so that nothing is found out at night.

`wording_checks` says what would read better; what is said here makes a template impossible to send, or unlawful.
It is measured with the longest words that may come to stand in the template.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from html import escape
from typing import Final

from app.rules.facts import Channel
from app.rules.readability import LETTERS
from app.rules.wording import BadTemplate, MissingWord, Template, Words, fill
from app.rules.wording_call import compose_call
from app.rules.wording_checks import Measure, sample_words
from app.rules.wording_mail import PERSONAL, compose_mail, mail_words
from app.rules.wording_required import LINES, Finding, Problem, finding, lacking, texts_of
from app.rules.wording_values import LONGEST, long_date, month_name

LIMITS: Final[Mapping[Channel, Mapping[str, int]]] = {
    # Twilio takes 1,600 characters (error 21617); eight parts are twice what a text takes with ordinary words.
    Channel.SMS: {"characters": 1_600, "segments": 8},
    # Gmail shows the first 102 kB of a message and hides the rest, the way to unsubscribe with it.
    Channel.EMAIL: {"bytes": 99_999, "characters in the subject": 255},
    Channel.VOICE: {"seconds to say": 60},
}
"""What a channel carries at most, in each unit it is measured in."""

SPOKEN_A_MINUTE: Final = {
    "es": 145,
    "hi": 150,
    "pa": 150,
    "vi": 160,
    "zh-Hans": 215,
    "zh-Hant": 215,
    "ja": 300,
    "ko": 270,
    "th": 240,
    "lo": 240,
    "ru": 125,
    "uk": 125,
    "km": 230,
    "ar": 115,
    "hy": 118,
}
"""Words that our slow, clear voice says in a minute, or syllables where each has a sign of its own."""
SPOKEN_A_MINUTE_OTHER: Final = 135
PAUSE: Final = 0.4
"""Seconds between two sentences."""

# A sign of Chinese, Japanese or Korean; a syllable, more or less, of what has no spaces; else a word.
_SPOKEN: Final = re.compile(
    rf"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]|[\u0e00-\u0eff\u1780-\u17ff]{{1,3}}|[{LETTERS}]+"
)
_UNSAID: Final = frozenset({"So", "Sk", "Sm", "Cc", "Cf", "Co", "Cn", "Cs", "Zl", "Zp"})
_SAID_ANYWAY: Final = frozenset("+=\n\u200c\u200d")
_UNSAID_ANYWAY: Final = frozenset("_*#@\\/[]{}<>")
_MARK: Final = re.compile(r"\[\[([a-z_]+)(\|html)?\]\]")
_LONG_AGENCY: Final = "Department of Social and Health Services of the County of San Bernardino and its Plan"
_LONG: Final = {
    "agency": _LONG_AGENCY,
    "phone": "+999 9999 9999 9999",
    "county_phone": "+999 9999 9999 9999",
    "new_county_phone": "+999 9999 9999 9999",
    "fraud_phone": "+999 9999 9999 9999",
    "tty": "+999 9999 9999 9999",
    "limit": "100",
    "first_name": "Wilhelmina-Alexandria Constantinopolitana",
    "code": "WWWWWWWW",
    "signup_code": "00000000",
    "hours": "Monday to Thursday, 8:30 AM to 5:30 PM; Friday, 8:30 AM to 12:30 PM",
}


def unfit(template: Template, layout: str, measure: Measure) -> list[Finding]:
    """Say why a template cannot be released; an empty list means that it can.

    `layout` is the frame of e-mails, `measure` how a text is cut up.
    """
    words = longest_words(template.language)
    found = lacking(template)
    for channel in template.channels:
        for problem in _UNFIT[channel](template, words, layout, measure):
            found.append(finding(template, channel, problem))
    return found


def longest_words(language: str) -> dict[str, str]:
    """Give for each mark the longest word that may come to stand there."""
    months = (month_name(date(2027, number, 1), language) for number in range(1, 13))
    dates = (long_date(date(2027, number, 28), language) for number in range(1, 13))
    cut = {mark: word[: LONGEST.get(mark, len(word))] for mark, word in _LONG.items()}
    address = "https://reminders.example.org/".ljust(LONGEST["unsubscribe_url"], "x")
    return {
        **sample_words(language),
        **cut,
        "month": max(months, key=len),
        "date": max(dates, key=len),
        "portal": "benefits.example.org/".ljust(LONGEST["portal"], "x"),
        "portal_url": address,
        "postal_address": "1234 North Example Street, Suite 100, ".ljust(LONGEST["postal_address"], "x"),
        "unsubscribe_url": address,
    }


def seconds_to_say(language: str, said: str) -> float:
    """Estimate how long our voice takes to say something, a sentence a line."""
    pace = SPOKEN_A_MINUTE.get(language, SPOKEN_A_MINUTE_OTHER)
    return len(_SPOKEN.findall(said)) / pace * 60 + said.count("\n") * PAUSE


# --- one function a channel ------------------------------------------------------------------


def _text(template: Template, words: Words, _layout: str, measure: Measure) -> Iterator[Problem]:
    if template.sms is None:
        return
    said = fill(template.sms, words)
    yield from _beyond(Channel.SMS, {"characters": len(said), "segments": measure(said).count})


def _mail(template: Template, words: Words, layout: str, _measure: Measure) -> Iterator[Problem]:
    if template.email is None or template.key in LINES:  # a line in other e-mails, none of its own
        return
    if any("\n" in literal for literal in template.email.subject.literals):
        yield "a line end in the subject", "Write the subject on one line"
    try:
        mail = compose_mail(template, layout, {mark: word for mark, word in words.items() if mark not in PERSONAL})
        own = mail_words(mail, words["first_name"], words)
    except (MissingWord, BadTemplate) as error:
        yield f"cannot be put together: {error}", "Use only the marks and parts that an e-mail has"
        return
    page = _MARK.sub(lambda mark: escape(own[mark[1]]) if mark[2] else own[mark[1]], mail.text + mail.html)
    size = len(page.encode())
    subject = len(fill(template.email.subject, words))
    yield from _beyond(Channel.EMAIL, {"bytes": size, "characters in the subject": subject})


def _call(template: Template, words: Words, _layout: str, _measure: Measure) -> Iterator[Problem]:
    if template.voice is None:
        return
    said = compose_call(template.voice, words).whole
    yield from _beyond(Channel.VOICE, {"seconds to say": round(seconds_to_say(template.language, said))})
    written = "".join(literal for text in texts_of(template, Channel.VOICE) for literal in text.literals)
    if strange := next(filter(_cannot_be_said, written), ""):
        name = unicodedata.name(strange, "no name")
        yield f"{strange!r} (U+{ord(strange):04X} {name}) cannot be said", "Write what the voice is to say"


_UNFIT: Final[Mapping[Channel, Callable[[Template, Words, str, Measure], Iterator[Problem]]]] = {
    Channel.SMS: _text,
    Channel.EMAIL: _mail,
    Channel.VOICE: _call,
}


def _beyond(channel: Channel, measured: Mapping[str, int]) -> Iterator[Problem]:
    for unit, value in measured.items():
        if value > (most := LIMITS[channel][unit]):
            yield f"{value:,} {unit} with the longest words", f"Use {most:,} at most"


def _cannot_be_said(sign: str) -> bool:
    strange = sign in _UNSAID_ANYWAY or unicodedata.category(sign) in _UNSAID
    return strange and sign not in _SAID_ANYWAY
