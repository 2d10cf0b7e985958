from datetime import timedelta
from uuid import UUID

import pytest
from uuid_utils.compat import uuid7

from app.db import messages
from app.db.messages import Direct
from app.db.sealed import associated
from tests.app.db.said import DECEMBER, DUE, attempt, message, receipt
from tests.app.db.standing import standing_in

NUMBER = "+17145550002"
NOTHING = dict.fromkeys(("kind", "status", "reason", "channel", "month", "member"))


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


def code(**changes: object):
    said = {
        "kind": "code", "once_key": "code:1", "channel": "sms", "address": NUMBER, "template": "signup_code",
        "version": UUID(int=1), "language": "es", "zone": "America/Los_Angeles", "words": {"code": "123456"},
    }  # fmt: skip
    return Direct(**{**said, **changes})


async def add(place, direct):
    async with place.session(place.orange) as session:
        return await messages.add(session, place.orange, direct)


async def listed(place, *, before=None, limit=100, agency=None, **filters: object):
    agency = agency or place.orange
    async with place.session(agency) as session:
        rows = await messages.listed(session, agency, {**NOTHING, **filters}, before=before, limit=limit)
    return [row.id for row in rows]


async def test_a_direct_message_is_due_at_once_and_goes_first(place):
    assert await add(place, code(valid=timedelta(minutes=5)))
    (row,) = place.rows("SELECT * FROM message")
    assert (row["status"], row["kind"], row["renewal_id"]) == ("planned", "code", None)
    assert row["priority"] < 5
    assert row["deadline_at"] - row["due_at"] == timedelta(minutes=5)
    assert row["due_at"] == row["first_due_at"] == row["created_at"]
    assert (row["period"].day, row["month"].day) == (1, 1)


async def test_its_address_and_words_are_sealed(place):
    await add(place, code())
    (row,) = place.rows("SELECT *, message::text AS it FROM message")
    assert not [word for word in (NUMBER, "123456") if word in row["it"] or word.encode().hex() in row["it"]]
    async with place.session(place.orange) as session:
        opened = [
            session.ring.open(bytes(row[f"{name}_sealed"]), associated(f"message.{name}", place.orange, row["id"]))
            for name in ("address", "words")
        ]
    assert opened == [NUMBER, '{"code": "123456"}']
    assert "123456" not in repr(code())
    assert NUMBER not in repr(code())


async def test_the_same_once_key_is_one_message_in_each_agency(place):
    assert [await add(place, code()), await add(place, code()), await add(place, code(once_key="code:2"))] == [
        True, False, True,
    ]  # fmt: skip
    async with place.session(place.fresno) as session:
        assert await messages.add(session, place.fresno, code())


async def test_messages_are_listed_newest_first_page_by_page(place):
    ids = [message(place, created_at=DUE + timedelta(hours=hours // 2)) for hours in range(6)]
    newest = [id_ for _, id_ in sorted(((number // 2, id_) for number, id_ in enumerate(ids)), reverse=True)]
    assert await listed(place) == newest
    page = await listed(place, limit=3)
    hours = {id_: DUE + timedelta(hours=number // 2) for number, id_ in enumerate(ids)}
    assert [*page, *await listed(place, before=(hours[page[-1]], page[-1]))] == newest


async def test_messages_can_be_asked_for_by_everything_they_have(place):
    member, first = uuid7(), uuid7()
    wanted = message(
        place, id=first, member_id=member, channel="voice", kind="broadcast", status="skipped", reason="no_consent",
        month=DECEMBER.replace(month=11),
    )  # fmt: skip
    other = message(place)
    filters = {
        "member": member, "channel": "voice", "kind": "broadcast", "status": "skipped", "reason": "no_consent",
        "month": DECEMBER.replace(month=11),
    }  # fmt: skip
    for name, value in filters.items():
        assert await listed(place, **{name: value}) == [wanted], name
    assert set(await listed(place)) == {wanted, other}
    assert await listed(place, **{**filters, "channel": "sms"}) == []


async def test_an_agency_sees_only_its_own_messages(place):
    theirs = message(place, place.fresno)
    async with place.session(place.orange) as session:
        assert await messages.one(session, place.orange, theirs) is None
        assert await messages.one(session, place.fresno, theirs) is None
    assert await listed(place) == []
    assert await listed(place, agency=place.fresno) == [theirs]


async def test_a_message_is_told_with_its_attempts_and_receipts(place):
    id_ = message(place, status="delivered")
    tries = [attempt(place, id_, number=number, state=state) for number, state in ((2, "accepted"), (1, "absent"))]
    receipt(place, tries[0], key="1", status="accepted")
    receipt(place, tries[0], key="2", status="delivered")
    other = attempt(place, message(place, channel="voice"))
    async with place.session(place.orange) as session:
        found = await messages.attempts(session, place.orange, id_)
        said = await messages.receipts(session, place.orange, id_)
        assert await messages.attempted_twice(session, place.orange, [*tries, other]) == 1
        assert await messages.attempted_twice(session, place.orange, [tries[0], other]) == 0
    assert [(row.number, row.state) for row in found] == [(1, "absent"), (2, "accepted")]
    assert [row.status for row in said] == ["accepted", "delivered"]


@pytest.mark.parametrize(("status", "settles"), [("unknown", True), ("sent", False), ("delivered", False)])
async def test_only_what_nobody_could_prove_can_be_settled(place, status, settles):
    id_ = message(place, status=status)
    async with place.session(place.orange) as session:
        assert await messages.settle(
            session, place.orange, id_, "delivered", reason="she called us", by="Kim"
        ) is settles  # fmt: skip
        lines = await messages.settlements(session, place.orange, id_)
        assert [(line.settled_by, line.reason_before, line.status) for line in lines] == (
            [("Kim", None, "delivered")] if settles else []
        )
    (row,) = place.rows("SELECT status, reason FROM message")
    assert row == (
        {"status": "delivered", "reason": "she called us"} if settles else {"status": status, "reason": None}
    )
