"""`keepcovered explain`: one person's past and future, and why nothing comes where nothing does."""

from datetime import UTC, datetime

import pytest

from app.cli.explain import lines
from app.pipeline.timeline import Told

NOW = datetime(2026, 11, 2, 20, tzinfo=UTC)
ZONE = "America/Los_Angeles"


@pytest.fixture
def imported(county, roster):
    county("import", str(roster), "--agency", "orange")
    return county


def entry(**changes):
    told = {
        "at": NOW, "ahead": True, "what": "message", "kind": "reminder", "channel": "sms", "step": "s",
        "place": "the reminder",
        "status": "skipped", "ladder": "l", "renewal_month": "2027-02", "summary": "a message", "explanation": "Why.",
    }  # fmt: skip
    return {**told, **changes}


def shown(*entries):
    return list(lines(Told(list(entries), ["A member."], NOW), ZONE))


def test_a_member_is_explained_with_what_is_known_what_was_what_will_be_and_what_will_not(imported):
    text = imported("explain", "M-1", "--agency", "orange").text
    parts = [text.index(part) for part in ("Known on", "Until now", "From now on", "Not contacted, because")]
    assert parts == sorted(parts)
    assert "Reads Vietnamese" in text
    assert "yes to renewal by sms" in text
    assert "reminder by sms for 2027-02: planned — the reminder two months before the renewal month" in text
    assert "by call: We have no consent for this channel and address." in text
    assert "5550123" not in text
    assert "Lan" not in text


def test_a_machine_reads_the_same_entries(imported):
    found = imported("explain", "M-1", "--agency", "orange", "--json").json
    assert {"event", "consent", "message"} <= {one["what"] for one in found["data"]}
    assert all(one["explanation"] for one in found["data"])
    assert found["known"][0] == "A member of this agency."


def test_somebody_unknown_is_an_error(imported):
    said = imported("explain", "M-9", "--agency", "orange")
    assert said.code == 1
    assert "no member with this reference" in said.errors


def test_one_reason_on_several_channels_is_one_line_and_another_is_another():
    said = shown(entry(), entry(channel="email"), entry(channel="voice", explanation="Another."))
    assert said[-3:] == [
        "  l, 2027-02",
        "      s (the reminder) by text, e-mail: Why.",
        "      s (the reminder) by call: Another.",
    ]


def test_a_ladder_that_is_not_about_the_person_names_its_steps():
    of_ladder = {"at": NOW, "ahead": True, "what": "ladder", "ladder": "l", "steps": ["a", "b"], "status": "not_about",
                 "renewal_month": None, "summary": "", "explanation": "Not about them."}  # fmt: skip
    assert shown(of_ladder)[-2:] == ["  l", "      a, b: Not about them."]


def test_where_nothing_is_left_out_it_says_so_and_a_message_has_its_words_and_tries():
    said = shown(entry(status="planned", words="In Spanish.", tries=["A try."], assumed=None))
    assert said[-1] == "  nothing is left out"
    assert [line.strip() for line in said[-5:-2]] == ["Why.", "In Spanish.", "A try."]


def test_what_was_planned_anew_is_past_and_not_missing():
    said = shown(entry(status="canceled", superseded=True, ahead=False))
    assert said[-1] == "  nothing is left out"
    assert any("a message" in line for line in said)
