"""When coverage ends: 90 days to mend it, another way to be covered, and the way back."""

import pytest

from tests.stories.county import ana, renewal

ENDED = {"effective_on": "2026-12-31"}


@pytest.fixture
async def lost(county):
    """Ana's renewal was due in December, and nothing came."""
    await county.on("2026-12-20", ana("2026-12"))
    await county.on("2027-01-02", renewal("discontinued_procedural", "2026-12", **ENDED))
    return county


async def test_who_loses_coverage_for_papers_hears_four_times_how_to_mend_it_and_then_how_to_apply(lost):
    heard = await lost.heard_until("2027-05-01")
    assert heard[:4] == [
        "2027-01-02 cure_now es email sms, names 2027-03-31",
        "2027-01-30 cure_reminder es email sms, names 2027-03-31",
        "2027-03-01 cure_reminder es email sms, names 2027-03-31",
        "2027-03-21 cure_last es email sms, names 2027-03-31",
    ]
    (again,) = heard[4:]
    assert again[10:] == " apply_again es sms"
    assert "2027-04-01" <= again[:10] <= "2027-04-15"


async def test_who_has_coverage_back_hears_no_more_of_its_loss(lost):
    await lost.on("2027-02-20", renewal("restored", "2026-12"))
    heard = await lost.heard_until("2027-05-01")
    assert [line[11:].split()[0] for line in heard] == ["cure_now", "cure_reminder"]
    assert "canceled restored" in (await lost.why_not())["cure_60"]


async def test_who_no_longer_qualifies_is_told_at_once_of_another_way_to_be_covered(county):
    await county.on("2026-12-20", ana("2026-12"))
    await county.on("2027-01-02", renewal("ineligible", "2026-12", **ENDED))
    assert await county.heard_until("2027-05-01") == ["2027-01-02 ineligible es email sms, names 2027-03-31"]
