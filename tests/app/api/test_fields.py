"""The values that requests are made of."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from app.api import fields

READERS = (
    fields.read_month, fields.read_day, fields.read_birth_day, fields.read_milestone_day, fields.read_moment,
    fields.read_phone_number, fields.read_email_address, fields.read_tag, fields.read_zone, fields.read_zip,
    fields.printable,
)  # fmt: skip


@given(st.sampled_from(READERS), st.text(max_size=40) | st.from_regex(r"[0-9]{4}-[0-9]{2}(-[0-9]{2}(T.{0,20})?)?"))
def test_any_text_is_read_or_told_how_to_mend(reader, text):
    with suppress(PydanticCustomError):
        reader(text)


@given(st.integers(-2_000_000_000, 7_000_000_000))
def test_a_time_means_the_same_as_it_is_written(seconds):
    utc = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    assert fields.read_moment(utc.isoformat()) == utc


@pytest.mark.parametrize("text", ["2026-11-01T18:00:00.1234567z", "2026-11-01 18:00:00.123456+00:00"])
def test_times_are_read_as_rfc_3339_allows(text):
    assert fields.read_moment(text) == datetime(2026, 11, 1, 18, 0, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize("text", ["2026-11-01", "2026-11-01T18:00", "2026-11-01T18:00:00", "2026-11-01T25:00:00Z",
                                  "1000-01-01T00:00:00Z", "2026-11-01T18:00:00+0100"])  # fmt: skip
def test_other_times_are_refused(text):
    with pytest.raises(PydanticCustomError):
        fields.read_moment(text)


@pytest.mark.parametrize(
    ("text", "tag"), [("spa", "es"), ("zh-TW", "zh-Hant"), ("EN-us", "en"), ("fr-ca", "fr-CA"), ("so", "so")]
)
def test_languages_get_their_usual_tag(text, tag):
    assert fields.read_tag(text) == tag


def test_a_month_is_its_first_day():
    assert fields.read_month("2027-02") == date(2027, 2, 1)
