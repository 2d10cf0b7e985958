from dataclasses import dataclass
from uuid import UUID

from app.db import credentials
from app.pipeline.attempts import made_with
from tests.app.pipeline.world import SMS
from tests.conftest import AGENCY

OWN = '[credentials.fake-sms]\naccount_sid = "{sid}"\nauth_token = "s"\n'


@dataclass
class Row:
    agency_id: UUID
    provider: str = "fake-sms"
    account: str = ""
    channel: str = "sms"


async def adapter(world, **row):
    async with world.services.database.transaction(None) as tx:
        [found] = await made_with(tx.session, world.services.providers, [Row(world.agency.id, **row)])
    return found


async def mark(world, sid):
    await world.services.tenancy.add(AGENCY + OWN.format(sid=sid))
    [row] = await world.rows("SELECT account FROM credential")
    return row.account


async def test_an_attempt_by_the_installations_account_stays_there(world):
    await mark(world, "AC1")
    assert await adapter(world) is world.fakes[SMS]


async def test_an_attempt_by_the_agencys_own_account_stays_there(world):
    account = await mark(world, "AC1")
    assert await adapter(world, account=account) is world.accounts["sms AC1"]


async def test_an_account_or_provider_that_is_gone_has_no_adapter(world):
    account = await mark(world, "AC1")
    await mark(world, "AC2")
    assert await adapter(world, account=account) is None
    assert await adapter(world, provider="gone") is None


async def test_accounts_are_read_once_for_all_attempts(world, monkeypatch):
    account = await mark(world, "AC1")
    asked, of_many = [], credentials.of_many

    async def noted(session, several):
        asked.append(list(several))
        return await of_many(session, several)

    monkeypatch.setattr(credentials, "of_many", noted)
    async with world.services.database.transaction(None) as tx:
        rows = [Row(world.agency.id, account=account), Row(world.agency.id), Row(world.agency.id, account=account)]
        found = await made_with(tx.session, world.services.providers, rows)
    own = world.accounts["sms AC1"]
    assert found == [own, world.fakes[SMS], own]
    assert asked == [[world.agency.id]]
