import pytest

from app.rules.agency import Agency
from channels.contract import Accepted, Unclear
from channels.signals import Receipt, Reply, Status
from tests.app.pipeline.fakes import a_callback
from tests.app.pipeline.test_upkeep import FIRST_LOOK, looks
from tests.app.pipeline.world import NINE, NUMBER, OURS, SMS
from tests.conftest import AGENCY

OWN = '\n[credentials.fake-sms]\naccount_sid = "AC1"\nauth_token = "the-secret"\n'
KERN = 'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"\n'


@pytest.fixture
async def own(world):
    """Orange's own account, which its texts leave by; Kern has one too."""
    for toml in (AGENCY + OWN, KERN + OWN.replace("AC1", "AC2")):
        added = await world.services.tenancy.add(toml)
        assert isinstance(added, Agency)
        assert added.own_credentials == ("fake-sms",)
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    return world.accounts["sms AC1"]


def account(world):
    """Orange's own account, before anything was sent by it."""
    settings = {"account_sid": "AC1", "auth_token": "the-secret"}
    world.services.providers.with_own(world.agency.id, {"fake-sms": settings})
    return world.accounts["sms AC1"]


async def hear(world, signer, *signals, reference=""):
    """Let a request that this account signed arrive at our one address."""
    body = repr(signals).encode()
    signer.signals[body] = signals
    answer = await world.services.receipts.hear(world.fakes[SMS], a_callback(body, reference))
    if world.services.receipts._committing is not None:  # noqa: SLF001
        await world.services.receipts._committing  # noqa: SLF001
    return answer.status


async def kerns_account(world):
    """Bring Kern's account up by a callback that nobody signed."""
    await world.services.receipts.hear(world.fakes[SMS], a_callback(b"nobody's"))
    return world.accounts["sms AC2"]


async def test_texts_leave_by_the_agencys_own_account(world, own):
    assert own.numbers == [NUMBER]
    assert world.fakes[SMS].sent == []
    [row] = await world.rows("SELECT provider, account FROM attempt")
    assert row.provider == "fake-sms"
    assert row.account


async def test_its_own_signature_counts_for_its_own_attempt(world, own):
    [message] = own.sent
    told = Receipt(message.reference, "k", Status.DELIVERED)
    assert await hear(world, own, told, reference=message.reference) == 204
    assert await world.end(SMS) == "delivered"


async def test_the_installations_signature_counts_too(world, own):
    [message] = own.sent
    told = Receipt(message.reference, "k", Status.DELIVERED)
    assert await hear(world, world.fakes[SMS], told, reference=message.reference) == 204
    assert await world.end(SMS) == "delivered"


@pytest.mark.parametrize("in_path", [True, False])
async def test_another_agencys_signature_counts_for_nothing(world, own, in_path):
    [message] = own.sent
    stranger = await kerns_account(world)
    told = Receipt(message.reference, "k", Status.DELIVERED)
    assert await hear(world, stranger, told, reference=message.reference if in_path else "") == 403
    assert await world.end(SMS) == "sent"


async def test_a_text_to_a_number_counts_only_from_its_owners_account(world, own):
    stop = Reply("in-1", NUMBER, OURS, "STOP")
    stranger = await kerns_account(world)
    assert await hear(world, stranger, stop) == 403
    assert await world.rows("SELECT key FROM inbound") == []
    assert await hear(world, own, stop) == 204
    assert len(await world.rows("SELECT key FROM inbound")) == 1


async def test_what_nobody_signed_is_refused(world, own):
    answer = await world.services.receipts.hear(world.fakes[SMS], a_callback(b"nobody's", own.sent[0].reference))
    assert answer.status == 403


async def test_a_look_up_goes_to_the_account_that_the_attempt_was_made_with(world):
    await world.services.tenancy.add(AGENCY + OWN)
    await world.planned()
    await world.at(NINE)
    own = account(world)
    own.answer = lambda _: Unclear("500")
    await world.deliver(SMS)
    await looks(world, FIRST_LOOK)
    assert (len(own.asked), len(world.fakes[SMS].asked)) == (1, 0)


async def test_once_its_account_is_gone_nobody_can_say_what_became_of_it(world):
    await world.services.tenancy.add(AGENCY + OWN)
    account(world).answer = lambda _: Unclear("500")
    await world.planned()
    await world.at(NINE)
    await world.deliver(SMS)
    await world.services.tenancy.add(AGENCY + '\n[credentials]\nfake-sms = "remove"\n')
    await looks(world, FIRST_LOOK)
    assert world.fakes[SMS].asked == []
    assert (await world.end(SMS), await world.attempts()) == ("sending", ["unclear"])
    world.fakes[SMS].answer = lambda _: Accepted("P", 1)
    await world.deliver(SMS)
    assert world.fakes[SMS].sent == []
