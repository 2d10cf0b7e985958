"""Checkup: what is wrong with settings, database, providers, lanes, words and languages, and how to mend it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from app.db import agencies, alarms, breakers, credentials, epochs, late, switches, webhooks
from app.db.transaction import Database, Row
from app.pipeline.clips import Clips
from app.pipeline.footing import Footing
from app.pipeline.heartbeats import Alarm, silent
from app.pipeline.providers import Providers
from app.pipeline.pumping import CODES_PAUSED
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.authenticity import SCAM_ALARM, UNKNOWN_ALARM
from app.rules.breaker import Breaker
from app.rules.epochs import SENTENCES
from app.rules.facts import Channel
from app.rules.findings import Finding
from app.rules.languages import LANGUAGES, fallbacks
from app.rules.wording import Template
from app.rules.wording_checks import Measure, check, check_wording, coverage, sample_words
from app.rules.wording_fit import unfit
from app.rules.wording_reading import parse_template
from channels.contract import MessageChannel

A_WEEK: Final = timedelta(days=7)
MENDS: Final[Mapping[str, str]] = {
    "errors": "nothing to do while another provider serves the channel; else see what the provider says of its state",
    "slow": "nothing to do while another provider serves the channel; else see what the provider says of its state",
    "misconfigured": "check the provider's settings, the agency's own credentials and its senders",
}
"""What to do about a breaker, by why it is open."""
ALARMS: Final[Mapping[str, tuple[str, str]]] = {
    CODES_PAUSED: (
        "sign-up was paused, because the codes of an hour were used up",
        "see whether real people ask or a machine does; raise KEEPCOVERED_CAPS__CODES_AGENCY_HOUR for real people",
    ),
    UNKNOWN_ALARM: (
        "many asked about codes that are none of ours",
        "somebody may be sending in your name: ask people what they got, and warn them",
    ),
    SCAM_ALARM: (
        "people told us of messages that they take for a scam", "ask them what they got: `keepcovered replies list`",
    ),
}  # fmt: skip
"""What an alarm says, and what to do about it."""


class Checkup:
    """Looks over the whole installation; sends nothing."""

    def __init__(
        self, database: Database, wording: Wording, *, providers: Providers,
        clips: Clips, measure: Measure, mode: str, footing: Footing,
    ) -> None:  # fmt: skip
        self._database, self._wording, self._providers = database, wording, providers
        self._clips, self._measure, self._mode, self._footing = clips, measure, mode, footing

    async def everything(self) -> list[Finding]:
        """Look at all of it."""
        async with self._database.transaction(None) as tx:
            every = await agencies.every(tx.session)
            names = {agency.id.hex: agency.code for agency in every}
            stopped = [_stopped(one, names, tx.session.machine_now) for one in await breakers.not_closed(tx.session)]
            silences = [_silent(one) for one in await silent(tx.session)]
            silences += [_held(one) for one in [await epochs.look(tx.session)] if one is not None and one.held]
            silences += [_alarm(row) for row in await alarms.open_since(tx.session, tx.now - A_WEEK)]
            silences += [_late(row) for row in await late.recent(tx.session, tx.now - A_WEEK)]
            switched = [_switched(row) for row in await switches.in_force(tx.session)]
            switched += [_troubled(row) for row in await webhooks.troubled(tx.session)]
            own = await credentials.of_many(tx.session, {agency.id for agency in every if agency.own_credentials})
            found = [
                Finding("settings", f"{self._mode} mode"),
                *await self._footing.of_database(tx.session),
            ]
        found += self._footing.of_disk()
        found += [await self._provider(channel, one) for channel, one in self._providers]
        for agency, held in ((one, own[one.id]) for one in every if one.id in own):
            mine = self._providers.with_own(agency.id, credentials.settings_of(held))
            found += [
                await self._provider(channel, one, f"agency {agency.code}: ")
                for channel, one in mine
                if one.name in held
            ]
            found += [_unusable(agency, name, why) for name, why in mine.unusable.items()]
        found += [*silences, *stopped, *switched, *await self._approval(every)]
        found += [one for agency in every for one in (*self._agency(agency), *self._recordings(agency))]
        if not every:
            found.append(
                Finding("agencies", "there is none yet", "add one with `keepcovered agency add FILE`", wrong=True)
            )
        return found + (self.words() or [Finding("templates", "all shipped words pass their checks")])

    def words(self) -> list[Finding]:
        """Look over every shipped template and consent wording."""
        layout = self._wording.shipped.layout
        found = [
            one for template in self._templates()
            for one in dict.fromkeys([
                *unfit(template, layout, self._measure),
                *check(template, sample_words(template.language), self._measure),
            ])
        ]  # fmt: skip
        found += [one for wording in self._wording.wordings for one in check_wording(wording)]
        return [Finding(f"{one.key} {one.channel} {one.language}", one.what, one.mend, wrong=True) for one in found]

    async def coverage(self) -> list[dict[str, object]]:
        """Return the completeness table: key x channel or page x language with review, length and segments.

        It has what this installation would send, and every language that members speak, those without words too.
        """
        book = await self._wording.current()
        templates = [book.templates[version] for version in book.versions.values()]
        languages = [language.tag for language in LANGUAGES]
        return [
            {name: getattr(row, name) for name in row.__slots__}
            for row in coverage(templates, languages, self._measure)
        ]

    async def _approval(self, every: Sequence[Agency]) -> list[Finding]:
        """Say which words may not be sent, in live mode, to the readers of the agencies' languages."""
        book = await self._wording.current()
        asked = {"en", *(tag for agency in every for tag in agency.languages)}
        drafts = Counter(tag for (_, tag), id_ in book.versions.items() if tag in asked and not book.may_send(id_))
        return [
            Finding(
                "templates", f"{count} in {tag} are not approved: live mode does not send them",
                f'have them read, then `keepcovered templates approve --language {tag} --by "NAME"`', wrong=True,
            )
            for tag, count in sorted(drafts.items())
        ]  # fmt: skip

    def _templates(self) -> list[Template]:
        return [parse_template(source) for source in self._wording.shipped.templates.values()]

    async def _provider(self, channel: Channel, provider: MessageChannel, whose: str = "") -> Finding:
        """Ask a provider whether it would take messages from us; nothing is sent."""
        health = await provider.check()
        mend = "start `keepcovered up`" if self._mode == "sandbox" else "check its settings and the network"
        subject = f"{whose}{channel} by {provider.name}"
        return Finding(subject, health.detail, "" if health.ok else mend, wrong=not health.ok)

    def _agency(self, agency: Agency) -> list[Finding]:
        """Look at an agency's lanes and languages."""
        lanes = [channel for channel in Channel if agency.sender(channel)]
        silent = [channel for channel in Channel if channel not in lanes]
        found = [Finding(f"agency {agency.code}", f"sends by {', '.join(lanes)}")]
        if silent:
            found.append(
                Finding(f"agency {agency.code}", f"has no sender for {', '.join(silent)}", "add it under [senders]")
            )
        known = {language.tag for language in LANGUAGES}
        shipped = {template.language for template in self._templates()}
        for tag in agency.languages:
            if tag not in known:
                found.append(
                    Finding(f"agency {agency.code}", f"language {tag} is unknown", "use a tag such as vi", wrong=True)
                )
            elif not shipped & set(fallbacks(tag)[:1]):
                found.append(Finding(f"agency {agency.code}", f"language {tag} has no words yet; English stands in"))
        return found

    def _recordings(self, agency: Agency) -> list[Finding]:
        """Look at the languages of an agency that no voice speaks: can calls be held in recordings?"""
        if not agency.sender(Channel.VOICE):
            return []
        rows = [row for row in self._clips.rows([agency], self._providers) if row["agencies"]]
        return [
            Finding(
                f"agency {agency.code}", f"no voice speaks {row['language']}: calls are in {row['calls']}",
                "" if row["usable"] else f"`keepcovered clips check --language {row['language']}` says what is missing",
                wrong=not row["usable"] and self._clips.live,
            )
            for row in rows
        ]  # fmt: skip


def _unusable(agency: Agency, provider: str, why: str) -> Finding:
    """Say why an agency's own account is out of use."""
    mend = f"set [credentials.{provider}] right in its file and run `keepcovered agency add FILE`"
    return Finding(f"agency {agency.code}: {provider}", f"its own account cannot be used: {why}", mend, wrong=True)


def _stopped(one: tuple[str, str, str, Breaker], names: Mapping[str, str], now: datetime) -> Finding:
    """Say of a breaker that is not closed since when, why, and when it is tried next."""
    channel, provider, account, breaker = one
    whose = f"agency {names.get(account, account)}: " if account else ""
    since = f"{breaker.opened_at:%Y-%m-%d %H:%M} UTC" if breaker.opened_at else "some time"
    waits = (breaker.open_until or now) - now
    then = f"tried again in {max(int(waits.total_seconds()), 0)} s" if waits.total_seconds() > 0 else "being tried"
    what = f"gets no messages since {since} ({breaker.why}); {then}"
    return Finding(f"{whose}{channel} by {provider}", what, MENDS.get(breaker.why, ""), wrong=True)


def _alarm(row: Row[Any]) -> Finding:
    """Say what was raised as an alarm this week, how often, and when last."""
    what, mend = ALARMS.get(row.kind, (row.kind, "look at what came in at that time"))
    return Finding(f"agency {row.code}", f"{what}: {row.n} times, last {row.at:%Y-%m-%d %H:%M} UTC", mend, wrong=True)


def _held(epoch: Row[Any]) -> Finding:
    """Say which channels are held because the database is an older state of itself."""
    mend = "wait for the providers' lists, or look yourself and run `keepcovered restored --confirm`"
    what = f"nothing is sent by {', '.join(epoch.held)}: {SENTENCES[epoch.held_because]}"
    return Finding("database", what, mend, wrong=True)


def _late(row: Row[Any]) -> Finding:
    """Say how many messages a provider took after its list had not had them."""
    what = f"took {row.n} messages this week that its list did not have before; some may have arrived twice"
    mend = "tell the provider; their attempts say `late_accepted`"
    return Finding(f"provider {row.provider}", what, mend, wrong=True)


def _silent(alarm: Alarm) -> Finding:
    """Say of a stage how long it has not run."""
    mend = "start `keepcovered ticks` and `keepcovered worker`, or `keepcovered up`; their logs say why they stopped"
    return Finding(f"stage {alarm.stage}", alarm.sentence, mend, wrong=True)


def _troubled(row: Row[Any]) -> Finding:
    """Say of a webhook since when its receiver takes nothing, and whether it is still called."""
    subject = f"agency {row.code}: webhook {row.id}"
    if row.disabled_at is None:
        what = f"its receiver has taken nothing since {row.failing_since:%Y-%m-%d %H:%M} UTC"
        return Finding(subject, what, "have the receiver mended; what waits comes again", wrong=True)
    why = "said that it is gone" if row.disabled_because == "gone" else "took nothing for five days"
    what = f"is not called since {row.disabled_at:%Y-%m-%d %H:%M} UTC: its receiver {why}"
    return Finding(subject, what, "delete it, and add it again once its receiver is mended", wrong=True)


def _switched(row: Row[Any]) -> Finding:
    """Say of a switch what it holds; a brake is wrong until a person has looked."""
    about = ", ".join(filter(None, (row.program, row.county_code, row.channel, row.ladder))) or "everything"
    mend = f"`keepcovered switch resume {row.id} --agency {row.code}` lifts it"
    return Finding(f"agency {row.code}", f"{row.kind} on {about}: {row.reason}", mend, wrong=row.kind == "brake")
