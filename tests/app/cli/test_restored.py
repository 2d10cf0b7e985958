"""A database that was put back, on the command line."""

import json
from uuid import UUID

import psycopg
import pytest

from tests.app.cli.conftest import AGENCY

HELD = """
    INSERT INTO epoch (id, number, system, timeline, noted_at, noted_on_machine, held, held_because, held_from,
           held_from_on_machine)
    VALUES ('00000000-0000-0000-0000-000000000001', 5, 'x', 1, now(), now(), '{sms,email}', 'older', now(), now())
"""
FOUND = """
    INSERT INTO gone_out (agency_id, id, channel, provider, provider_id, status, at, found_at)
    SELECT id, id, 'sms', 'twilio', 'SM1', 'delivered', now(), now() FROM agency
"""


@pytest.fixture
def held(run, tmp_path, clean_url):
    """An installation of which two channels are held."""
    (tmp_path / "orange.toml").write_text(AGENCY)
    run("agency", "add", str(tmp_path / "orange.toml"))
    with psycopg.connect(clean_url) as connection:
        connection.execute(HELD)
        connection.execute(FOUND)
    return run


def test_in_peace_nothing_is_held(run):
    assert "Nothing is held" in run("restored").text
    assert json.loads(run("restored", "--json").text)["held"] == []


def test_what_is_held_is_shown_with_its_reason_and_what_was_found(held):
    said = held("restored").text
    assert "Nothing is sent by sms, email" in said
    assert "restored from a backup" in said
    assert "delivered" in said


@pytest.mark.parametrize(("options", "spans"), [([], 2), (["--nothing-lost"], 0)])
def test_a_persons_word_lets_it_go(held, clean_url, options, spans):
    assert "Let go: sms, email" in held("restored", "--confirm", *options).text
    assert held("restored", "--json").json["held"] == []
    with psycopg.connect(clean_url) as connection:
        assert connection.execute("SELECT count(*) FROM gone_out WHERE status = 'unseen'").fetchone() == (spans,)
        assert connection.execute("SELECT id, held_because FROM epoch").fetchone() == (UUID(int=1), None)


def test_that_nothing_was_lost_is_said_only_with_a_confirmation(run):
    assert run("restored", "--nothing-lost").code == 2
