"""Passes one mail to a relay, step by step, and says what became of it.

Nothing is the relay's before the dot that ends the mail. So whatever fails earlier surely was not sent,
and only a dot without a clear answer is unclear.
"""

import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from channels.contract import Accepted, Outcome, Refused, TryLater, Unclear
from channels.smtp.codes import Stage, judged
from channels.smtp.letter import Letter
from channels.smtp.relay import Broken, Link

COMMAND_WITHIN = 10.0
ANSWER_WITHIN = 600.0
"""Seconds for the answer to the dot: a relay looks through a mail before it takes it (RFC 5321, 4.5.3.2.6)."""
AFTER_DEADLINE = 10.0
"""And no more seconds than these after the last moment to write.

Whoever set that moment holds the mail on a lease that ends 15 seconds after it, and needs some of them to note
what became of it. To give up sooner would be no safer, for nobody can ask a relay later what it did with a mail.
"""
_DONE, _GO_ON, _REFUSAL, _CLOSING = 2, 3, 400, 421
_NOT_XTEXT = re.compile(r"[^!-*,-<>-~]")


def boot_clock() -> float:
    """Return seconds of the clock that runs on while a machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


@dataclass(frozen=True, slots=True)
class Deadline:
    """Until when a mail may be written."""

    not_after: float
    clock: Callable[[], float] = boot_clock

    @property
    def left(self) -> float:
        """Seconds that are left; 0 or less when it is over."""
        return self.not_after - self.clock()

    @property
    def for_an_answer(self) -> float:
        """Seconds for which the answer to a whole mail may be waited for."""
        return min(ANSWER_WITHIN, max(0.0, self.left + AFTER_DEADLINE))


async def hand_over(link: Link, letter: Letter, deadline: Deadline) -> Outcome:
    """Pass a mail on; raises `Broken` if the connection was of no use and the mail surely has not left."""
    if unfit := _unfit(link, letter):
        return unfit
    for stage, command, wanted in _commands(link, letter):
        if (left := deadline.left) <= 0:
            return TryLater("deadline")
        answer = await link.ask(command, min(left, COMMAND_WITHIN))
        link.begun = True
        if answer.code // 100 != wanted:
            return _refused(link, stage, answer.code, answer.message)
    await link.pour(letter.data, COMMAND_WITHIN)
    if deadline.left <= 0:
        link.drop()
        return TryLater("deadline")
    return await _finish(link, letter, deadline.for_an_answer)


async def _finish(link: Link, letter: Letter, within: float) -> Outcome:
    answer = await link.finish(within)
    link.begun = False
    if answer is None:
        return Unclear("no answer to the whole mail")
    if answer.code // 100 == _DONE:
        return Accepted(letter.message_id)
    if answer.code < _REFUSAL:
        link.drop()
        return Unclear(f"SMTP {answer.code}")
    return judged(Stage.CONTENT, answer.code, answer.message)


def _unfit(link: Link, letter: Letter) -> Refused | None:
    if link.longest and len(letter.data) > link.longest:
        return Refused("too_long")
    return Refused("bad_address") if letter.utf8 and not link.offers("smtputf8") else None


def _commands(link: Link, letter: Letter) -> Iterator[tuple[Stage, str, int]]:
    """Give what is said before the mail itself: the stage, the command, and the hundreds of a good answer."""
    if link.begun:
        yield Stage.SENDER, "RSET", _DONE
    reports = link.offers("dsn")
    from_ = [f"MAIL FROM:<{letter.sender}>"]
    from_ += [f"SIZE={len(letter.data)}"] if link.offers("size") else []
    from_ += ["BODY=8BITMIME SMTPUTF8"] if letter.utf8 else []
    # Reports (RFC 3461) bring our reference back, and only the headers of the mail.
    from_ += [f"RET=HDRS ENVID={_xtext(letter.reference)}"] if reports else []
    yield Stage.SENDER, " ".join(from_), _DONE
    notify = " NOTIFY=SUCCESS,FAILURE,DELAY" if reports else ""
    yield Stage.RECIPIENT, f"RCPT TO:<{letter.to}>{notify}", _DONE
    yield Stage.CONTENT, "DATA", _GO_ON


def _refused(link: Link, stage: Stage, code: int, text: str) -> Outcome:
    """Judge an answer before the mail; a connection that grew old, or is out of step, is broken instead."""
    if code < _REFUSAL or (code == _CLOSING and link.used):
        link.drop()
        raise Broken
    return judged(stage, code, text)


def _xtext(text: str) -> str:
    return _NOT_XTEXT.sub(lambda found: "".join(f"+{byte:02X}" for byte in found.group().encode()), text)
