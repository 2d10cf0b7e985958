from datetime import timedelta
from decimal import Decimal
from itertools import product

import pytest

from app.db import reports
from app.db.reports import AXES
from app.rules.histogram import bucket
from app.rules.statuses import Status
from tests.app.db.said import DECEMBER, DUE, message
from tests.app.db.standing import standing_in

JANUARY = DECEMBER.replace(year=2027, month=1)
ALL = {"first": DECEMBER, "last": JANUARY, "channel": None, "language": None, "step": None, "template": None}


@pytest.fixture
async def place(database_url):
    async with standing_in(database_url) as opened:
        yield opened


async def asked(place, *axes, agency=None, **filters: object):
    agency = agency or place.orange
    async with place.session(agency) as session:
        return await reports.deliveries(session, agency, axes, {**ALL, **filters})


async def test_every_status_is_counted_and_the_counts_add_up(place):
    expected = {status: 1 + number % 3 for number, status in enumerate(Status)}
    for status, count in expected.items():
        for _ in range(count):
            message(place, status=status)
    rows, totals = await asked(place)
    assert rows == []
    assert {status: getattr(totals, status) for status in Status} == expected
    assert totals.total == sum(expected.values())


async def test_any_axes_group_in_their_order_and_the_groups_add_up_to_the_totals(place):
    for channel, language, status in product(("sms", "voice"), ("es", "vi"), ("sent", "delivered")):
        message(place, channel=channel, language=language, status=status)
    rows, totals = await asked(place, "channel", "language")
    assert [(row.channel, row.language, row.total, row.delivered) for row in rows] == [
        ("sms", "es", 2, 1), ("sms", "vi", 2, 1), ("voice", "es", 2, 1), ("voice", "vi", 2, 1),
    ]  # fmt: skip
    assert sum(row.total for row in rows) == totals.total == 8


@pytest.mark.parametrize("axis", AXES)
async def test_every_axis_can_be_asked_for(place, axis):
    message(place, status="skipped", reason="no_consent", provider="twilio")
    rows, _ = await asked(place, axis)
    expected = {
        "month": "2026-12", "day": "2026-12-01", "channel": "sms", "language": "es", "step": "two_months",
        "status": "skipped", "reason": "no_consent", "template": "renewal_two_months", "provider": "twilio",
        "county": "30",
    }  # fmt: skip
    assert [getattr(row, axis) for row in rows] == [expected[axis]]


async def test_a_day_is_that_of_the_persons_zone(place):
    message(place, due_at=DUE.replace(day=2, hour=5), zone="America/Los_Angeles")
    rows, _ = await asked(place, "day")
    assert [row.day for row in rows] == ["2026-12-01"]


async def test_only_reminders_and_broadcasts_of_the_agency_and_the_months_count(place):
    for kind in ("reminder", "broadcast", "code", "reply", "welcome", "test"):
        message(place, kind=kind)
    message(place, place.fresno)
    message(place, month=JANUARY.replace(month=2))
    _, totals = await asked(place)
    assert totals.total == 2


async def test_filters_narrow_rows_and_totals_alike(place):
    message(place)
    message(place, channel="email", language="vi", step="other", template="other")
    for name, value in (("channel", "email"), ("language", "vi"), ("step", "other"), ("template", "other")):
        rows, totals = await asked(place, name, **{name: value})
        assert ([getattr(row, name) for row in rows], totals.total) == ([value], 1)


async def test_what_was_handed_over_what_it_cost_and_how_long_it_took(place):
    for seconds in (1, 2, 3, 4, 100):
        message(
            place, status="delivered", handed_at=DUE, ended_at=DUE + timedelta(seconds=seconds), seconds=seconds,
            segments=2, cost=Decimal("0.0166"),
        )  # fmt: skip
    message(place, status="planned")
    _, totals = await asked(place)
    assert (totals.handed, totals.segments, totals.cost) == (5, 10, Decimal("0.083"))
    told = dict(zip(totals.buckets, totals.counts, strict=True))
    assert told == {bucket(seconds): 1 for seconds in (1, 2, 3, 4, 100)}


async def test_an_agency_without_messages_has_a_report_of_zeros(place):
    message(place)
    rows, totals = await asked(place, "channel", agency=place.fresno)
    assert (rows, totals.total, totals.cost, totals.buckets) == ([], 0, 0, None)


async def test_an_agency_cannot_ask_for_anothers_report(place):
    message(place, place.fresno)
    async with place.session(place.orange) as session:
        rows, totals = await reports.deliveries(session, place.fresno, ["channel"], ALL)
    assert (rows, totals.total) == ([], 0)
