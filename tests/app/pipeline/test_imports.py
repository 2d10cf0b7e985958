import json
from datetime import date, timedelta

import pytest

from app.rules.rosters import BadFile
from tests.app.pipeline.world import NOW, SMS

HEAD = "member_ref,first_name,language_written,phone,phone_kind,consent_sms,renewal_month,status"
ROWS = [
    "M-1,Ana,es,7145550002,mobile,yes,2027-02,",
    "M-2,Binh,vi,7145550003,mobile,yes,2027-03,",
    "M-3,Chi,en,12,mobile,yes,2027-02,",
    ",Nobody,en,7145550004,mobile,yes,2027-02,",
    "M-5,Dan,en,7145550005,mobile,,2027-02,",
]


def csv(*rows):
    return "\n".join([HEAD, *rows]).encode()


async def bring(world, data, format_="csv", **more):
    imports = world.services.imports
    roster = imports.read(data, format_, today=date(2026, 11, 2))
    return await imports.apply(world.agency.id, roster, **more)


def parts(count):
    assert count.rows == count.applied + count.unchanged + count.rejected
    return count.applied, count.unchanged, count.rejected


async def test_every_row_is_applied_or_rejected(world):
    count = await bring(world, csv(*ROWS))
    applied, unchanged, rejected = parts(count)
    assert applied + rejected == 5
    assert unchanged == 0
    assert rejected >= 1
    assert all(reject.reason for reject in count.rejects)
    await world.plan()
    assert (await world.message(SMS)) is not None


async def test_the_same_file_again_changes_nothing(world):
    first = parts(await bring(world, csv(*ROWS)))
    await world.plan()
    before = await world.messages()
    await world.at(NOW + timedelta(days=3))
    again = parts(await bring(world, csv(*ROWS)))
    assert again == (0, first[0], first[2])
    assert await world.plan() == 0
    assert await world.messages() == before


async def test_the_same_file_as_of_the_same_moment_changes_nothing_either(world):
    first = parts(await bring(world, csv(*ROWS), as_of=NOW))
    assert parts(await bring(world, csv(*ROWS), as_of=NOW)) == (0, first[0], first[2])


async def test_an_older_file_does_not_overwrite_a_newer_one(world):
    await bring(world, csv("M-1,Ana,es,7145550002,mobile,yes,2027-02,"), as_of=NOW)
    older = await bring(world, csv("M-1,Ana,vi,7145550002,mobile,yes,2027-01,"), as_of=NOW - timedelta(days=30))
    assert parts(older) == (0, 1, 0)
    view = await world.services.reporting.member(world.agency.id, "M-1")
    assert view.member.language_written == "es"


async def test_a_dry_run_counts_and_keeps_nothing(world):
    count = await bring(world, csv(*ROWS), dry_run=True)
    assert parts(count)[0] >= 3
    assert await world.rows("SELECT id FROM member") == []
    assert parts(await bring(world, csv(*ROWS))) == parts(count)


async def test_a_row_without_a_yes_is_no_yes(world):
    await bring(world, csv(ROWS[4]))
    await world.plan()
    assert await world.end(SMS) == "skipped no_consent"


async def test_a_row_that_says_renewed_cancels_the_reminder(world):
    await bring(world, csv(ROWS[0]))
    await world.plan()
    await world.at(NOW + timedelta(days=1))
    assert parts(await bring(world, csv(ROWS[0] + "renewed"))) == (1, 0, 0)
    assert await world.end(SMS) == "canceled renewed"


async def test_a_deceased_member_is_never_reminded(world):
    head = "member_ref,first_name,phone,consent_sms,renewal_month,status"
    row = "M-1,Ana,7145550002,yes,2027-02,"
    await bring(world, f"{head}\n{row}".encode())
    await world.plan()
    await world.at(NOW + timedelta(days=1))
    assert parts(await bring(world, f"{head}\n{row}deceased".encode())) == (1, 0, 0)
    assert await world.end(SMS) == "canceled member_deceased"
    await world.at(NOW + timedelta(days=2))
    assert parts(await bring(world, f"{head}\n{row}deceased".encode())) == (0, 1, 0)


async def test_a_thousand_rows_and_more_are_told_chunk_by_chunk(world, monkeypatch):
    monkeypatch.setattr("app.pipeline.imports.CHUNK", 10)
    told = []
    rows = [f"M-{at},Ana,es,714555{1000 + at},mobile,yes,2027-02," for at in range(35)]
    count = await bring(world, csv(*rows), told=told.append)
    assert parts(count) == (35, 0, 0)
    assert told == [10, 10, 10, 5]


async def test_lines_of_json_are_read_too(world):
    line = {"member_ref": "M-1", "phones": [{"number": "+17145550002", "kind": "mobile", "rank": 1}],
            "consents": [{"channel": "sms", "basis": "form", "granted_at": "2026-01-01T00:00:00Z"}],
            "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}]}  # fmt: skip
    data = "\n".join([json.dumps(line), "{"]).encode()
    assert parts(await bring(world, data, "ndjson")) == (1, 0, 1)
    await world.plan()
    assert await world.end(SMS) == "planned"


@pytest.mark.parametrize("data", [b"", b"\xff\xfe\x00", b"this,is,no,roster\n1,2,3,4\n"])
async def test_a_file_that_is_no_roster_says_so(world, data):
    assert isinstance(world.services.imports.read(data, "csv", today=NOW.date()), BadFile)
