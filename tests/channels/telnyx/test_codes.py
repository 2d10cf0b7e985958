import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.reasons import REASONS
from channels.telnyx.codes import CANCELED, MEANINGS, POINTERS, UNEXPLAINED, Kind, reported, worst

STOP = {"code": "40300", "title": "Blocked due to STOP message"}


def test_every_reason_has_its_meaning():
    said = {meaning.reason for meaning in (*MEANINGS.values(), *POINTERS.values())}
    assert said | {CANCELED, UNEXPLAINED} <= set(REASONS)


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (10009, "misconfigured", Kind.LATER),
        (20100, "misconfigured", Kind.LATER),
        (40010, "misconfigured", Kind.LATER),
        (40305, "misconfigured", Kind.LATER),
        (10011, "rate_limited", Kind.LATER),
        (40318, "queue_full", Kind.LATER),
        (40310, "bad_address", Kind.REFUSED),
        (40001, "landline", Kind.REFUSED),
        (40002, "carrier_filtered", Kind.REFUSED),
        (40302, "too_long", Kind.REFUSED),
        (10007, "unexplained", Kind.UNCLEAR),
    ],
)
def test_a_code_has_its_reason(code, reason, kind):
    assert (MEANINGS[code].reason, MEANINGS[code].kind) == (reason, kind)


def test_only_what_surely_was_not_sent_may_be_sent_again():
    assert {meaning.reason for meaning in MEANINGS.values() if meaning.kind is Kind.LATER} == {
        "misconfigured", "rate_limited", "queue_full",
    }  # fmt: skip


def test_a_stop_is_told_from_another_block_by_its_words():
    assert reported(worst([STOP])) == "opted_out"
    assert reported(worst([{"code": "40300", "detail": "… due to an existing block rule."}])) == "opted_out"
    assert reported(worst([{"code": "40300", "title": "Message blocked by carrier"}])) == "blocked"


def test_the_field_decides_what_a_general_code_is_about():
    assert worst([{"code": "10016", "source": {"pointer": "/from"}}]).meaning.reason == "misconfigured"
    assert worst([{"code": "10016", "source": {"pointer": "/to"}}]).meaning.reason == "bad_address"
    assert worst([{"code": "10016"}]).meaning.reason == "refused"
    assert worst([{"code": "10015", "source": {"pointer": "/send_at"}}]).meaning.reason == "send_time_refused"
    assert worst([{"code": "40310", "source": {"pointer": "/from"}}]).meaning.reason == "bad_address"


def test_a_code_that_we_know_counts_more_than_one_that_we_do_not():
    assert worst([{"code": "99999"}, {"code": 40310}]).code == 40310
    assert worst([{"code": "99999"}, {"code": "88888"}]).code == 99999


def test_a_report_without_a_code_is_unexplained():
    assert reported(worst([])) == reported(worst([{"code": "99999"}])) == UNEXPLAINED


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["code", "title", "source", "pointer"]), inner),
)


@given(JSON)
def test_whatever_stands_for_errors_has_a_reason(errors):
    assert reported(worst(errors)) in REASONS
