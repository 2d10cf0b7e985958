from app.db import heartbeats


async def test_a_beat_adds_to_what_was_done_and_expecting_changes_no_beat(world):
    async with world.services.database.transaction(None) as tx:
        await heartbeats.beat(tx.session, "dispatch", 2)
        await heartbeats.beat(tx.session, "dispatch", 3)
        await heartbeats.expect(tx.session, ["dispatch", "upkeep"])
        found = {row.stage: (row.done, row.at_on_machine) for row in await heartbeats.every(tx.session)}
    assert {stage: done for stage, (done, _) in found.items()} == {"dispatch": 5, "upkeep": 0}
    assert found["dispatch"][1] == tx.session.machine_now
