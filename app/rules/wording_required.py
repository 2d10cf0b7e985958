"""What every template must have, whoever wrote it: its parts, its marks, the ways to stop and to get help."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from app.rules.facts import Channel
from app.rules.wording import Review, Template, Text, Voice, join
from app.rules.wording_call import call_problems

SERVICE: Final = "service"
"""The purpose of what answers something that the person just did."""
Problem = tuple[str, str]
"""What is wrong, and how to mend it."""

_EVERY: Final = frozenset({"agency", "phone", "code"})
_EVERY_MAIL: Final = _EVERY | {"tty", "postal_address"}
_TWO_WAYS: Final = frozenset({"county_phone", "portal"})
_MONTH, _DATE, _PORTAL = frozenset({"month"}), frozenset({"date"}), frozenset({"portal"})


def _steps(keys: str, say: frozenset[str], link: frozenset[str] = _PORTAL) -> dict[tuple[str, Channel], frozenset[str]]:
    """Give the marks of reminders that say the same: what they are about, and where to act besides by phone."""
    short, mail = _EVERY | say | link, _EVERY_MAIL | say | (_TWO_WAYS if link else link)
    by_channel = {Channel.SMS: short, Channel.EMAIL: mail, Channel.VOICE: short}
    return {(key, channel): marks for key in keys.split() for channel, marks in by_channel.items()}


_MARKS: Final[Mapping[tuple[str, Channel], frozenset[str]]] = {
    **_steps(
        "contact_details renewal_two_months renewal_one_month renewal_due_month packet_due_month packet_last_chance "
        "six_month_renewal",
        _MONTH,
    ),
    **_steps(
        "packet_reminder information_requested information_due cure_now cure_reminder cure_last work_notice "
        "work_notice_last",
        _DATE,
    ),
    **_steps("auto_renewed form_received apply_again age_out_19 age_out_26 update_contact", frozenset()),
    **_steps("ssi_renewal", frozenset({"ssa_phone"}), frozenset()),
    **_steps("ineligible", _DATE | {"coveredca_phone"}, frozenset()),
    **_steps("annual_care_plan", _MONTH, frozenset()),
    **_steps("continuity_of_care", _DATE, frozenset()),
    **_steps("moved_county", frozenset({"new_county", "new_county_phone"}), frozenset()),
    **_steps("scam_alert", frozenset({"fraud_phone"}), frozenset()),
    ("signup_code", Channel.SMS): _EVERY | {"signup_code"},
    ("signup_code", Channel.EMAIL): _EVERY_MAIL | {"signup_code"},
    ("signup_code", Channel.VOICE): _EVERY | {"signup_code"},
    ("welcome", Channel.EMAIL): _EVERY_MAIL | {"county_phone"},
    ("welcome", Channel.SMS): _EVERY | {"portal", "limit"},
    ("start_confirmation", Channel.SMS): _EVERY | {"limit"},
    ("help", Channel.SMS): _EVERY | {"tty"},
    ("help", Channel.VOICE): _EVERY - {"code"},  # someone called us: there is no message
    ("stop_confirmation", Channel.VOICE): _EVERY - {"code"},
    ("call_link", Channel.SMS): _EVERY | {"portal"},
    ("join_confirm", Channel.SMS): frozenset({"agency", "limit", "code"}),
    ("reply_moved", Channel.SMS): _EVERY | {"county_phone", "portal"},
    ("reply_scam", Channel.SMS): _EVERY | {"fraud_phone"},
    ("reply_real", Channel.SMS): frozenset({"agency", "date", "fraud_phone", "code"}),
    ("reply_not_real", Channel.SMS): frozenset({"agency", "fraud_phone", "code"}),
    ("preferences_code", Channel.SMS): _EVERY | {"signup_code", "link"},
    ("preferences_code", Channel.EMAIL): _EVERY_MAIL | {"signup_code", "link"},
    ("preferences_code", Channel.VOICE): _EVERY | {"signup_code"},
    **{("safe_word", channel): frozenset({"safe_word"}) for channel in Channel},
    ("language_help", Channel.SMS): frozenset({"phone"}),
    ("language_help", Channel.EMAIL): frozenset({"phone"}),
    ("language_help", Channel.VOICE): frozenset({"phone"}),
}
"""The marks that a key must have on a channel; `_EVERY` or `_EVERY_MAIL` for those that are not listed."""

_SAYS_STOP: Final = frozenset({"help", "start_confirmation", "call_link", "join_confirm"})
"""The services that say it; whatever else comes unasked always does."""
_NO_STOP_HINT: Final = frozenset({"voicemail", "stop_confirmation", "language_help"})
LINES: Final = frozenset({"language_help", "safe_word"})
"""What is put into other messages, and is none of its own."""
_PARTS: Final = ("subject", "preheader", "greeting", "greeting_plain", "body", "signoff", "footer")
_PAGE: Final = {"unsubscribed": ("title", "ask", "button", "done", "letters", "help")}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend in a template; `channel` is empty for what concerns the whole file."""

    key: str
    channel: str
    language: str
    what: str
    mend: str


def lacking(template: Template) -> list[Finding]:
    """Name what a template must have and has not; nothing lacking is an empty list."""
    found = [("", problem) for problem in _page(template)]
    if template.key == "call_menu":
        found += [(Channel.VOICE, problem) for problem in call_problems(template.call)]
    for channel in template.channels:
        found += [(channel, problem) for problem in (*_missing_marks(template, channel), *_shape(template, channel))]
    return [finding(template, channel, problem) for channel, problem in found]


def finding(template: Template, channel: str, problem: Problem) -> Finding:
    """Say of which template and channel a problem is."""
    return Finding(template.key, str(channel), template.language, *problem)


# --- one rule each ---------------------------------------------------------------------------


def _missing_marks(template: Template, channel: Channel) -> Iterator[Problem]:
    usual = _EVERY_MAIL if channel is Channel.EMAIL else _EVERY
    needed = _MARKS.get((template.key, channel), usual)
    held = {mark for text in texts_of(template, channel) for mark in text.marks}
    for mark in sorted(needed - held):
        yield f"{{{mark}}} is missing", f"Put {{{mark}}} into the text"


def _shape(template: Template, channel: Channel) -> Iterator[Problem]:
    shapes = {Channel.SMS: _sms_shape, Channel.EMAIL: _email_shape, Channel.VOICE: _voice_shape}
    yield from shapes[channel](template)
    if template.review is not Review.DRAFT and not template.reviewer:
        yield "reviewed by nobody", 'Name who read it: reviewer = "…", or set review = "draft"'


def _sms_shape(template: Template) -> Iterator[Problem]:
    body = template.sms.source if template.sms else ""
    if not body.startswith("{agency}") and template.key not in LINES:
        yield "the agency does not come first", "Begin with {agency}"
    if "STOP" not in body and (template.purpose != SERVICE or template.key in _SAYS_STOP):
        yield "STOP is missing", "Say how to stop, with STOP as the English word"
    if "{first_name}" in body:
        yield "a name in a text message", "Leave {first_name} to e-mails"


def _email_shape(template: Template) -> Iterator[Problem]:
    email = template.email
    if email is None or template.key in LINES:
        return
    for part in _PARTS:
        if not getattr(email, part):
            yield f"{part} is missing", f"Write {part}"
    if template.purpose != SERVICE and not email.unsubscribe_label:
        yield "no way to unsubscribe", "Write unsubscribe_label"
    others = [text for text in texts_of(template, Channel.EMAIL) if text is not email.greeting]
    if any("first_name" in text.marks for text in others):
        yield "a name outside the greeting", "Leave {first_name} to greeting"


def _voice_shape(template: Template) -> Iterator[Problem]:
    voice = template.voice
    if voice is None or template.key in LINES:
        return
    if "agency" not in voice.greeting.marks:
        yield "the call does not begin with who calls", "Put {agency} into greeting"
    if template.key not in _NO_STOP_HINT and "9" not in voice.stop_hint.source:
        yield "key 9 is not offered at once", "Say in stop_hint that 9 stops the calls"
    if template.key == "voicemail" and "medi-cal" in source_of(template, Channel.VOICE).lower():
        yield "a program's name on a machine", "Say only that it is about coverage"
    if "{first_name}" in source_of(template, Channel.VOICE):
        yield "a name in a call", "Leave {first_name} to e-mails"


def _page(template: Template) -> Iterator[Problem]:
    for part in _PAGE.get(template.key, ()):
        if part not in template.page:
            yield f"{part} is missing", f"Write {part}"


# --- the words of a channel ------------------------------------------------------------------


def texts_of(template: Template, channel: Channel) -> tuple[Text, ...]:
    """Give every text of a channel, in the order of its parts."""
    email, voice = template.email, template.voice
    if channel is Channel.SMS and template.sms:
        return (template.sms,)
    if channel is Channel.EMAIL and email:
        top = (email.subject, email.preheader, email.greeting, email.greeting_plain)
        end = (email.action_label, email.signoff, *email.footer, email.unsubscribe_label)
        return (*top, *email.body, *end)
    return _spoken_texts(voice) if channel is Channel.VOICE and voice else ()


def _spoken_texts(voice: Voice) -> tuple[Text, ...]:
    return (voice.greeting, voice.stop_hint, *voice.body, voice.repeat_hint, voice.goodbye)


def source_of(template: Template, channel: Channel) -> str:
    """Give the words of a channel as they are written, its marks left open."""
    return join(texts_of(template, channel), "\n").source
