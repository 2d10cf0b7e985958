import re

import pytest

from app.rules.reasons import SENTENCES, sentence


@pytest.mark.parametrize("reason", sorted(SENTENCES))
def test_every_reason_is_one_plain_sentence(reason):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", reason)
    assert re.fullmatch(r"[A-Z0-9][^\n_{}]{10,118}\.", sentence(reason))


def test_no_two_reasons_read_the_same():
    assert len(set(SENTENCES.values())) == len(SENTENCES)


def test_a_reason_that_is_new_to_us_is_shown_as_it_is():
    assert sentence("solar_flare") == "The provider gave the reason “solar_flare”."


@pytest.mark.parametrize("nothing", [None, ""])
def test_without_a_reason_nothing_is_said(nothing):
    assert sentence(nothing) == ""
