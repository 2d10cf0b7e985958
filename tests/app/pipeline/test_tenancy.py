from datetime import timedelta

import pytest

from app.pipeline.tenancy import Principal
from app.rules.agency import Agency, BadAgency

KERN = 'code="kern"\nname="Kern"\ncounty_code="15"\nphone="+16615550100"\n[senders]\nsms="{sms}"\n'


@pytest.fixture
def tenancy(world):
    return world.services.tenancy


async def test_an_agency_is_added_and_found(tenancy):
    kern = await tenancy.add(KERN.format(sms="+16615550100"))
    assert isinstance(kern, Agency)
    assert await tenancy.by_code("kern") == await tenancy.by_id(kern.id) == kern
    assert [one.code for one in await tenancy.every()] == ["kern", "orange"]
    assert await tenancy.by_code("nowhere") is None


async def test_adding_again_updates(tenancy):
    first = await tenancy.add(KERN.format(sms="+16615550100"))
    second = await tenancy.add(KERN.format(sms="+16615550199").replace("Kern", "Kern County"))
    assert second.id == first.id
    assert (await tenancy.by_code("kern")).name == "Kern County"


async def test_a_sender_belongs_to_one_agency(tenancy):
    refused = await tenancy.add(KERN.format(sms="+17145550100"))
    assert isinstance(refused, BadAgency)
    assert await tenancy.by_code("kern") is None


async def test_a_file_with_faults_says_each(tenancy):
    refused = await tenancy.add('code="kern"')
    assert isinstance(refused, BadAgency)
    assert len(refused.problems) >= 3


async def test_a_key_stands_for_its_agency_and_scopes(tenancy, world):
    key = await tenancy.add_key(world.agency.id, name="import", scopes=["events:write"])
    assert key.text not in repr(key)
    principal = await tenancy.principal(key.text)
    assert principal == Principal(world.agency.id, key.id, frozenset({"events:write"}))
    assert principal.may("events:write")
    assert not principal.may("reports:read")


async def test_admin_may_do_everything(tenancy, world):
    key = await tenancy.add_key(world.agency.id, name="a", scopes=["admin"])
    assert (await tenancy.principal(key.text)).may("reports:read")


async def test_only_the_digest_of_a_key_is_kept(tenancy, world):
    key = await tenancy.add_key(world.agency.id, name="a", scopes=["admin"])
    [row] = await world.rows("SELECT api_key::text AS text FROM api_key")
    assert key.text.rpartition("_")[2] not in row.text


async def test_wrong_revoked_and_expired_keys_stand_for_nobody(tenancy, world):
    revoked, expired, good = [
        await tenancy.add_key(world.agency.id, name="k", scopes=["admin"]) for _ in range(3)
    ]  # fmt: skip
    assert await tenancy.revoke_key(revoked.id)
    assert not await tenancy.revoke_key(revoked.id)
    await world.rows("UPDATE api_key SET expires_at = now() WHERE id = %(id)s", id=expired.id)
    wrong = good.text[:-1] + ("A" if good.text[-1] != "A" else "B")
    for text in (revoked.text, expired.text, wrong, "", "kc_", good.text + "x"):
        assert await tenancy.principal(text) is None
    assert await tenancy.principal(good.text) is not None


async def test_a_keys_use_is_noted_but_not_each_time(tenancy, world):
    key = await tenancy.add_key(world.agency.id, name="k", scopes=["admin"])
    await tenancy.principal(key.text)
    [first] = await tenancy.keys(world.agency.id)
    await tenancy.principal(key.text)
    [second] = await tenancy.keys(None)
    assert first.last_used_at == second.last_used_at
    assert second.expires_at - second.created_at > timedelta(days=364)
