"""The sandbox's providers hold messages for later: when business time is moved, they have waited for so long.

And they tell us what became of what we handed over: whoever moves the clock hears them out first.
"""

import json
from datetime import timedelta

from app.settings import Settings
from channels.transport import NEVER, Transport


async def let_pass(settings: Settings, transport: Transport, by: timedelta) -> None:
    """Tell the simulator, in whichever process it runs; while none listens, nothing waits there."""
    await _tell(settings, transport, "waits", by)


async def hear_out(settings: Settings, transport: Transport, within: timedelta) -> None:
    """Return when the simulator has told all that it has to tell by then; at once while none listens."""
    await _tell(settings, transport, "quiet", within)


async def nobody_waits(_by: timedelta) -> None:
    """Tell nobody: nothing is simulated."""


async def _tell(settings: Settings, transport: Transport, what: str, span: timedelta) -> None:
    await transport.post(
        f"{settings.public_url.rstrip('/')}/sandbox/{what}", headers={"Content-Type": "application/json"},
        body=json.dumps({"seconds": span.total_seconds()}).encode(), not_after=NEVER,
    )  # fmt: skip
