from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.db.receipts import ASKED
from app.pipeline.passage import Passage
from app.rules.facts import Channel, Email, RenewalChanged, RenewalDue, RenewalStatus
from app.wiring import machine_now
from app.wiring.waits import nobody_waits
from channels.contract import Accepted, Present, TryLater, Unclear
from channels.signals import Status
from schedules.months import add_months
from tests.app.pipeline.holding import holding
from tests.app.pipeline.world import EMAIL, FEBRUARY, NINE, SMS, VOICE, a_member, phone

SPRING = datetime(2027, 3, 20, tzinfo=UTC)


@pytest.fixture
def passage(world):
    """The sandbox's clock, over providers that say at once what became of each message."""
    heard = set()

    async def tell(_):
        accepted = {row.channel for row in await world.messages() if row.status == "sent"}
        for channel in accepted:
            for message in [one for one in world.fakes[Channel(channel)].sent if one.reference not in heard]:
                heard.add(message.reference)
                if channel == Channel.VOICE:
                    await world.receipt(message, Status.ACCEPTED, Channel.VOICE, key=f"CA1:{ASKED}")
                await world.receipt(message, Status.DELIVERED, Channel(channel))

    built = world.services
    return Passage(
        built.database, planning=built.planning, dispatch=built.dispatch, delivery=built.delivery,
        ahead=built.ahead, upkeep=built.upkeep, receipts=built.receipts, machine_now=machine_now,
        providers_wait=nobody_waits, providers_told=tell,
    )  # fmt: skip


@pytest.fixture
def times(world, passage):
    """When each provider was called, in business time."""
    seen = []
    for channel, fake in world.fakes.items():

        async def note(channel=channel):
            seen.append((await passage.now(), channel))

        fake.meanwhile = note
    return seen


async def test_a_jump_over_months_plays_each_window_in_order(world, passage, times):
    for at in range(4):
        due = (RenewalDue("medi_cal", add_months(FEBRUARY, at)),)
        await world.tell(a_member(phones=(phone(f"+1714555100{at}"),), renewals=due), subject=f"M-{at}")
    await passage.move(SPRING)
    assert await world.ends() == dict.fromkeys(map(str, Channel), ", ".join(["delivered"] * 4))
    moments = [moment for moment, _ in times]
    assert moments == sorted(moments)
    dues = sorted((row.first_due_at, row.channel) for row in await world.messages() if row.first_due_at <= SPRING)
    assert len(times) == len(dues) == 12
    for (moment, _), (due, _) in zip(times, dues, strict=True):
        assert timedelta() <= moment - due < timedelta(minutes=1)


async def test_it_stops_where_something_is_due_and_nowhere_else(world, passage):
    await world.tell(a_member())
    stops = []
    assert await passage.move(SPRING, told=stops.append) == SPRING
    assert stops == [NINE, NINE + timedelta(hours=1)]
    assert timedelta() <= await passage.now() - SPRING < timedelta(minutes=1)


async def test_without_anything_due_the_clock_just_moves(world, passage):
    stops = []
    await passage.move(SPRING, told=stops.append)
    assert stops == []
    assert await passage.now() >= SPRING


async def test_what_is_due_after_the_jump_waits(world, passage):
    await world.tell(a_member())
    await passage.move(NINE - timedelta(minutes=1))
    assert set((await world.ends()).values()) == {"planned"}


async def test_what_fails_for_a_while_is_tried_again_on_the_way(world, passage, times):
    await world.tell(a_member(emails=()))
    answers = [TryLater("busy")] * 3 + [Accepted("P-1", 1)]
    world.fakes[SMS].answer = lambda _: answers.pop(0)
    await passage.move(NINE + timedelta(hours=1, minutes=1))
    texts = [moment - NINE for moment, channel in times if channel is SMS]
    assert [round(wait.total_seconds() / 30) for wait in texts] == [0, 1, 3, 7]
    assert await world.end(SMS) == "delivered"


async def test_what_is_unclear_is_looked_up_on_the_way(world, passage):
    await world.tell(a_member(phones=(), emails=(Email("eva@example.org"),)))
    world.fakes[EMAIL].answer = lambda _: Unclear("time-out")
    world.fakes[EMAIL].found = lambda _: Present("P-1")
    await passage.move(NINE + timedelta(minutes=9))
    assert world.fakes[EMAIL].asked == []
    await passage.move(NINE + timedelta(minutes=11))
    assert len(world.fakes[EMAIL].asked) == 1
    assert await world.end(EMAIL) == "sent"


async def test_what_is_held_for_later_is_handed_over_on_the_way_and_has_waited_for_its_time(world, passage, times):
    waited = []

    async def wait(by):
        waited.append(by)

    passage._providers_wait = wait  # noqa: SLF001  (who tells the providers is the wiring's business)
    await holding(world)
    await world.tell(a_member(emails=()))
    before = await passage.now()
    await passage.move(NINE + timedelta(minutes=1))
    texts = [moment for moment, channel in times if channel is SMS]
    assert [round((NINE - moment).total_seconds() / 60) for moment in texts] == [60]
    assert await world.end(SMS) == "delivered"
    assert abs(sum(waited, timedelta()) - (NINE + timedelta(minutes=1) - before)) < timedelta(seconds=30)


async def test_a_clock_that_goes_back_lets_nobody_wait(world, passage):
    waited = []

    async def wait(by):
        waited.append(by)

    passage._providers_wait = wait  # noqa: SLF001
    await passage.move(await passage.now() - timedelta(days=1))
    assert waited == []


async def test_what_never_arrived_is_sent_again_on_the_way(world, passage):
    await world.tell(a_member(phones=()))
    answers = [Unclear("time-out"), Accepted("P-2", 1)]
    world.fakes[EMAIL].answer = lambda _: answers.pop(0)
    await passage.move(NINE + timedelta(hours=3))
    assert len(world.fakes[EMAIL].asked) == 2
    assert await world.end(EMAIL) == "delivered"


async def test_a_day_is_planned_once_however_often_the_clock_is_moved_on_it(world, passage, monkeypatch):
    planned = []

    async def daily():
        planned.append(await passage.now())

    monkeypatch.setattr(world.services.planning, "daily", daily)
    begun = NINE.replace(minute=30)
    await world.at(begun)
    for minutes in (1, 2, 3):
        await passage.move(begun + timedelta(days=1, minutes=minutes))
    assert [moment.date() - begun.date() for moment in planned] == [timedelta(), timedelta(days=1)]


async def test_calls_never_ring_on_a_sunday_or_outside_their_hours(world, passage, times):
    for at in range(6):
        due = (RenewalDue("medi_cal", add_months(FEBRUARY, at)),)
        await world.tell(a_member(phones=(phone(f"+1808555100{at}"),), emails=(), renewals=due), subject=f"M-{at}")
    await passage.move(datetime(2027, 6, 1, tzinfo=UTC))
    rings = [moment.astimezone(ZoneInfo("Pacific/Honolulu")) for moment, channel in times if channel is VOICE]
    assert len(rings) == 6
    assert all(ring.weekday() != 6 and 10 <= ring.hour < 19 for ring in rings)


class TestEveryLadder:
    """With all ladders that are shipped."""

    @pytest.fixture
    def one_reminder(self):
        """Not one reminder only."""

    async def test_a_jump_over_half_a_year_misses_no_step_and_ends_a_cure_period_on_its_day(
        self, world, passage, times
    ):
        lost = RenewalChanged("medi_cal", FEBRUARY, RenewalStatus("discontinued_procedural"))
        await world.tell(a_member(phones=()))
        await passage.move(datetime(2027, 2, 27, 20, tzinfo=UTC))
        await world.tell(lost)
        await passage.move(datetime(2027, 7, 1, tzinfo=UTC))
        found = {row.step: row.handed_at for row in await world.messages() if row.status == "delivered"}
        assert sorted(found, key=found.get) == [
            "renewal_two_months", "renewal_one_month", "renewal_due_month", "cure_now", "cure_30", "cure_60", "cure_80",
            "apply_again",
        ]  # fmt: skip
        assert found["apply_again"].date().isoformat() == "2027-05-30"

    async def test_days_on_which_nothing_falls_due_are_planned_and_not_told(self, world, passage):
        await world.tell(a_member(phones=(), renewals=(RenewalDue("medi_cal", add_months(FEBRUARY, 6)),)))
        stops = []
        await passage.move(datetime(2027, 3, 31, tzinfo=UTC), told=stops.append)
        assert stops == []
        assert "renewal_two_months" in {row.step for row in await world.messages()}
