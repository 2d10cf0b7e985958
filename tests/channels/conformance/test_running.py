import asyncio
from dataclasses import replace

import pytest

from channels.conformance import CHECKS, running
from channels.conformance.running import INEXCUSABLE, Verdict, name_of, run, sentence_of
from channels.conformance.trial import Broken, Trial, check
from tests.channels.conformance.sabotage import trial


@check
async def it_keeps(_: Trial) -> None:
    """It keeps its word."""


@check
async def it_breaks(_: Trial) -> None:
    """It breaks its word."""
    raise Broken("as always")


@check
async def it_never_ends(_: Trial) -> None:
    """It never ends."""
    await asyncio.Event().wait()


async def results(on_trial, *checks):
    return [(one.name, one.verdict, one.found) async for one in run(on_trial, checks)]


def excusing(on_trial, **why):
    return replace(on_trial, practice=replace(on_trial.practice, not_applicable=why))


async def test_results_come_in_order_with_what_was_found():
    async with trial("sms") as on_trial:
        found = await results(on_trial, it_keeps, it_breaks)
    assert found == [("it_keeps", Verdict.KEPT, ""), ("it_breaks", Verdict.BROKEN, "as always")]


async def test_a_check_that_does_not_come_back_is_broken(monkeypatch):
    monkeypatch.setattr(running, "LONGEST", 0.05)
    async with trial("sms") as on_trial:
        ((_, verdict, found),) = await results(on_trial, it_never_ends)
    assert verdict is Verdict.BROKEN
    assert "did not come back" in found


async def test_what_the_practice_excuses_is_not_run():
    async with trial("sms") as on_trial:
        excused = excusing(on_trial, a_reply_is_read="nobody can answer")
        reply = next(one for one in CHECKS if name_of(one) == "a_reply_is_read")
        assert await results(excused, reply) == [("a_reply_is_read", Verdict.SPARED, "nobody can answer")]


@pytest.mark.parametrize("check", sorted(INEXCUSABLE, key=name_of), ids=name_of)
def test_what_protects_people_is_among_the_checks(check):
    assert check in CHECKS


async def test_what_protects_people_is_checked_whatever_the_practice_says(monkeypatch):
    monkeypatch.setattr(running, "INEXCUSABLE", {it_breaks})
    monkeypatch.setattr(running, "CHECKS", (it_keeps, it_breaks))
    async with trial("sms") as on_trial:
        excused = excusing(on_trial, it_keeps="why not", it_breaks="why not")
        found = await results(excused, it_keeps, it_breaks)
    assert [verdict for _, verdict, _ in found] == [Verdict.SPARED, Verdict.BROKEN]


async def test_an_excuse_for_no_check_at_all_is_refused():
    async with trial("sms") as on_trial:
        with pytest.raises(ValueError, match="a_typo"):
            await results(excusing(on_trial, a_typo="?"), it_keeps)


def test_every_check_has_a_name_and_a_sentence_of_its_own():
    assert len({name_of(one) for one in CHECKS}) == len({sentence_of(one) for one in CHECKS}) == len(CHECKS)
    assert [name_of(one) for one in CHECKS if not sentence_of(one).endswith(".")] == []
