import pytest

from channels.twilio.answers import parsed


def test_an_object_is_read():
    assert parsed(b'{"sid": "SM1"}') == {"sid": "SM1"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"7", b"<html>", b"\xff\xfe", b"[" * 9999])
def test_what_is_no_object_is_nothing(body):
    assert parsed(body) is None
