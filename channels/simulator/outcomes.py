"""The magic numbers and addresses: whoever writes to one of them meets the same outcome every time.

Numbers are of the fictional range 555-01XX; an e-mail address may carry a tag (`bounce+7@…`), so
that many people can share one outcome. Everything not listed here is delivered.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

MAIL_DOMAIN = "sandbox.keepcovered.example"
TEXT_RANGE = "+120955501"
CALL_RANGE = "+155955501"


class Twist(StrEnum):
    """What a provider may do to a request or to its callbacks, by magic address or by a fault."""

    TOO_MANY = "429"
    ERROR = "500"
    ERROR_AFTER = "500_after"
    DROP = "drop"
    SLOW = "slow"
    DUPLICATE = "duplicate"
    REORDER = "reorder"
    LOSE = "lose"
    EARLY = "early"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What happens to everything that is sent to one address.

    `story` holds the provider's own words for what happens after acceptance, in order; a refused
    address has none. `keys` are pressed by the person as soon as a call asks for a key.
    """

    channel: str
    address: str
    outcome: str
    explanation: str
    code: str = ""
    refused: bool = False
    story: tuple[str, ...] = ()
    twists: frozenset[Twist] = frozenset()
    keys: str = ""
    answered_by: str = "human"
    hangs_up: bool = False


TEXT_STORY = ("sent", "delivered")
MAIL_STORY = ("processed", "delivered")
CALL_STORY = ("initiated", "ringing", "in-progress", "completed")
STORY: Mapping[str, tuple[str, ...]] = MappingProxyType({"sms": TEXT_STORY, "email": MAIL_STORY, "voice": CALL_STORY})

_REFUSED_TEXTS = (
    ("01", "invalid", "21211", "Refused: no such number."),
    ("02", "opted_out", "21610", "Refused: the person has told the provider to stop."),
    ("03", "landline", "21614", "Refused: the number cannot receive texts."),
    ("04", "region", "21408", "Refused: the account may not send to this region."),
)
_FAILED_TEXTS = (
    ("10", "queue_full", "30001", "failed", "Accepted, then failed: the provider's queue is full."),
    ("11", "unreachable", "30003", "undelivered", "Not delivered: the phone is off or out of reach."),
    ("12", "blocked", "30004", "undelivered", "Not delivered: the person or the carrier blocks us."),
    ("13", "unknown", "30005", "undelivered", "Not delivered: the number is no longer in use."),
    ("14", "landline_later", "30006", "undelivered", "Not delivered: a landline after all."),
    ("15", "filtered", "30007", "undelivered", "Not delivered: the carrier's filter took it."),
    ("16", "carrier_error", "30008", "undelivered", "Not delivered: the carrier gives no reason."),
)
_OTHER_CALLS = (
    ("10", "busy", ("initiated", "ringing", "busy"), "The line is busy."),
    ("11", "no_answer", ("initiated", "ringing", "no-answer"), "Nobody picks up."),
    ("12", "failed", ("initiated", "failed"), "The call cannot be put through."),
)
_MAIL_STORIES = (
    ("bounce", ("processed", "bounce"), "5.1.1", "Bounces for good: no such mailbox."),
    ("block", ("processed", "blocked"), "5.7.1", "The reader's server refuses this one message."),
    ("deferred", ("processed", "deferred", "delivered"), "", "Put off once, then delivered."),
    ("full", ("processed", "full"), "5.2.2", "Not delivered: the mailbox is full."),
    ("greylisted", ("processed", "deferred", "delivered"), "", "Put off at first (by a relay, before it takes it)."),
    ("dropped", ("dropped",), "", "Accepted, then dropped: the address bounced before."),
    ("spam", ("processed", "delivered", "spamreport"), "", "Delivered, then reported as spam."),
    (
        "unsubscribe",
        ("processed", "delivered", "unsubscribe"),
        "",
        "Delivered, then the reader unsubscribes with the provider.",
    ),
)
_TWISTED = (
    ("50", "too_many", "429", Twist.TOO_MANY, "Every request is answered 429, nothing is accepted."),
    ("51", "error", "500", Twist.ERROR, "Every request is answered 500, nothing is accepted."),
    ("52", "error_after", "500", Twist.ERROR_AFTER, "Accepted, and answered 500 all the same."),
    ("53", "cut", "", Twist.DROP, "Accepted, then the connection is cut without an answer."),
    ("54", "slow", "", Twist.SLOW, "Accepted, and answered late."),
    ("55", "duplicate", "", Twist.DUPLICATE, "Every callback comes twice."),
    ("56", "reorder", "", Twist.REORDER, "The last callback overtakes the one before it."),
    ("57", "early", "", Twist.EARLY, "The first callback comes before the request is answered."),
)


def _mail(local: str) -> str:
    return f"{local.replace('_', '-')}@{MAIL_DOMAIN}"


def _texts() -> list[Outcome]:
    refused = [
        Outcome("sms", TEXT_RANGE + end, name, says, code=code, refused=True)
        for end, name, code, says in _REFUSED_TEXTS
    ]
    failed = [
        Outcome("sms", TEXT_RANGE + end, name, says, code=code, story=("sent", last))
        for end, name, code, last, says in _FAILED_TEXTS
    ]
    silent = Outcome(
        "sms",
        TEXT_RANGE + "17",
        "silent",
        "Accepted, and no receipt ever comes.",
        story=("sent",),
        twists=frozenset({Twist.LOSE}),
    )
    corrected = Outcome(
        "sms",
        TEXT_RANGE + "18",
        "corrected",
        "Reported as not delivered, then corrected to delivered.",
        code="30008",
        story=("sent", "undelivered", "delivered"),
    )
    return [*refused, *failed, silent, corrected]


def _answered(
    end: str,
    name: str,
    explanation: str,
    *,
    keys: str = "",
    answered_by: str = "human",
    hangs_up: bool = False,
) -> Outcome:
    return Outcome(
        "voice",
        CALL_RANGE + end,
        name,
        explanation,
        story=CALL_STORY,
        keys=keys,
        answered_by=answered_by,
        hangs_up=hangs_up,
    )


def _calls() -> list[Outcome]:
    invalid = Outcome("voice", CALL_RANGE + "01", "invalid", "Refused: no such number.", "21211", refused=True)
    unanswered = [
        Outcome("voice", CALL_RANGE + end, name, says, story=story) for end, name, story, says in _OTHER_CALLS
    ]
    silent = Outcome(
        "voice",
        CALL_RANGE + "17",
        "silent",
        "The call is made, and no status ever comes.",
        story=CALL_STORY,
        twists=frozenset({Twist.LOSE}),
    )
    return [
        invalid,
        *unanswered,
        _answered("13", "machine", "An answering machine picks up.", answered_by="machine"),
        _answered("14", "presses_9", "The person presses 9.", keys="9"),
        _answered("15", "presses_1", "The person presses 1, then listens.", keys="1"),
        _answered("16", "hangs_up", "The person hangs up after the first words.", hangs_up=True),
        silent,
    ]


def _mails() -> list[Outcome]:
    stories = [
        Outcome("email", _mail(name), name, says, code=code, story=story) for name, story, code, says in _MAIL_STORIES
    ]
    silent = Outcome(
        "email",
        _mail("silent"),
        "silent",
        "Accepted, and no event ever comes.",
        story=("processed",),
        twists=frozenset({Twist.LOSE}),
    )
    refused = Outcome("email", _mail("refused"), "refused", "The request is answered 400.", "400", refused=True)
    return [*stories, silent, refused]


def _twisted() -> list[Outcome]:
    return [
        Outcome(channel, address, name, says, code, story=STORY[channel], twists=frozenset({twist}))
        for end, name, code, twist, says in _TWISTED
        for channel, address in (
            ("sms", TEXT_RANGE + end),
            ("voice", CALL_RANGE + end),
            ("email", _mail(name)),
        )
    ]


OUTCOMES: tuple[Outcome, ...] = (*_texts(), *_calls(), *_mails(), *_twisted())
_BY_ADDRESS = {(outcome.channel, outcome.address): outcome for outcome in OUTCOMES}


def outcome_for(channel: str, address: str) -> Outcome:
    """Return what awaits a message to this address; anything unlisted is delivered."""
    found = _BY_ADDRESS.get((channel, _without_tag(address)))
    return found or Outcome(channel, address, "delivered", "", story=STORY[channel])


def _without_tag(address: str) -> str:
    local, at, domain = address.partition("@")
    return local.partition("+")[0].lower() + at + domain.lower() if at else address
