"""Broadcasts: who is the same person, what is wrong with one, and how its people add up."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.broadcasts import Audience, BroadcastAsked, Who, add_up, mistakes
from app.rules.facts import Channel

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
TEMPLATES = {"scam_alert": "scam_alert", "renewal_two_months": "renewal", "help": "service"}
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Row:
    channel: str
    language: str | None
    status: str
    reason: str | None
    people: int


def wrong(**changes):
    asked = BroadcastAsked(**{"template": "scam_alert", **changes})
    return [one.field for one in mistakes(asked, templates=TEMPLATES, offered=[Channel.SMS], now=NOW)]


def test_one_key_or_one_name_is_one_person():
    mai = Who("Mai Tran", "k1")
    assert mai.is_same_as(Who("somebody", "k1"))
    assert mai.is_same_as(Who(" mai tran", "k2"))
    assert not mai.is_same_as(Who("Tom", "k2"))
    assert not Who("Mai").is_same_as(Who("Tom"))
    assert not Who("").is_same_as(Who(""))


def test_an_ordinary_broadcast_has_no_mistake():
    assert wrong() == []
    assert wrong(channels=(Channel.SMS,), starts_at=NOW + A_DAY, audience=Audience(states=("CA",))) == []


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"template": "renewal_two_months"}, ["template"]),
        ({"template": "help"}, ["template"]),
        ({"template": "unheard_of"}, ["template"]),
        ({"channels": (Channel.EMAIL,)}, ["channels"]),
        ({"channels": ()}, ["channels"]),
        ({"audience": Audience(zip_prefixes=("926",))}, ["audience/zip_prefixes"]),
        ({"audience": Audience(languages=("vi", "tlh"))}, ["audience/languages"]),
        ({"audience": Audience(languages=("zh-Hant", "yue", "fr"))}, []),
        ({"audience": Audience(statuses=("lost",))}, ["audience/statuses"]),
        ({"audience": Audience(states=("XX",))}, ["audience/states"]),
        ({"starts_at": NOW - A_DAY}, ["starts_at"]),
        ({"deadline_at": NOW}, ["deadline_at"]),
        ({"starts_at": NOW + 2 * A_DAY, "deadline_at": NOW + A_DAY}, ["deadline_at"]),
        ({"deadline_at": NOW + 91 * A_DAY}, ["deadline_at"]),
    ],
)
def test_what_cannot_be_is_named_by_its_field(changes, fields):
    assert wrong(**changes) == fields


def test_it_has_two_weeks_if_nobody_says_otherwise():
    assert BroadcastAsked("scam_alert").span(NOW) == (NOW, NOW + 14 * A_DAY)
    assert BroadcastAsked("scam_alert", starts_at=NOW + A_DAY).span(NOW) == (NOW + A_DAY, NOW + 15 * A_DAY)


def test_who_hears_it_with_the_household_is_reached_without_a_message():
    rows = [
        Row("sms", "vi", "planned", None, 3),
        Row("sms", "vi", "skipped", "household", 2),
        Row("sms", None, "skipped", "no_consent", 5),
    ]
    found = add_up(rows, 10)
    assert (found["people"], found["messages"]) == (10, 3)
    assert found["reached"] == [{"channel": "sms", "language": "vi", "people": 5, "messages": 3}]
    assert found["not_reached"] == [
        {
            "channel": "sms",
            "reason": "no_consent",
            "explanation": "We have no consent for this channel and address.",
            "people": 5,
        }
    ]


ENDS = st.sampled_from([
    ("planned", None), ("skipped", "household"), ("skipped", "no_consent"), ("expired", "deadline_passed"),
])  # fmt: skip
ROWS = st.lists(
    st.builds(
        lambda channel, language, end, people: Row(channel, language, *end, people),
        st.sampled_from(list(Channel)), st.sampled_from(["en", "vi", None]), ENDS, st.integers(1, 1000),
    )
)  # fmt: skip


@given(ROWS)
def test_everybody_is_counted_once_a_channel(rows):
    found = add_up(rows, 0)
    told = sum(one["people"] for one in found["reached"]) + sum(one["people"] for one in found["not_reached"])
    assert told == sum(row.people for row in rows)
    assert found["messages"] == sum(row.people for row in rows if row.status == "planned")
