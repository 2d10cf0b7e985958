"""The sandbox's providers hold messages for later; when business time is moved, they have waited for so long."""

import json
from datetime import timedelta

from app.settings import Settings
from channels.transport import NEVER, Transport


async def let_pass(settings: Settings, transport: Transport, by: timedelta) -> None:
    """Tell the simulator, in whichever process it runs; while none listens, nothing waits there."""
    await transport.post(
        f"{settings.public_url.rstrip('/')}/sandbox/waits", headers={"Content-Type": "application/json"},
        body=json.dumps({"seconds": by.total_seconds()}).encode(), not_after=NEVER,
    )  # fmt: skip


async def nobody_waits(_by: timedelta) -> None:
    """Tell nobody: nothing is simulated."""
