import itertools
import random
from collections import Counter
from datetime import date

import pytest

from app.pipeline.reporting import AXES, COUNTS, ReportAsked
from app.rules.facts import Email, RenewalDue
from channels.contract import Accepted, Refused, Unclear
from channels.signals import Status
from schedules.months import add_months
from tests.app.pipeline.world import FEBRUARY, NINE, SMS, TEN, a_member, an_event, phone, yes

YEAR = (date(2026, 1, 1), date(2027, 12, 1))


@pytest.fixture
async def season(world):
    """Sixty members in three months and languages, with every kind of end that a season has."""
    chance = random.Random(7)  # noqa: S311
    events = []
    for at in range(60):
        facts = a_member(
            language_written=chance.choice(["en", "es", "ko"]),
            phones=(phone(f"+1714555{2000 + at}"),) if chance.random() < 0.8 else (),
            emails=(Email(f"r{at}@example.org"),) if chance.random() < 0.6 else (),
            consents=yes(*chance.sample(["sms", "email", "voice"], 2)),
            renewals=(RenewalDue("medi_cal", add_months(FEBRUARY, chance.choice([-1, 0, 0, 1]))),),
        )
        events.append(an_event(facts, f"M-{at}"))
    await world.apply(*events)
    outcomes = [Accepted("P", 2), Accepted("P", 1), Refused("carrier_filtered"), Unclear("time-out")]
    for fake in world.fakes.values():
        fake.answer = lambda _: chance.choice(outcomes)
    await world.plan()
    for moment in (NINE, TEN):
        await world.at(moment)
        await world.deliver()
    for channel, fake in world.fakes.items():
        for message in fake.sent[::2]:
            await world.receipt(message, chance.choice([Status.DELIVERED, Status.UNDELIVERED]), channel)
    await world.texts_us("STOP", sender="+17145552001")
    await world.services.upkeep.run()
    return await recount(world)


async def recount(world):
    """Read all reminders, one plain dictionary each, with the axes as the report names them."""
    local = "to_char(timezone(zone, due_at), 'YYYY-MM-DD') AS day"
    rows = await world.rows(f"SELECT *, {local} FROM message WHERE kind = 'reminder'")  # noqa: S608
    return [
        {**row._asdict(), "month": f"{row.month:%Y-%m}", "county": "30"} for row in rows
    ]  # fmt: skip


async def report(world, **asked):
    return await world.services.reporting.deliveries(world.agency.id, ReportAsked(*YEAR, **asked))


async def test_counts_add_up_for_every_grouping(world, season):
    assert len({row["status"] for row in season}) >= 6
    pairs = [(), *((axis,) for axis in AXES), *itertools.combinations(AXES, 2)]
    for axes in pairs:
        found = await report(world, axes=axes)
        rows = {tuple(row[axis] for axis in axes): row for row in found.rows}
        expected = Counter((*(row[axis] for axis in axes), row["status"]) for row in season)
        counted = {(*key, status): row[status] for key, row in rows.items() for status in COUNTS if row[status]}
        assert counted == (expected if axes else {})
        assert found.totals["total"] == len(season) == sum(found.totals[status] for status in COUNTS)
        assert found.totals["total"] == sum(row["total"] for row in found.rows) or not axes


async def test_segments_cost_and_rate_are_those_of_the_messages(world, season):
    totals = (await report(world)).totals
    assert totals["segments"] == sum(row["segments"] for row in season)
    assert totals["cost"] == pytest.approx(float(sum(row["cost"] for row in season)))
    handed = [row for row in season if row["handed_at"]]
    delivered = [row for row in season if row["status"] == "delivered"]
    assert totals["delivery_rate"] == round(len(delivered) / len(handed), 4)
    assert 0 <= totals["p50_seconds"] <= totals["p95_seconds"]


async def test_a_filter_counts_what_it_lets_through(world, season):
    for name, value in (("channel", "sms"), ("language", "es"), ("step", "renewal_two_months"), ("template", "x")):
        found = await report(world, axes=("status",), **{name: value})
        assert found.totals["total"] == len([row for row in season if row[name] == value])


async def test_only_the_months_asked_for_count(world, season):
    december = date(2026, 12, 1)
    found = await world.services.reporting.deliveries(world.agency.id, ReportAsked(december, december, ("month",)))
    assert [row["month"] for row in found.rows] == ["2026-12"]
    assert found.totals["total"] == len([row for row in season if row["month"] == "2026-12"])


async def test_replies_and_codes_are_not_counted(world):
    await world.texts_us("HELP")
    await world.asks()
    await world.deliver()
    assert (await report(world)).totals["total"] == 0
    assert (await report(world)).totals["delivery_rate"] is None


async def test_another_agency_sees_nothing_of_it(world):
    await world.planned()
    other = await world.services.tenancy.add(
        'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="+16615550100"'
    )
    found = await world.services.reporting.deliveries(other.id, ReportAsked(*YEAR))
    assert found.totals["total"] == 0
    assert await world.services.reporting.member(other.id, "M-1") is None
    [message, *_] = await world.messages()
    assert await world.services.reporting.message(other.id, message.id) is None


async def listed(world, before=None, limit=1000, **filters):
    wanted = dict.fromkeys(("kind", "status", "reason", "channel", "month", "member_ref"))
    return await world.services.reporting.messages(world.agency.id, {**wanted, **filters}, before=before, limit=limit)


async def test_messages_are_listed_newest_first_page_by_page(world, season):
    seen, before = [], None
    while page := await listed(world, before, 7):
        seen += [row["id"] for row in page]
        before = (page[-1]["created_at"], page[-1]["id"])
    everything = [row["id"] for row in await listed(world)]
    assert sorted(seen) == sorted(everything)
    assert len(set(seen)) == len(seen) == len(everything)


async def test_messages_are_found_by_what_they_are(world, season):
    for name, value in (("status", "delivered"), ("channel", "voice"), ("reason", "no_consent"), ("kind", "reply")):
        rows = await listed(world, **{name: value})
        assert {row[name] for row in rows} <= {value}
        if name != "kind":
            assert len(rows) == len([row for row in season if row[name] == value])
    assert {row["member_ref"] for row in await listed(world, member_ref="M-7")} <= {"M-7"}
    assert await listed(world, member_ref="nobody") == []


async def test_a_message_shows_its_attempts_and_receipts_but_no_words(world):
    message = await world.sent()
    await world.receipt(message, Status.DELIVERED)
    row = await world.message(SMS)
    shown = await world.services.reporting.message(world.agency.id, row.id)
    assert [attempt["state"] for attempt in shown["attempts"]] == ["accepted"]
    assert [receipt["status"] for receipt in shown["receipts"]] == ["delivered"]
    assert shown["member_ref"] == "M-1"
    assert message.to not in repr(shown)


async def test_a_person_may_settle_only_what_is_unknown(world):
    await world.sent()
    row = await world.message(SMS)
    settle = world.services.reporting.settle
    assert not await settle(world.agency.id, row.id, "delivered", reason="asked by phone", by="Kim")
    await world.rows("UPDATE message SET status = 'unknown' WHERE channel = 'sms'")
    assert await settle(world.agency.id, row.id, "delivered", reason="asked by phone", by="Kim")
    assert await world.end(SMS) == "delivered asked by phone"


async def test_what_a_provider_accepted_twice_can_be_counted(world):
    message = await world.sent()
    assert await world.services.reporting.accepted_twice(world.agency.id, [message.reference, "forged"]) == 0


async def test_rolling_up_changes_no_report_and_leaves_what_a_recount_gives(world, season):
    before = await report(world, axes=("channel", "status", "reason"))
    assert await world.services.reporting.roll_up() > 0
    assert await report(world, axes=("channel", "status", "reason")) == before
    for month in (date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)):
        assert await world.services.reporting.recounted(world.agency.id, month) == 0
