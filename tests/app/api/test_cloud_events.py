"""CloudEvents, taken apart."""

import pytest

from app.api.cloud_events import canonical, read_event
from app.api.problems import Problem


def test_one_event_has_one_spelling(an_event):
    event = an_event()
    assert canonical(event) == canonical(dict(reversed(event.items())))
    assert read_event(event, suspicious=False).payload == canonical(event)


def test_an_event_is_read_with_its_facts(an_event):
    event = read_event(an_event("member.deceased", None) | {"data": None}, suspicious=False)
    assert (event.subject, event.type) == ("M-1", "org.keepcovered.member.deceased")
    assert "M-1" not in repr(event)


@pytest.mark.parametrize("value", [None, 1, [], "x", {}])
def test_what_is_no_event_is_a_problem(value):
    with pytest.raises(Problem) as found:
        read_event(value, suspicious=True)
    assert found.value.errors


def test_mistakes_of_envelope_and_data_come_together(an_event):
    with pytest.raises(Problem) as found:
        read_event(an_event(id="", data={"zip": "x"}), suspicious=False)
    assert [fault.pointer for fault in found.value.errors] == ["/id", "/data/zip"]


async def test_a_single_event_and_a_batch_have_media_types_of_their_own(api, an_event):
    for body, kind in (([an_event()], "cloudevents+json"), (an_event(), "cloudevents-batch+json")):
        answer = await api.post("/v1/events", json=body, headers={"Content-Type": f"application/{kind}"})
        assert answer.status_code == 422


async def test_plain_json_is_taken_either_way(api, an_event):
    assert (await api.post("/v1/events", json=an_event())).json()["applied"] == 1
    assert (await api.post("/v1/events", json=[an_event()])).json()["duplicate"] == 1


async def test_a_header_of_binary_mode_that_is_no_text_is_refused(api):
    headers = {"ce-specversion": "1.0", "ce-id": "%FF", "Content-Type": "application/json"}
    assert (await api.post("/v1/events", content="{}", headers=headers)).status_code == 400
