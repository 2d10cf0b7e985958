"""Brakes at work: upkeep looks at each lane's last hour and holds a lane that looks wrong, until a person lifts it."""

from uuid import UUID

from app.db import brakes, switches
from app.db.transaction import Database
from app.logs import log
from app.rules.brakes import HOUR, TRUSTED_FOR, Brake
from app.rules.brakes import brakes as judged
from app.rules.facts import Channel
from app.rules.switches import Scope, SwitchAsked, SwitchKind


class Brakes:
    """Sets brakes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> int:
        """Look at every lane's last hour; return how many brakes that set, one a lane however many look at once."""
        async with self._database.transaction(None) as tx:
            hours = await brakes.hours(tx.session, HOUR)
            trusted = await brakes.trusted(tx.session, set_by(Brake.UNFORESEEN), tx.now - TRUSTED_FOR)
            wrong = {lane: judged(hour, trusted=lane in trusted) for lane, hour in hours.items()}
        found = [(lane, brake, why) for lane, several in wrong.items() for brake, why in list(several.items())[:1]]
        return sum([await self._set(agency, Channel(channel), brake, why) for (agency, channel), brake, why in found])

    async def _set(self, agency: UUID, channel: Channel, brake: Brake, why: str) -> bool:
        asked = SwitchAsked(SwitchKind.BRAKE, why, Scope(channel=channel))
        async with self._database.transaction(agency) as tx:
            await switches.changing(tx.session, agency)
            if await brakes.braked(tx.session, agency, channel):
                return False
            id_ = await switches.add(tx.session, agency, asked, set_by(brake))
            await switches.withdraw(tx.session, agency, id_, SwitchKind.BRAKE)
        log().error("lane braked", agency=str(agency), where=channel, outcome=brake)
        return True


def set_by(brake: Brake) -> str:
    """Return who set a brake: the service, and by what it saw."""
    return f"brake: {brake}"
