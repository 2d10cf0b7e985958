from app.cli.season.switching import a_hardship, a_pause


class Played:
    """A season in which nothing leaves while a switch holds."""

    def __init__(self):
        self.facts, self.held, self.sent, self.lifted = {}, [{"id": "old"}], [1, 2], []

    async def move(self, to):
        if not self.held:
            self.sent.append(to)

    async def get(self, _path):
        return {"data": list(self.held)}

    async def post(self, _path, asked):
        self.held.append({"id": "new"})
        by = [{"step": "renewal_due_month", "channel": "sms", "count": 2}]
        return {"id": "new", **asked, "changed": {"total": 2, "by": by}}

    async def delete(self, path):
        self.lifted.append(path.rpartition("/")[2])
        self.held.clear()

    async def accepted(self):
        return list(self.sent)


async def test_a_pause_is_checked_to_hold_and_lifted_again_and_so_is_what_a_killed_demo_left():
    season = Played()
    assert "0 left while it held" in await a_pause(season)
    assert season.facts == {"paused": True}
    assert season.lifted == ["old", "new"]


async def test_a_hardship_says_which_reminders_it_changes():
    season = Played()
    assert "2 reminders are changed (2 renewal_due_month by sms); 0 left" in await a_hardship(season)
    assert season.facts == {"spared": True}
