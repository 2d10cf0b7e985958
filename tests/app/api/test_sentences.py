from enum import Enum
from typing import Annotated, Literal

import pytest
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError

from app.api.sentences import OTHERWISE, OURS, SENTENCES, sentence_of


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


class Box(BaseModel):
    lid: int


def said(kind, value):
    with pytest.raises(ValidationError) as refused:
        TypeAdapter(kind).validate_python(value, strict=isinstance(value, Box))
    (found,) = refused.value.errors()
    return sentence_of(found)


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        (Literal["sms", "email"], "fax", "give 'sms' or 'email'"),
        (Colour, "green", "give 'red' or 'blue'"),
        (Annotated[int, Field(ge=1)], 0, "give 1 or more"),
        (Annotated[int, Field(le=9)], 10, "give 9 or less"),
        (Annotated[str, Field(max_length=3)], "long", "give at most 3 characters"),
        (Annotated[list[int], Field(max_length=1)], [1, 2], "give at most 1 of these"),
        (int, 1.5, "give a whole number"),
        (int, "many", "give a whole number"),
        (Box, {}, "this field is required"),
        (complex, "a lot", OTHERWISE),
    ],
)
def test_what_the_library_finds_is_said_in_our_words(kind, value, sentence):
    assert said(kind, value) == sentence


def test_a_sentence_of_ours_is_said_as_it_is():
    assert sentence_of({"type": OURS, "msg": PydanticCustomError(OURS, "mend {this}").message()}) == "mend {this}"


def test_no_sentence_repeats_the_value_itself():
    assert not any("{input" in sentence for sentence in SENTENCES.values())
