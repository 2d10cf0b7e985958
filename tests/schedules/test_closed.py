import pytest

from schedules.closed import DOES, REASONS, Closed, sentence
from schedules.windows import WINDOWS


@pytest.mark.parametrize("channel", WINDOWS)
@pytest.mark.parametrize("code", REASONS)
def test_every_reason_has_a_sentence_on_every_channel(code, channel):
    said = sentence(Closed(code, "Sundays", "A law"), channel)
    assert "{" not in said
    assert "Sundays" in said


def test_every_channel_has_its_verb():
    assert set(DOES) == set(WINDOWS)


def test_a_sentence_reads_well():
    assert sentence(Closed("agency_weekday", "Sundays"), "voice") == "this agency makes no calls on Sundays"
