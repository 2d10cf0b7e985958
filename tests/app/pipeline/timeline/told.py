"""How the tests of timelines ask."""


async def told(world, ref="M-1"):
    return await world.services.timeline.of(world.agency.id, ref)


def messages(found):
    return [entry for entry in found.entries if entry["what"] == "message"]


def one(found, channel):
    """Return the one reminder of a channel that is kept and holds."""
    [entry] = [
        entry
        for entry in messages(found)
        if entry["channel"] == channel and entry["kind"] == "reminder" and entry["row"] and not entry["superseded"]
    ]
    return entry
