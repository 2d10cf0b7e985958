from channels.signals import Status
from tests.app.pipeline.world import NUMBER, a_member


async def test_everything_held_of_a_member_with_every_message_to_its_receipts(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    await world.texts_us("STOP")
    found = await world.services.member_proof.by_ref(world.agency.id, "M-1")
    assert found.view.member.ref == "M-1"
    (text,) = [one for one in found.messages if one["channel"] == "sms" and one["kind"] == "reminder"]
    assert (text["status"], text["address"], text["language"]) == ("delivered", NUMBER, "es")
    assert [one["status"] for one in text["attempts"][0]["receipts"]] == ["delivered"]
    assert [line["number"] for line in found.consents] == [1, 2, 3, 4, 5]
    assert found.consents[-1]["hash"] == found.head["head"]["hash"]
    assert [(reply["from"], reply["body"], reply["meaning"]) for reply in found.replies] == [(NUMBER, "STOP", "stop")]
    assert [event["outcome"] for event in found.events] == ["applied"]


async def test_it_says_nothing_of_anybody_else(world):
    await world.tell(a_member(), subject="M-1")
    await world.tell(a_member(phones=(), emails=(), consents=()), subject="M-2")
    found = await world.services.member_proof.by_ref(world.agency.id, "M-2")
    assert (found.consents, found.messages, found.replies) == ([], [], [])
    assert await world.services.member_proof.by_ref(world.agency.id, "M-3") is None


async def test_a_member_without_a_reference_is_found_by_id(world):
    await world.signs_up()
    (member,) = await world.rows("SELECT id FROM member")
    found = await world.services.member_proof.of(world.agency.id, member.id)
    assert [(line["granted"], line["wording"], line["language"]) for line in found.consents] == [(True, "v1", "vi")]
