from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from app.rules.ledger import rebuild

ANA, NUMBER = UUID(int=1), b"number"
NOON = datetime(2026, 11, 2, 20, tzinfo=UTC)


@dataclass
class Said:
    granted: bool
    address_stopped: bool | None = None
    hours: int = 0
    member_id: UUID | None = ANA
    address_index: bytes = NUMBER
    channel: str = "sms"
    purpose: str = "renewal"
    until: datetime | None = None

    @property
    def at(self):
        return NOON + timedelta(hours=self.hours)


def yes(**more):
    return Said(granted=True, **more)


def no(**more):
    return Said(granted=False, **more)


def stop(hours=0, **more):
    return no(address_stopped=True, hours=hours, **more)


def start(hours=0):
    return yes(address_stopped=False, hours=hours)


def consents(*lines):
    return [granted for granted, _ in rebuild(lines).consents.values()]


def stopped(*lines):
    return rebuild(lines).stopped == {(NUMBER, "sms")}


def test_the_last_line_on_a_consent_holds():
    assert consents(yes(), no(), yes()) == [True]
    assert consents(yes(), no(channel="voice")) == [True, False]


def test_the_end_of_a_yes_belongs_to_it():
    end = NOON + timedelta(days=365)
    assert rebuild([yes(until=end)]).consents == {(ANA, NUMBER, "sms", "renewal"): (True, end)}


def test_an_address_is_stopped_until_the_stop_is_lifted():
    assert stopped(stop())
    assert not stopped(stop(), start(hours=1))
    assert stopped(stop(), start(hours=1), stop(hours=2))


def test_an_older_word_changes_no_stop():
    assert stopped(stop(hours=2), start(hours=1))
    assert not stopped(stop(), start(hours=3), stop(hours=1))


def test_what_was_never_stopped_is_not_lifted_beforehand():
    assert stopped(start(hours=5), stop())


def test_a_line_of_the_county_stops_nobody_else():
    assert not stopped(no())


def test_a_stop_of_an_address_that_nobody_has_is_a_stop_and_nobodys_consent():
    line = stop(member_id=None)
    assert stopped(line)
    assert consents(line) == []


def test_differences_are_counted_place_by_place():
    assert rebuild([yes()]).differences(rebuild([yes()])) == 0
    assert rebuild([yes()]).differences(rebuild([])) == 1
    assert rebuild([yes()]).differences(rebuild([stop()])) == 3
