"""What has had its time beside the partitioned tables: replies, and sign-ups that nobody confirmed."""

from datetime import date

from sqlalchemy import text

from app.db.transaction import Session

REPLIES = text("DELETE FROM inbound WHERE received_at < :before")
UNCONFIRMED = text("DELETE FROM signup WHERE expires_at < :before AND confirmed_at IS NULL")


async def forget_replies(session: Session, before: date) -> int:
    """Delete what people texted or pressed before a day; what it meant stands in the consent ledger."""
    return await session.run(REPLIES, before=before)


async def forget_unconfirmed(session: Session, before: date) -> int:
    """Delete sign-ups whose code ran out before a day and was never used."""
    return await session.run(UNCONFIRMED, before=before)
