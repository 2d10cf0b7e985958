"""Bodies, read strictly."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.api.bodies import may_be_unstorable, parse_json, unstorable
from app.api.problems import Problem


@given(st.binary(max_size=60) | st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_json_or_a_problem(body):
    with suppress(Problem):
        parse_json(body)


def test_a_byte_order_mark_is_forgiven():
    assert parse_json(b"\xef\xbb\xbf[1]") == [1]


@pytest.mark.parametrize("body", [b'{"a":1,"a":2}', b"NaN", b"-Infinity", b"[1,]", b"'a'", b"\x00"])
def test_what_is_no_strict_json_is_refused(body):
    with pytest.raises(Problem):
        parse_json(body)


def test_text_that_cannot_be_kept_is_found_wherever_it_hides():
    body = rb'{"a": [{"b": "x\u0000"}, "\ud83d\ude00"], "c\ud800": 1}'
    assert may_be_unstorable(body)
    assert [fault.pointer for fault in unstorable(parse_json(body))] == ["/a/0/b", "/c?"]
    assert not may_be_unstorable('{"a": "😀 \\n"}'.encode())
