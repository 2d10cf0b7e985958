from types import SimpleNamespace

from app.db import consents, held, members
from app.rules.facts import Consent
from tests.app.pipeline.world import NUMBER, SMS, a_member


async def looked(world):
    async with world.services.database.transaction(world.agency.id) as tx:
        member = (await members.by_refs(tx.session, world.agency.id, ["M-1"]))["M-1"]
        addresses = await members.addresses(tx.session, world.agency.id, member.id)
        return (
            await held.messages(tx.session, world.agency.id, member.id),
            await held.replies(tx.session, world.agency.id, addresses),
        )


async def test_messages_and_replies_of_a_member(world):
    await world.sent()
    await world.texts_us("when is this due?")
    await world.texts_us("who are you?", sender="+17145550009")
    messages, replies = await looked(world)
    assert {(row.channel, row.kind) for row in messages} >= {("sms", "reminder"), ("email", "reminder")}
    assert [reply["body"] for reply in replies] == ["when is this due?"]


async def test_evidence_is_opened_where_its_key_is_held(world):
    await world.tell(a_member(consents=()), Consent(SMS, granted=True, evidence="a letter", address=NUMBER))
    async with world.services.database.transaction(world.agency.id) as tx:
        member = (await members.by_refs(tx.session, world.agency.id, ["M-1"]))["M-1"]
        (line,) = await consents.of_member(tx.session, world.agency.id, member.id, after=None, limit=9)
        assert held.evidence(tx.session, world.agency.id, line) == "a letter"
        sealed = bytes(line.evidence_sealed)
        for broken in (sealed[:1] + b"gone" + sealed[5:], sealed[:-1] + bytes([sealed[-1] ^ 1])):
            gone = SimpleNamespace(id=line.id, evidence_sealed=broken)
            assert held.evidence(tx.session, world.agency.id, gone) is None
        assert held.evidence(tx.session, world.agency.id, SimpleNamespace(id=line.id, evidence_sealed=None)) is None
