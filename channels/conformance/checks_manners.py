"""How an adapter presents itself: data that is true, words for a call, nothing said that is nobody's business."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast
from xml.etree import ElementTree as ET

from channels.conformance import flaky
from channels.conformance.trial import WORDS, Trial, check, must, only_if
from channels.contract import CallChannel
from channels.speech import SILENT, CallScript, Line

RECORDING = "https://ours.example/clips/greeting.wav"


@check
async def it_says_who_it_is(trial: Trial) -> None:
    """Name, channel and capabilities are those under which it is registered, and make sense."""
    async with trial.adapter() as adapter:
        able = adapter.capabilities
    must(adapter.name == trial.provider.name, f"it is registered as {trial.provider.name} and named {adapter.name}")
    must(able.channel == trial.channel, f"it is registered for {trial.channel} and says {able.channel}")
    must(able.batch > 0 and able.at_once > 0, "at least one message at a time must be possible")
    must(able.soonest <= able.latest or not able.can_schedule, "the soonest time is after the latest")
    must(able.encodings, "it names no encoding")


@check
async def what_is_not_set_is_named(trial: Trial) -> None:
    """Without its settings the provider says which ones are missing; with them, none is."""
    settings = trial.practice.settings(trial.practice.url)
    must(trial.provider.missing(settings) == [], "the practice leaves out a required setting")
    known = {setting.name for setting in trial.provider.settings}
    must(set(settings) <= known, f"the practice sets what is no setting: {sorted(set(settings) - known)}")
    required = {setting.name for setting in trial.provider.settings if setting.required}
    must(set(trial.provider.missing({})) == required, "with nothing set, not every required setting is missing")


@check
async def secrets_are_not_shown(trial: Trial) -> None:
    """Neither the adapter nor what it says shows a secret."""
    settings = trial.practice.settings(trial.practice.url)
    secrets = [settings[one.name] for one in trial.provider.settings if one.secret and settings.get(one.name)]
    async with trial.adapter(changed=trial.practice.wrong) as adapter:
        shown = repr(adapter) + str(adapter) + repr(await adapter.check())
        shown += repr(await trial.send_one(adapter, trial.message()))
    secrets += [value for value in trial.practice.wrong.values() if value]
    must(not any(secret in shown for secret in secrets), "a secret is shown")


@check
async def nobody_s_data_is_logged_or_shown(trial: Trial) -> None:
    """Neither logs nor outcomes hold an address or the words of a message, whatever goes wrong."""
    good, failed = trial.message(), trial.message()
    with _logs() as lines, flaky.nobody(trial.practice.url) as url:
        async with trial.adapter() as adapter:
            outcomes = [await trial.send_one(adapter, good)]
            await adapter.find(trial.lookup(good))
        async with trial.adapter(url) as adapter:
            outcomes.append(await trial.send_one(adapter, failed))
            await adapter.find(trial.lookup(failed))
    shown = "\n".join([*lines, *map(repr, outcomes)])
    must(not any(one.to in shown or WORDS[:20] in shown for one in (good, failed)), "an address or words are shown")


@check
async def a_call_speaks_its_languages(trial: Trial) -> None:
    """It has the voices that it names, says words as they are, plays recordings, asks for keys, connects, is silent."""
    only_if(trial.channel == "voice", "only a call speaks")
    async with trial.adapter() as opened:
        adapter = cast("CallChannel", opened)
        for language in sorted(adapter.capabilities.voices):
            must(adapter.speaks(language), f"it names a voice for {language} and does not speak it")
        must(not adapter.speaks("tlh"), "it says that it speaks Klingon")
        words, keys = 'Press 9 to stop <now> & "then"', "https://ours.example/keys?a=1&b=2"
        asked = adapter.say(CallScript((Line(words, "en"),), keys_url=keys))
        put_through = adapter.say(CallScript((Line(words, "en"),), connect_to="+15595550199"))
        played = adapter.say(CallScript((Line("Qapla'", "tlh", RECORDING),)))
        silent = adapter.say(SILENT)
    must(words in _heard(asked), f"the words became {_heard(asked)!r}")
    must(keys in _heard(asked, attributes=True), "the address for keys is not in what is said")
    must(RECORDING in _heard(played, attributes=True), "a recording is not played")
    must("Qapla" not in _heard(played), "what is played is read out as well")
    must("+15595550199" in _heard(put_through, attributes=True), "the number to connect to is not in what is said")
    must(not _heard(silent).strip(), "without lines something is said")


@check
async def a_call_is_placed_in_every_language(trial: Trial) -> None:
    """A call is placed whatever its language: what it will say, in a voice or in recordings, is asked for later."""
    only_if(trial.channel == "voice", "only a call speaks")
    message = trial.message(language="tlh")
    async with trial.adapter() as adapter:
        await trial.accepted(adapter, message)
    await trial.must_have(message, 1)


@contextmanager
def _logs() -> Iterator[list[str]]:
    """Collect everything that is logged, down to the smallest word."""
    lines: list[str] = []

    class Collector(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(record.getMessage())

    root, collector = logging.getLogger(), Collector()
    before = root.level
    root.addHandler(collector)
    root.setLevel(logging.DEBUG)
    try:
        yield lines
    finally:
        root.setLevel(before)
        root.removeHandler(collector)


def _heard(markup: str, *, attributes: bool = False) -> str:
    """Return the words of a markup, or these and all values beside them."""
    root = ET.fromstring(markup)  # noqa: S314  (the adapter's own)
    words = "".join(root.itertext())
    return words + " ".join(value for one in root.iter() for value in one.attrib.values()) * attributes
