from tests.channels.simulator.conftest import ACCOUNT, TOKEN

PATH = f"/sandbox/twilio/2010-04-01/Accounts/{ACCOUNT}.json"


async def test_the_account_is_active_and_keeps_its_token_to_itself(client):
    answer = await client.twilio("GET", PATH)
    assert (answer.status_code, answer.json()["status"], answer.json()["sid"]) == (200, "active", ACCOUNT)
    assert TOKEN not in answer.text


async def test_only_who_knows_the_token_is_told(client):
    answer = await client.http.get(PATH, auth=(ACCOUNT, "wrong"))
    assert (answer.status_code, answer.json()["code"]) == (401, 20003)


async def test_another_account_is_none_of_ours(client):
    assert (await client.http.get(PATH.replace(ACCOUNT, "AC" + "9" * 32), auth=(ACCOUNT, TOKEN))).status_code == 401
