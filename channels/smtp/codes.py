"""What a relay's answers mean, by enhanced status code (RFC 3463) or else by basic code (RFC 5321)."""

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from channels.contract import Outcome, Refused, TryLater


class Stage(StrEnum):
    """What the relay answered to."""

    ENTRY = "entry"
    """The greeting, EHLO, STARTTLS or the sign-in."""
    SENDER = "sender"
    RECIPIENT = "recipient"
    CONTENT = "content"
    """DATA, or the end of the mail."""


MISCONFIGURED = "misconfigured"
_ENHANCED = re.compile(r"([45]\.[0-9]{1,3}\.[0-9]{1,3})\b")
_NOT_OURS_TO_RELAY = re.compile(
    r"unable to relay|relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed))", re.IGNORECASE
)
"""How a relay that does not know us puts it: the same codes say that a stranger's server blocks or does not know."""
_FIRST_PERMANENT, _FIRST_TEMPORARY = 500, 400

SURELY: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("5.1", "5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1"), "bad_address")
    | dict.fromkeys(("5.1.0", "5.1.9", "5"), "unexplained")
    | {"5.2.2": "mailbox_full"}
    | dict.fromkeys(("5.2.3", "5.3.4"), "too_long")
    | {"5.6": "bad_content", "5.7": "blocked"}
    # The sender's address, our rights at the relay, or what proves that mail of this sender is genuine.
    | dict.fromkeys(("5.1.7", "5.1.8", "5.5"), MISCONFIGURED)
    | dict.fromkeys(("5.7.3", "5.7.8", "5.7.9", "5.7.11", "5.7.14", "5.7.27", "5.7.54", "5.7.60"), MISCONFIGURED)
    | dict.fromkeys((f"5.7.{detail}" for detail in range(20, 27)), MISCONFIGURED)
)
"""A refusal for good, by enhanced status code; of several that fit, the longest counts."""
LATER: Mapping[str, str] = MappingProxyType(
    {"4": "deferred", "4.2.2": "mailbox_full"}
    | dict.fromkeys(("4.3.1", "4.4.5"), "queue_full")
    | dict.fromkeys(("4.3.2", "4.4"), "unreachable")
    | dict.fromkeys(("4.5.3", "4.7.0", "4.7.28"), "rate_limited")
    | {"4.7.8": MISCONFIGURED}
)
"""A refusal for now."""
OF_READER: Mapping[Stage, Mapping[str, str]] = MappingProxyType(
    {
        Stage.ENTRY: {},
        Stage.SENDER: {},
        Stage.RECIPIENT: dict.fromkeys(("", "4.1", "4.2", "4.4", "4.7", "4.7.0"), "put_off"),
        Stage.CONTENT: dict.fromkeys(("4.2", "4.7.1"), "put_off"),
    }
)
"""A refusal for now that comes from one reader's mail server (greylisting, a silent host): no fault of the relay."""
PLAIN: Mapping[Stage, Mapping[int, str]] = MappingProxyType(
    {
        Stage.ENTRY: {},
        Stage.SENDER: {552: "too_long"},
        Stage.RECIPIENT: dict.fromkeys((501, 550, 551, 553), "bad_address") | {552: "mailbox_full", 554: "blocked"},
        Stage.CONTENT: dict.fromkeys((550, 554), "blocked") | {552: "too_long"},
    }
)
"""A refusal for good by an answer without an enhanced status code."""
PLAIN_LATER: Mapping[int, str] = MappingProxyType({421: "unreachable", 452: "queue_full"})
_NO_ENTRY_NOW = 454  # neither TLS nor sign-in at the moment; its enhanced code is that of a relay that slows us down
_CLOSING = 421  # the relay's own word, whatever stands behind it
_OURS_AT_ALL_STAGES = frozenset({530, 534, 535, 538, 500, 502, 503, 555})
_OF_ONE_COMMAND = MappingProxyType({"5.5": "unexplained", "5.5.0": "bad_address", "5.5.1": MISCONFIGURED})
"""What a refused reader's "protocol error" means: servers say 5.5.0 of mailboxes, and 5.5.2 or 5.5.4 of addresses."""


def judged(stage: Stage, code: int, text: str) -> Outcome:
    """Say what a refusal (400 and above) means; of the text only its enhanced status code is kept."""
    found = _ENHANCED.match(text)
    enhanced = found.group() if found and int(found.group()[0]) == code // 100 else ""
    said = f"{code} {enhanced}".strip()
    if code < _FIRST_PERMANENT:
        return TryLater(_later(stage, code, enhanced), said)
    reason = _surely(stage, code, enhanced)
    if reason == MISCONFIGURED or (stage is Stage.RECIPIENT and _NOT_OURS_TO_RELAY.search(text)):
        return TryLater(MISCONFIGURED, said)
    return Refused(reason, said)


def _later(stage: Stage, code: int, enhanced: str) -> str:
    if code == _NO_ENTRY_NOW:
        return "unreachable"
    of_reader = OF_READER[stage] if code != _CLOSING else {}
    if not enhanced:
        return PLAIN_LATER.get(code) or of_reader.get("", "deferred")
    return by_prefix({**LATER, **of_reader}, enhanced)


def _surely(stage: Stage, code: int, enhanced: str) -> str:
    if stage is Stage.ENTRY or code in _OURS_AT_ALL_STAGES:
        return MISCONFIGURED
    table = {**SURELY, **_OF_ONE_COMMAND} if stage is Stage.RECIPIENT else SURELY
    reason = by_prefix(table, enhanced) if enhanced else PLAIN[stage].get(code, "unexplained")
    return reason if stage is not Stage.SENDER or reason == "too_long" else MISCONFIGURED


def by_prefix(table: Mapping[str, str], enhanced: str) -> str:
    """Return what the longest beginning of a code says: the whole, class and subject, or the class alone."""
    parts = enhanced.split(".")
    beginnings = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
    return next(table[beginning] for beginning in beginnings if beginning in table)


BOUNCES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(("4", "5"), "undelivered")
    | dict.fromkeys(("5.1.1", "5.1.2", "5.1.3", "5.1.4", "5.1.6", "5.1.10", "5.2.1", "5.4.4"), "bounced")
    | dict.fromkeys(("4.2.2", "5.2.2"), "mailbox_full")
    | dict.fromkeys(("5.2.3", "5.3.4"), "too_long")
    | {"5.6": "bad_content", "5.7": "blocked"}
)
"""Why a mail came back after the relay had taken it; the status is that of the reader's own server."""


def bounced(status: str) -> str:
    """Return why a mail came back, by the status of its report."""
    return by_prefix(BOUNCES, status) if _ENHANCED.fullmatch(status) else "undelivered"
