import pytest

from channels.reasons import REASONS
from channels.twilio.codes import CANCELED, MEANINGS, UNEXPLAINED, Kind, reason_of


@pytest.mark.parametrize(
    ("code", "reason", "kind"),
    [
        (20003, "misconfigured", Kind.LATER),
        (30034, "misconfigured", Kind.LATER),
        (20429, "rate_limited", Kind.LATER),
        (30001, "queue_full", Kind.LATER),
        (35114, "send_time_refused", Kind.LATER),
        (35115, "send_time_refused", Kind.LATER),
        (35118, "misconfigured", Kind.LATER),
        (35125, "queue_full", Kind.LATER),
        (21211, "bad_address", Kind.REFUSED),
        (21617, "too_long", Kind.REFUSED),
        (30640, "litigator_blocked", Kind.REFUSED),
        (21614, "landline", Kind.REFUSED),
        (21635, "landline", Kind.REFUSED),
        (30006, "landline", Kind.REFUSED),
        (21610, "opted_out", Kind.REFUSED),
        (21408, "route_refused", Kind.REFUSED),
        (21612, "route_refused", Kind.REFUSED),
        (30003, "handset_unreachable", Kind.REFUSED),
        (30004, "blocked", Kind.REFUSED),
        (30005, "unknown_number", Kind.REFUSED),
        (30007, "carrier_filtered", Kind.REFUSED),
        (30008, "carrier_error", Kind.REFUSED),
        (30410, "carrier_timeout", Kind.UNCLEAR),
    ],
)
def test_each_code_has_one_reason_and_says_whether_to_try_again(code, reason, kind):
    assert (MEANINGS[code].reason, MEANINGS[code].kind) == (reason, kind)
    assert reason_of(str(code)) == reason


def test_every_reason_is_explained():
    assert {meaning.reason for meaning in MEANINGS.values()} | {UNEXPLAINED, CANCELED} <= set(REASONS)


@pytest.mark.parametrize("code", ["", "0", "99999", "abc", "²", "-1", "9" * 5000])
def test_a_code_that_is_not_in_the_table_stays_unexplained(code):
    assert reason_of(code) == UNEXPLAINED
