"""What bounds a season, and what each message takes of it."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from app.pipeline.loads import Alike, Loads, channel_of, group_of, limits_of, openings_of
from app.rules.agency import Agency
from app.rules.call_centre import call_centre_of
from schedules.calendar import AgencyHours, Calendar
from schedules.pacing import ONE, hour_of
from tests.app.pipeline.world import EMAIL, NINE, SMS, VOICE

PLAIN = Agency(UUID(int=0), "o", "O", "30", "+1")
CALLED = replace(PLAIN, call_centre=call_centre_of({"calls_per_hour": 300}))
ALIKE = Alike("sms", "America/Los_Angeles;CA", "renewal_two_months", "vi", NINE, NINE + timedelta(days=1), 7)


def test_an_agency_that_sets_nothing_has_no_limits():
    assert limits_of(PLAIN) == {}


def test_the_limits_are_those_that_the_agency_sets():
    ((name, limit),) = limits_of(replace(PLAIN, rates={"emails_per_second": 2})).items()
    assert (name, limit(hour_of(NINE))) == (str(EMAIL), 7200 * ONE)
    assert limits_of(CALLED)["call_centre"](hour_of(NINE)) == 300 * ONE


def test_hours_are_those_of_the_agencys_own_clock():
    hours = [{"days": "tuesday", "hours": "09:00-10:00", "calls_per_hour": 8}]
    limit = limits_of(replace(PLAIN, call_centre=call_centre_of({"hours": hours})))["call_centre"]
    assert (limit(hour_of(NINE)), limit(hour_of(NINE) + 1)) == (8 * ONE, 0)


def test_nobody_answers_on_a_day_on_which_the_office_is_closed():
    limit = limits_of(replace(CALLED, closures=(NINE.date(),)))["call_centre"]
    assert (limit(hour_of(NINE)), limit(hour_of(NINE) + 24)) == (0, 300 * ONE)


def test_a_message_takes_its_segments_of_the_lane_and_its_part_of_a_call():
    loads = Loads(CALLED, {("renewal_two_months", "vi"): 3})
    assert loads.of_one(str(SMS), "renewal_two_months", "vi") == (("call_centre", 80_000), ("sms", 3 * ONE))
    assert loads.of_one(str(VOICE), "renewal_two_months", "vi") == (("call_centre", 100_000), ("voice", ONE))


def test_a_text_that_was_not_measured_counts_as_many_segments_as_its_language_may_have():
    assert dict(Loads(CALLED, {}).of_one("sms", "no_such", "ko"))["sms"] == 4 * ONE


def test_which_of_two_equals_goes_first_is_drawn_but_always_the_same():
    loads = Loads(CALLED, {})
    first, again, other = group_of(ALIKE, loads), group_of(ALIKE, loads), group_of(ALIKE._replace(language="ko"), loads)
    assert first == again
    assert first.key != other.key
    assert channel_of(first.where) == "sms"


def test_openings_begin_no_earlier_than_asked():
    calendar = Calendar(AgencyHours("America/Los_Angeles"))
    since = NINE + timedelta(hours=2)
    (several,) = openings_of(calendar, {"sms|America/Los_Angeles;CA"}, since, NINE + timedelta(days=1)).values()
    assert several[0].opens_at == since
    assert several[1].opens_at == NINE + timedelta(days=1)
