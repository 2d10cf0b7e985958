import pytest
from starlette.requests import Request

from channels.simulator import given
from channels.simulator.given import Refusal

FORM, JSON = b"application/x-www-form-urlencoded", b"application/json"


def a_request(body, kind=JSON):
    async def receive():
        return {"type": "http.request", "body": body, "more_body": False}

    return Request({"type": "http", "method": "POST", "headers": [(b"content-type", kind)]}, receive)


async def test_json_and_forms_give_the_same_fields():
    assert await given.read(a_request(b'{"from": "+14155550123"}')) == {"from": "+14155550123"}
    assert await given.read(a_request(b"from=%2B14155550123", FORM)) == {"from": "+14155550123"}


async def test_the_numbers_of_a_form_come_as_text():
    fields = await given.read(a_request(b"share=0.25&seconds=x", FORM), numbers=("share", "seconds", "missing"))
    assert fields == {"share": 0.25, "seconds": None}


@pytest.mark.parametrize("body", [b"{", b"[]", b""])
async def test_only_an_object_is_understood(body):
    with pytest.raises(Refusal, match="A JSON object is needed"):
        await given.read(a_request(body))


@pytest.mark.parametrize(
    ("read", "wrong"),
    [
        (lambda fields: given.text(fields, "x"), 5),
        (lambda fields: given.flag(fields, "x"), "perhaps"),
        (lambda fields: given.phone(fields, "x"), "me"),
        (lambda fields: given.number(fields, "x", 1.0), float("nan")),
        (lambda fields: given.number(fields, "x", 1.0), True),
        (lambda fields: given.one_of(fields["x"], ("a", "b"), "x"), "c"),
        (lambda fields: given.whole(fields["x"], "x"), "0"),
    ],
)
def test_what_makes_no_sense_is_refused_by_name(read, wrong):
    with pytest.raises(Refusal) as refused:
        read({"x": wrong})
    assert (refused.value.pointer, refused.value.status) == ("/x", 422)


def test_a_limit_is_named_in_plain_digits():
    with pytest.raises(Refusal, match="from 0 to 31622400 is needed"):
        given.number({"x": -1}, "x", 86_400 * 366)


@pytest.mark.parametrize(
    "place", ["/", "/phone/%2B14155550123?live=on", "/call/CA1?live=on#latest", "/inbox/a@b.example"]
)
def test_a_form_leads_back_to_where_it_was(place):
    assert given.place({"back": place}, "/") == place


@pytest.mark.parametrize(
    "place", ["", "//evil.example", "https://evil.example", "/\\evil.example", "/a\r\nb", "a", None]
)
def test_a_form_never_leads_to_another_place(place):
    assert given.place({"back": place}, "/here") == "/here"


def test_a_problem_points_at_what_is_wrong():
    told = given.problem(Refusal("/x", "A number is needed."))
    assert (told.status_code, told.media_type) == (422, "application/problem+json")
    assert b'"pointer":"/x"' in told.body
