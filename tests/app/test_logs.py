import json
import logging

import pytest
import structlog

from app.logs import ALLOWED, about, log, only_allowed, set_up_logs

PERSONAL = {"to": "+17145550002", "body": "Hello Ana", "member_ref": "M-1001", "email": "ana@example.org"}


@pytest.fixture
def said(capsys):
    """Ask what was logged; the logger is as it was afterwards."""
    yield lambda: capsys.readouterr().err
    structlog.reset_defaults()


def test_a_log_line_for_machines_is_one_line_of_json(said):
    set_up_logs("json")
    log().info("delivered", lane="orange/sms", count=3)
    entry = json.loads(said())
    assert {name: entry[name] for name in ("event", "level", "lane", "count")} == {
        "event": "delivered", "level": "info", "lane": "orange/sms", "count": 3,
    }  # fmt: skip
    assert entry["timestamp"].endswith("Z")


@pytest.mark.parametrize("log_format", ["json", "text"])
def test_no_field_that_is_not_on_the_list_is_ever_logged(said, log_format):
    set_up_logs(log_format)
    log().bind(**PERSONAL).warning("forged callback", provider="twilio", **PERSONAL)
    logged = said()
    assert "twilio" in logged
    assert [value for value in PERSONAL.values() if value in logged] == []


def test_an_error_is_logged_by_its_kind_and_never_with_its_text(said):
    set_up_logs("json")
    try:
        int(PERSONAL["body"])
    except ValueError as error:
        log().exception("job failed", error=type(error).__name__)
    logged = said()
    assert json.loads(logged)["error"] == "ValueError"
    assert PERSONAL["body"] not in logged


def test_the_list_has_no_field_for_what_is_personal():
    personal = {
        "to",
        "from",
        "body",
        "phone",
        "email",
        "member",
        "member_ref",
        "subject",
        "name",
        "args",
        "path",
        "query",
    }
    assert not ALLOWED & personal
    assert only_allowed(None, "", {**PERSONAL, "event": "x"}) == {"event": "x"}


def test_what_is_below_the_level_is_not_logged(said):
    set_up_logs("json", logging.WARNING)
    log().info("delivered")
    assert said() == ""


@pytest.mark.parametrize("noisy", ["httpx", "uvicorn.access", "sqlalchemy"])
def test_libraries_that_log_addresses_are_silenced(said, noisy):
    set_up_logs("text")
    assert not logging.getLogger(noisy).isEnabledFor(logging.INFO)


def test_every_line_of_a_block_says_what_it_is_about(said):
    set_up_logs("json")
    with about(request_id="r-1"), about(job="plan"):
        log().info("delivered", job="deliver")
    log().info("delivered")
    inside, outside = (json.loads(line) for line in said().splitlines())
    assert (inside["request_id"], inside["job"]) == ("r-1", "deliver")
    assert "request_id" not in outside


def test_what_a_library_logs_is_a_line_of_ours_without_its_words(said):
    set_up_logs("json")
    logging.getLogger("procrastinate.worker").error("Job deliver(phone=%s) failed", PERSONAL["to"], exc_info=KeyError())
    entry = json.loads(said())
    assert (entry["logger"], entry["level"], entry["error"]) == ("procrastinate.worker", "error", "KeyError")
    assert entry["event"] == "a library says"


def test_a_library_that_speaks_of_processes_alone_is_heard(said):
    set_up_logs("json")
    logging.getLogger("uvicorn.error").error("address already in use")
    assert json.loads(said())["event"] == "address already in use"
