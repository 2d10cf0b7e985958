"""A person at the other end of a call: answers, listens, presses keys at the address that was given for them."""

from dataclasses import dataclass

from channels.signals import CallAnswered, CallReceived, KeyPressed
from channels.speech import CallScript
from tests.app.pipeline.world import TEN, VOICE, World, a_member
from tests.conftest import AGENCY

OPEN_ON_WEEKDAYS = AGENCY + '[office_hours]\nmonday-friday = "08:00-17:00"\n'


@dataclass
class CallHeard:
    """One call, ours to a person or a person's to us."""

    world: World
    reference: str = ""
    caller: str = ""
    called: str = "+17145550101"
    sid: str = "CA9"
    pressed: KeyPressed | CallReceived | None = None

    @property
    def script(self) -> CallScript:
        """What was said last, as the channel was told it."""
        return self.world.fakes[VOICE].scripts[-1]

    @property
    def languages(self) -> list[str]:
        """The languages of what was said last, in order."""
        return [line.language for line in self.script.lines]

    @property
    def ended(self) -> bool:
        """Whether the call ends with what was said last."""
        return not self.script.keys_url and not self.script.connected_url

    async def answer(self, *, machine: bool = False) -> str:
        """Pick up and listen."""
        return await self._hears(CallAnswered(self.reference, "CA1", machine=machine))

    async def dial(self) -> str:
        """Call us and listen."""
        return await self._hears(CallReceived(self.sid, self.caller, self.called))

    async def press(self, digits: str, *, connected: bool | None = None) -> str:
        """Press a key, or none, and listen; `connected` says what became of a connection."""
        address = self.script.keys_url or self.script.connected_url
        if self.reference:
            part = address.split(f"/{self.reference}/", 1)[1]
            self.pressed = KeyPressed(self.reference, "CA1", digits, part, connected)
        else:
            part = address.split("/voice/", 1)[1]
            self.pressed = CallReceived(self.sid, self.caller, self.called, part, digits, connected)
        return await self._hears(self.pressed)

    async def replay(self) -> str:
        """Let the request about the last key come once more, as it was."""
        assert self.pressed is not None
        return await self._hears(self.pressed)

    async def presses(self, keys: str) -> str:
        """Press several keys, one after the other."""
        return [await self.press(key) for key in keys][-1]

    async def _hears(self, signal: CallAnswered | KeyPressed | CallReceived) -> str:
        answer = await self.world.hears(VOICE, signal, reference=self.reference)
        assert answer.status == 200
        return "\n".join(line.words for line in self.script.lines)


async def called(world: World, **changes: object) -> CallHeard:
    """Let a call to Ana ring, on a Tuesday at ten."""
    await world.planned(a_member(**changes))
    await world.at(TEN)
    await world.deliver(VOICE)
    return CallHeard(world, world.fakes[VOICE].sent[-1].reference)
