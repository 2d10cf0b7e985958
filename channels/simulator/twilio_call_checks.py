"""What a request for a call may hold, and what Twilio says to one that does not."""

from collections.abc import Callable, Mapping, Sequence

from starlette.responses import Response

from channels.simulator.twilio_door import E164, Form, counts, is_web_address, twilio_error, unknown_field

KNOWN = frozenset(
    [
        "To",
        "From",
        "Url",
        "Method",
        "FallbackUrl",
        "FallbackMethod",
        "StatusCallback",
        "StatusCallbackEvent",
        "StatusCallbackMethod",
        "Timeout",
        "TimeLimit",
        "MachineDetection",
        "MachineDetectionTimeout",
        "MachineDetectionSpeechThreshold",
        "MachineDetectionSpeechEndThreshold",
        "MachineDetectionSilenceTimeout",
        "CallerId",
        "CallReason",
        "Trim",
    ]
)
EVENT_OF: Mapping[str, str] = {
    "initiated": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
}
"""Which event of `StatusCallbackEvent` a status belongs to; every other one is `completed`."""
MACHINE: Mapping[str, str] = {"Enable": "machine_start", "DetectMessageEnd": "machine_end_beep"}

CHANGES = frozenset({"Status"})

RANGES: Mapping[str, range] = {
    "Timeout": range(1, 601),
    "TimeLimit": range(1, 86_401),
    "MachineDetectionTimeout": range(3, 61),
    "MachineDetectionSpeechThreshold": range(1_000, 6_001),
    "MachineDetectionSpeechEndThreshold": range(500, 5_001),
    "MachineDetectionSilenceTimeout": range(2_000, 10_001),
}
"""What is counted, in seconds or thousandths, and its bounds."""

_POST_ONLY = ("", "POST")
CHECKS: Sequence[tuple[int, Callable[[Form], bool]]] = (
    (21201, lambda form: bool(form.one("To"))),
    (21213, lambda form: bool(form.one("From"))),
    (21205, lambda form: is_web_address(form.one("Url"))),
    (21211, lambda form: E164.fullmatch(form.one("To")) is not None),
    (21212, lambda form: E164.fullmatch(form.one("From")) is not None),
    (
        21609,
        lambda form: not form.one("StatusCallback") or is_web_address(form.one("StatusCallback")),
    ),
    # Only POST is simulated: with GET, Twilio would keep our addresses in its logs.
    (
        20001,
        lambda form: all(form.one(name) in _POST_ONLY for name in ("Method", "StatusCallbackMethod")),
    ),
    (20001, lambda form: form.one("MachineDetection") in ("", *MACHINE)),
    (20001, lambda form: all(counts(form.one(name), bounds) for name, bounds in RANGES.items())),
    (
        20001,
        lambda form: set(form.many("StatusCallbackEvent")) <= {*EVENT_OF.values(), "completed"},
    ),
)


def problem_of(form: Form) -> Response | None:
    """Return Twilio's answer to a request that it would not take."""
    if unknown := unknown_field(form, KNOWN):
        return twilio_error(20001, f"the field {unknown!r} is not known")
    return next((twilio_error(code) for code, holds in CHECKS if not holds(form)), None)
