"""What comes back by mail: delivery status reports and complaints, posted as an operator's mail system posts them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from email.utils import format_datetime

from channels.simulator.ledger import Callback, Message
from channels.simulator.outcomes import Outcome, Twist
from channels.simulator.sendgrid_events import STATUS
from channels.simulator.signing import REPORT_SIGNATURE, report_signature
from channels.simulator.story import Step, arrange
from channels.simulator.world import World

LANE = "reports"
PATH = "/callbacks/smtp/events"
MAILER = "mail.sandbox.keepcovered.example"
# RFC 3461: who says nothing hears of what failed or is late.
_USUAL = frozenset({"FAILURE", "DELAY"})
_WISH: Mapping[str, str] = {"delivered": "SUCCESS", "delayed": "DELAY", "failed": "FAILURE"}
REPORTS: Mapping[str, tuple[str, str]] = {
    "delivered": ("delivered", "2.0.0"),
    "deferred": ("delayed", "4.4.1"),
    "bounce": ("failed", "5.1.1"),
    "full": ("failed", "5.2.2"),
    "blocked": ("failed", "5.7.1"),
    "dropped": ("failed", "5.1.1"),
}
"""An event of our stories as a report has it: action and status code."""
COMPLAINTS: Mapping[str, str] = {"spamreport": "abuse", "unsubscribe": "opt-out"}


@dataclass(frozen=True, slots=True)
class SmtpReports:
    """The lane on which reports leave."""

    world: World

    async def deliver(self, callbacks: Sequence[Callback]) -> bool:
        """Post one report."""
        (callback,) = callbacks
        message = self.world.ledger.numbered(callback.message) if callback.step.told else None
        if message is None:
            return True
        settings, moment = self.world.settings, self.world.now()
        body = report(message, str(callback.step.payload["event"]), format_datetime(moment))
        stamp = str(int(moment.timestamp()))
        headers = {
            "Content-Type": "message/rfc822",
            REPORT_SIGNATURE: report_signature(settings.smtp_webhook_secret, stamp, body),
        }
        return (await self.world.poster.post(settings.public_url + PATH, headers, body)).heard


def mail_steps(message: Message, outcome: Outcome, twists: frozenset[Twist], pace: float) -> Sequence[Step]:
    """Return the steps of a mail; the sender hears of those that it wished to hear of."""
    wishes = frozenset(message.detail["wishes"]) or _USUAL
    steps = [
        Step(LANE, pace * place, STATUS.get(name, ""), told=_is_told(name, wishes), payload={"event": name})
        for place, name in enumerate(outcome.story, start=1)
    ]
    return arrange(steps, twists)


def _is_told(event: str, wishes: frozenset[str]) -> bool:
    return event in COMPLAINTS or (event in REPORTS and _WISH[REPORTS[event][0]] in wishes)


def report(message: Message, event: str, date: str) -> bytes:
    """Return a report as a mail: for people, for machines, and the headers of the mail that it is about."""
    kind, fields = _complaint(COMPLAINTS[event]) if event in COMPLAINTS else _delivery(message, *REPORTS[event])
    original = "".join(f"{name}: {value}\r\n" for name, value in message.detail["headers"].items() if value.isascii())
    boundary = f"report-{message.id}"
    parts = (
        ("text/plain", f"This is a report about a mail that was handed in ({event}).\r\n"),
        (f"message/{kind}", fields),
        ("text/rfc822-headers", original),
    )
    head = (
        f"From: MAILER-DAEMON@{MAILER}\r\nTo: {message.sender}\r\nDate: {date}\r\nSubject: Report\r\n"
        f'MIME-Version: 1.0\r\nContent-Type: multipart/report; report-type={kind}; boundary="{boundary}"\r\n\r\n'
    )
    inside = "".join(f"--{boundary}\r\nContent-Type: {name}\r\n\r\n{content}\r\n" for name, content in parts)
    return f"{head}{inside}--{boundary}--\r\n".encode()


def _delivery(message: Message, action: str, status: str) -> tuple[str, str]:
    about = f"Reporting-MTA: dns; {MAILER}\r\n"
    reader = f"Final-Recipient: rfc822; {message.recipient}\r\nAction: {action}\r\nStatus: {status}\r\n"
    return "delivery-status", f"{about}\r\n{reader}"


def _complaint(kind: str) -> tuple[str, str]:
    return "feedback-report", f"Feedback-Type: {kind}\r\nUser-Agent: Sandbox/1\r\nVersion: 1\r\n"
