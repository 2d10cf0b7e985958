from channels.simulator.outcomes import Twist
from channels.simulator.story import Step, arrange


def a_story(*names: object):
    return [Step("texts", place, name, payload={"told_as": name}) for place, name in enumerate(names, start=1)]


def told(steps):
    return [step.payload["told_as"] for step in steps if step.told]


def written(steps):
    return [step.status for step in steps if step.status]


def test_without_a_twist_a_story_stays_as_it_is():
    assert arrange(a_story("sent", "delivered"), frozenset()) == a_story("sent", "delivered")


def test_lost_callbacks_happen_untold():
    steps = arrange(a_story("sent", "delivered"), frozenset({Twist.LOSE}))
    assert (told(steps), written(steps)) == ([], ["sent", "delivered"])


def test_an_overtaken_callback_changes_nothing_in_the_book():
    steps = arrange(a_story("sent", "delivered"), frozenset({Twist.REORDER}))
    assert (told(steps), written(steps)) == (["delivered", "sent"], ["delivered"])


def test_a_single_callback_cannot_be_overtaken():
    assert told(arrange(a_story("dropped"), frozenset({Twist.REORDER}))) == ["dropped"]


def test_doubled_callbacks_are_written_once():
    steps = arrange(a_story("sent", "delivered"), frozenset({Twist.DUPLICATE}))
    assert told(steps) == ["sent", "sent", "delivered", "delivered"]
    assert written(steps) == ["sent", "delivered"]


def test_an_early_callback_waits_for_nothing():
    assert arrange(a_story("sent", "delivered"), frozenset({Twist.EARLY}))[0].delay == 0
