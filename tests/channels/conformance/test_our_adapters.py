"""Every check of the kit, as a test of its own, for every adapter in the tree."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from app.wiring.adapters import discovered
from channels.conformance import CHECKS, Trial
from channels.conformance.running import name_of
from channels.sendgrid.adapters import PROVIDER as SENDGRID
from channels.simulator import practice
from channels.smtp.adapters import PROVIDER as SMTP
from channels.telnyx.adapters import PROVIDER as TELNYX
from channels.twilio.adapters import PROVIDER as TWILIO

OURS = {
    "twilio": (TWILIO, practice.twilio),
    "sendgrid": (SENDGRID, practice.sendgrid),
    "telnyx": (TELNYX, practice.telnyx),
    "smtp": (SMTP, practice.smtp),
}
CASES = [(name, channel) for name, (provider, _) in OURS.items() for channel in provider.channels]

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=CASES, ids="-".join)
async def on_trial(request) -> AsyncIterator[Trial]:
    name, channel = request.param
    provider, practising = OURS[name]
    async with practising(channel) as at:
        yield Trial(provider, channel, at)


@pytest.fixture(autouse=True)
def _a_relay_thinks_for_a_second(monkeypatch):
    """It may think for longer, and one check waits for all of it."""
    monkeypatch.setattr("channels.smtp.handover.ANSWER_WITHIN", 1.0)


@pytest.mark.parametrize("check", CHECKS, ids=name_of)
async def test_our_adapter_keeps_what_an_adapter_must(check, on_trial):
    found = await check(on_trial)
    assert found is None or not found.applies, found


async def test_no_adapter_of_ours_is_left_out():
    assert set(OURS) == {name for name, point in discovered().items() if point.value.startswith("channels.")}
