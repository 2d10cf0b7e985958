import inspect

import pytest

from app import errors
from app.errors import KeepCoveredError

ERRORS = [thing for _, thing in inspect.getmembers(errors, inspect.isclass)]


@pytest.mark.parametrize("error", ERRORS)
def test_every_error_is_of_the_one_tree_and_says_in_a_sentence_what_happened(error):
    assert issubclass(error, KeepCoveredError)
    assert error.__doc__.endswith(".")


def test_the_picture_of_the_tree_is_whole():
    assert [error.__name__ for error in ERRORS if error.__name__ not in errors.__doc__] == []
