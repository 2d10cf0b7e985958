import pytest

from app.db import credentials
from app.db.transaction import Session
from app.rules.agency import Agency
from channels.contract import Accepted, Unclear
from channels.signals import Claim, Receipt, Reply, Status
from tests.app.pipeline.fakes import FakeChannel, a_callback
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
    await world.services.receipts.settled()  # nobody else waits for what it applies
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


class Claiming(FakeChannel):
    """A provider whose callbacks can be seen to be about a number or an attempt before they are verified."""

    claims: Claim | None = None

    def claim(self, callback):
        return self.claims


@pytest.fixture
def asked(world, monkeypatch):
    """Notes each statement, and each seal of credentials that was opened."""
    noted = {"statements": 0, "opened": 0}
    execute, opened = Session.all, credentials._opened  # noqa: SLF001

    async def all_(self, *args, **values):
        noted["statements"] += 1
        return await execute(self, *args, **values)

    def open_(*args):
        noted["opened"] += 1
        return opened(*args)

    monkeypatch.setattr(Session, "all", all_)
    monkeypatch.setattr(credentials, "_opened", open_)
    return noted


@pytest.mark.parametrize(
    ("claim", "opened"),
    [(None, 3), (Claim(called=OURS), 1), (Claim(called="+15550000000"), 0), (Claim(), 0), (Claim("no such"), 3)],
)
async def test_what_nobody_signed_costs_no_more_with_every_agency(world, own, asked, claim, opened):
    await world.services.tenancy.add(KERN.replace("ern", "ings").replace("0100", "0101") + OWN.replace("AC1", "AC3"))
    provider = Claiming("fake-sms", world.url, world.fakes[SMS].capabilities)
    provider.claims = claim
    asked.update(statements=0, opened=0)
    assert (await world.services.receipts.hear(provider, a_callback(b"nobody's"))).status == 403
    assert asked["opened"] == opened
    assert asked["statements"] <= 3


async def test_a_claim_alone_proves_nothing(world, own):
    provider = Claiming("fake-sms", world.url, world.fakes[SMS].capabilities)
    provider.claims = Claim(own.sent[0].reference)
    stranger = await kerns_account(world)
    stranger.signals[b"told"] = [Receipt(own.sent[0].reference, "k", Status.DELIVERED)]
    assert (await world.services.receipts.hear(provider, a_callback(b"told"))).status == 403
    own.signals[b"told"] = stranger.signals[b"told"]
    assert (await world.services.receipts.hear(provider, a_callback(b"told"))).status == 204


async def test_an_account_that_cannot_be_used_stops_no_callback_of_others(world, own):
    await world.services.tenancy.add(KERN + OWN.replace("AC1", "bad"))
    stop = Reply("in-1", NUMBER, OURS, "STOP")
    assert await hear(world, own, stop) == 204


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
