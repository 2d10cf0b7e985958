"""Business time: machine time plus how far the sandbox's clock was moved ahead."""

from datetime import datetime, timedelta

from sqlalchemy import text

from app.db.transaction import Session

MOVE = text("UPDATE business_clock SET ahead = :ahead")
NOW = text("SELECT clock_timestamp() + ahead AS now FROM business_clock")


async def set_to(session: Session, moment: datetime) -> None:
    """Move business time to a moment; it flows on from there."""
    ahead: timedelta = moment - session.machine_now
    await session.run(MOVE, ahead=ahead)


async def now(session: Session) -> datetime:
    """Return business time at this very moment."""
    row = await session.first(NOW)
    moment: datetime = row.now if row else session.now
    return moment
