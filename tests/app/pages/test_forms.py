"""What a person typed."""

import pytest
from fastapi import Request
from hypothesis import given
from hypothesis import strategies as st

from app.pages.forms import LARGEST, BadForm, clean, fields_of, read_form


def request(body, kind="application/x-www-form-urlencoded"):
    pieces = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive():
        return pieces.pop(0)

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind.encode())]}, receive)


async def test_a_field_has_all_its_values():
    assert await read_form(request(b"channels=sms&channels=email&name=")) == {
        "channels": ["sms", "email"],
        "name": [""],
    }


@pytest.mark.parametrize(
    ("typed", "read"),
    [("Mari\u0301a", "María"), ("O'Brien 🌻", "O'Brien 🌻"), ("a\u202eb\u2066c\x00d\ufeff", "abcd"), (" x\r\n", "x"),
     ("می\u200cخواهم", "می\u200cخواهم")],
)  # fmt: skip
def test_what_was_typed_is_text_that_can_be_read(typed, read):
    assert clean(typed) == read


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"a=" + b"x" * LARGEST, "application/x-www-form-urlencoded"),
        (b"{}", "application/json"),
        (b"a=%ff", "application/x-www-form-urlencoded; charset=utf-8"),
        (b"\xff=1", "application/x-www-form-urlencoded"),
        (b"&".join([b"a=1"] * 500), "application/x-www-form-urlencoded"),
    ],
)
async def test_what_is_no_form_is_told_apart(body, kind):
    assert isinstance(await read_form(request(body, kind)), BadForm)


@given(st.binary(max_size=200))
def test_no_body_is_a_fault_of_ours(body):
    fields_of(body)
