"""Which version can work on which schema."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.releases import misfit

SCHEMAS = st.integers(1, 9999).map("{:04}".format)


def test_a_version_works_on_its_own_schema_and_on_no_older_one():
    assert misfit("0006", "0006", "") == ""
    assert misfit("0005", "0006", "0001") == (
        "the database's schema is 0005, this version knows 0006; run `keepcovered migrate`"
    )
    assert "is empty" in misfit("", "0006", "")


def test_a_newer_schema_is_worked_on_only_if_it_says_so():
    assert misfit("0008", "0006", "0006") == ""
    assert "works with versions that know 0007 or later; this version knows 0006" in misfit("0008", "0006", "0007")
    assert "made by a newer release; this version knows 0006" in misfit("0008", "0006", "")


@pytest.mark.parametrize("oldest", ["", "0001"])
@given(held=SCHEMAS, known=SCHEMAS)
def test_a_version_never_works_on_a_schema_that_lacks_what_it_needs(held, known, oldest):
    assert (misfit(held, known, oldest) == "") <= (held >= known)


@given(held=SCHEMAS, known=SCHEMAS, oldest=SCHEMAS)
def test_what_is_refused_is_said_in_a_sentence_with_its_mend(held, known, oldest):
    said = misfit(held, known, oldest)
    assert not said or ("migrate" in said) != ("newer release" in said)
