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


OWN = '[credentials.fake-sms]\naccount_sid = "AC1"\nauth_token = "the-secret"\n'


async def test_an_agencys_own_credentials_are_sealed_and_only_named(tenancy, world):
    kern = await tenancy.add(KERN.format(sms="+16615550100") + OWN)
    assert kern.own_credentials == ("fake-sms",)
    assert await tenancy.by_code("kern") == kern
    [row] = await world.rows("SELECT credential::text AS text, settings_sealed FROM credential")
    assert "the-secret" not in row.text
    assert b"the-secret" not in row.settings_sealed
    [profile] = await world.rows("SELECT profile::text AS text FROM agency WHERE code = 'kern'")
    assert "credentials" not in profile.text


async def test_credentials_that_are_not_named_again_stay_and_a_word_removes_them(tenancy, world):
    await tenancy.add(KERN.format(sms="+16615550100") + OWN)
    assert (await tenancy.add(KERN.format(sms="+16615550100"))).own_credentials == ("fake-sms",)
    removed = await tenancy.add(KERN.format(sms="+16615550100") + '[credentials]\nfake-sms = "remove"\n')
    assert removed.own_credentials == ()
    assert await world.rows("SELECT provider FROM credential") == []


async def test_credentials_that_do_not_fit_are_refused_without_repeating_them(tenancy):
    refused = await tenancy.add(KERN.format(sms="+16615550100") + OWN.replace("account_sid", "sid"))
    assert isinstance(refused, BadAgency)
    assert len(refused.problems) == 2
    assert "the-secret" not in str(refused)
    assert await tenancy.by_code("kern") is None


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
    assert key.text.split("_", 2)[2] not in row.text


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
