"""What is wrong with one value of a request, in our words; the library's own are never shown."""

from collections.abc import Mapping
from typing import Any, Final

SENTENCES: Final[Mapping[str, str]] = {
    "missing": "this field is required",
    "extra_forbidden": "this field is not known here; leave it out or correct its name",
    "string_type": "give a text in quotes",
    "string_too_short": "this must not be empty",
    "int_type": "give a whole number, without quotes",
    "int_parsing": "give a whole number",
    "bool_type": "give true or false, without quotes",
    "bool_parsing": "give true or false",
    "tuple_type": "give a list",
    "list_type": "give a list",
    "dict_type": "give a JSON object",
    "model_type": "give a JSON object",
    "model_attributes_type": "give a JSON object",
    "uuid_parsing": "give an id as this API shows it",
    "uuid_type": "give an id as this API shows it",
    "string_too_long": "give at most {max_length} characters",
    "too_long": "give at most {max_length} of these",
    "too_short": "give at least {min_length} of these",
    "literal_error": "give {expected}",
    "enum": "give {expected}",
    "greater_than": "give more than {gt}",
    "greater_than_equal": "give {ge} or more",
    "less_than": "give less than {lt}",
    "less_than_equal": "give {le} or less",
    "int_from_float": "give a whole number",
    "int_parsing_size": "this number is too large",
    "float_type": "give a number, without quotes",
    "float_parsing": "give a number",
    "finite_number": "give a number",
    "string_pattern_mismatch": "this is written in a form that is not taken here; the documentation shows the form",
}
"""Our words for pydantic's; what they name comes from the schema, never from the value."""
OTHERWISE: Final = "this cannot be used here; the documentation shows what is taken"
OURS: Final = "kc"
"""The type of errors that carry a sentence of ours."""


def sentence_of(found: Mapping[str, Any]) -> str:
    """Return our sentence for an error that pydantic found."""
    if found["type"] == OURS:
        return str(found["msg"])
    return SENTENCES.get(found["type"], OTHERWISE).format_map(found.get("ctx", {}))
