from datetime import UTC, datetime

from channels.contract import CannotSay, Handle, Lookup, TooLate
from channels.defaults import Defaults
from channels.signals import Callback

LOOKUP = Lookup("reference", "K7QX", "+12095550100", "+17145550100", datetime(2026, 11, 2, tzinfo=UTC))


async def test_what_a_provider_does_not_offer_is_said_and_claims_nothing():
    plain = Defaults()
    assert (await plain.check()).ok
    assert await plain.new_fence() == ""
    assert isinstance(await plain.cancel(Handle("P1")), TooLate)
    assert isinstance(await plain.find(LOOKUP), CannotSay)
    assert isinstance(await plain.redact(Handle("P1")), CannotSay)
    assert plain.claim(Callback("https://us.example", {}, b"", datetime(2026, 11, 2, tzinfo=UTC))) is None
    await plain.close()
