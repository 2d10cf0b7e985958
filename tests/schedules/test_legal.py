from datetime import date, time
from importlib.resources import files

import pytest

from schedules.dated import BadTable
from schedules.legal import parse_legal_windows
from schedules.windows import EVERY_DAY

SHIPPED = parse_legal_windows(files("schedules").joinpath("legal_windows.toml").read_text("utf-8"))
MONDAY, SATURDAY, SUNDAY = date(2026, 12, 7), date(2026, 12, 5), date(2026, 12, 6)


def left(state: str, channel: str, day: date) -> str:
    """What the law of a state, federal law included, leaves of a day."""
    hours = [rule.hours for rule in SHIPPED.about((state,), channel) if rule.holds(day)]
    if None in hours:
        return "none"
    bounds = [one for one in hours if one]
    return f"{max(opens for opens, _ in bounds):%H:%M}-{min(closes for _, closes in bounds):%H:%M}"


@pytest.mark.parametrize(
    ("state", "channel", "day", "hours"),
    [
        ("", "sms", MONDAY, "08:00-21:00"),
        ("CA", "sms", MONDAY, "08:00-21:00"),
        ("CA", "voice", SUNDAY, "09:00-21:00"),
        *((state, "sms", SUNDAY, "08:00-20:00") for state in ("FL", "MD", "OK", "MA", "NJ")),
        ("MS", "voice", MONDAY, "08:00-20:00"),
        ("MS", "sms", SUNDAY, "none"),
        ("CT", "sms", MONDAY, "09:00-20:00"),
        ("NV", "voice", MONDAY, "09:00-20:00"),
        ("KY", "sms", MONDAY, "10:00-21:00"),
        ("TX", "sms", SATURDAY, "09:00-21:00"),
        ("TX", "sms", SUNDAY, "12:00-21:00"),
        ("RI", "voice", MONDAY, "09:00-18:00"),
        ("RI", "voice", SATURDAY, "10:00-17:00"),
        ("AL", "sms", SUNDAY, "none"),
        ("LA", "voice", SUNDAY, "none"),
        ("AL", "sms", MONDAY, "08:00-21:00"),
        ("SD", "voice", SATURDAY, "none"),
        ("SD", "sms", SATURDAY, "08:00-21:00"),
        ("UT", "sms", SUNDAY, "none"),
    ],
)
def test_the_law_leaves_these_hours(state, channel, day, hours):
    assert left(state, channel, day) == hours


def test_several_states_bind_together():
    bound = {rule.state for rule in SHIPPED.about(("CA", "FL"), "voice")}
    assert bound == {"US", "CA", "FL"}


def test_an_email_has_no_legal_hours():
    assert SHIPPED.about(("CA", "FL"), "email") == ()


def test_every_rule_names_its_source():
    assert all(rule.source for rule in SHIPPED.rules)


ROW = '[[windows]]\nstate = "FL"\nchannels = ["sms"]\nhours = "08:00-20:00"\nsource = "A law"\n'


def test_a_row_without_days_is_about_every_day():
    (rule,) = parse_legal_windows(ROW).rules
    assert (rule.weekdays, rule.hours) == (EVERY_DAY, (time(8), time(20)))


def test_a_changed_law_is_a_second_row():
    old, new = f"{ROW}until = 2026-12-31\n", f"{ROW}from = 2027-01-01\n".replace("20:00", "19:00")
    (first,) = [rule for rule in parse_legal_windows(old + new).rules if rule.holds(date(2026, 12, 31))]
    assert first.hours == (time(8), time(20))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (ROW + ROW, "the legal windows:6: it holds on 0001-01-01, and so does the row at the legal windows:1"),
        (ROW + f'{ROW}days = "sunday"\n', "the legal windows:6: it holds on"),
        (ROW.replace("FL", "ZZ"), "“ZZ” is no state"),
        (ROW.replace("08:00-20:00", "20:00-08:00"), "“20:00-08:00” names no hours"),
        (ROW.replace("sms", "fax"), "`channels` are sms and voice"),
        (ROW.replace('["sms"]', "[]"), "`channels` are sms and voice"),
        (ROW.replace('["sms"]', '["email"]'), "`channels` are sms and voice"),
        (f'{ROW}days = "weekends"\n', "“weekends” names no weekdays"),
        (f"{ROW}until = 5\n", "`until` must be a date"),
        (f'{ROW}county = "30"\n', "the legal windows:6: `county` is no key"),
    ],
)
def test_a_mistake_is_refused_with_its_line(text, said):
    with pytest.raises(BadTable) as refused:
        parse_legal_windows(text)
    assert said in str(refused.value)
