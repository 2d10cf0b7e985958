"""How far a text came, written into its file."""

import pytest

from app.rules.wording import Review
from app.rules.wording_reading import parse_template
from app.rules.wording_review import as_draft, reviewed

SOURCE = 'key = "help"\nlanguage = "vi"\nreview = "draft"\npurpose = "service"\n\n[sms]\nbody = "review = none"\n'


@pytest.mark.parametrize("reviewer", ["Trần Thị Mai", 'O"Brien \\1', "x"])
def test_who_read_it_stands_in_the_text_and_the_words_stay(reviewer):
    read = parse_template(reviewed(SOURCE, Review.APPROVED, reviewer))
    assert (read.review, read.reviewer) == (Review.APPROVED, reviewer)
    assert read.sms == parse_template(SOURCE).sms


def test_it_can_be_read_again_by_another():
    twice = reviewed(reviewed(SOURCE, Review.REVIEWED, "A"), Review.APPROVED, "B")
    assert parse_template(twice).reviewer == "B"


def test_what_was_read_is_known_again_as_the_same_words():
    assert as_draft(reviewed(SOURCE, Review.APPROVED, "A")) == SOURCE
