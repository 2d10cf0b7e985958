"""Checkup: what is wrong with settings, database, providers, lanes, words and languages, and how to mend it."""

from collections.abc import Callable
from dataclasses import asdict, dataclass

from app.db import agencies
from app.db.transaction import Database
from app.pipeline.providers import Providers
from app.pipeline.wording import Wording
from app.rules.agency import Agency
from app.rules.facts import Channel
from app.rules.languages import LANGUAGES, fallbacks
from app.rules.wording import Template
from app.rules.wording_checks import check, check_wording, coverage, sample_words
from app.rules.wording_reading import parse_template
from channels.contract import MessageChannel

CountSegments = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at: whether it is wrong, what is so, and the mend."""

    subject: str
    what: str
    mend: str = ""
    wrong: bool = False

    def shown(self) -> dict[str, object]:
        """Return the finding as plain values."""
        return asdict(self)


class Checkup:
    """Looks over the whole installation; sends nothing."""

    def __init__(
        self, database: Database, wording: Wording, *, providers: Providers,
        count_segments: CountSegments, mode: str,
    ) -> None:  # fmt: skip
        self._database, self._wording, self._providers = database, wording, providers
        self._count, self._mode = count_segments, mode

    async def everything(self) -> list[Finding]:
        """Look at all of it."""
        async with self._database.transaction(None) as tx:
            every = await agencies.every(tx.session)
            found = [
                Finding("settings", f"{self._mode} mode"),
                Finding("database", "answers; the schema is up to date"),
            ]
        found += [await self._provider(channel, one) for channel, one in self._providers]
        found += [one for agency in every for one in self._agency(agency)]
        if not every:
            found.append(
                Finding("agencies", "there is none yet", "add one with `keepcovered agency add FILE`", wrong=True)
            )
        return found + (self.words() or [Finding("templates", "all shipped words pass their checks")])

    def words(self) -> list[Finding]:
        """Look over every shipped template and consent wording."""
        found = [
            one for template in self._templates()
            for one in check(template, sample_words(template.language), self._count)
        ]  # fmt: skip
        found += [one for wording in self._wording.wordings for one in check_wording(wording)]
        return [Finding(f"{one.key} {one.channel} {one.language}", one.what, one.mend, wrong=True) for one in found]

    def coverage(self) -> list[dict[str, object]]:
        """Return the completeness table: key x channel x language with review, length and segments."""
        templates = self._templates()
        languages = sorted({template.language for template in templates})
        return [
            {name: getattr(row, name) for name in row.__slots__} for row in coverage(templates, languages, self._count)
        ]

    def _templates(self) -> list[Template]:
        return [parse_template(source) for source in self._wording.shipped.templates.values()]

    async def _provider(self, channel: Channel, provider: MessageChannel) -> Finding:
        """Ask a provider whether it would take messages from us; nothing is sent."""
        health = await provider.check()
        mend = "start `keepcovered up`" if self._mode == "sandbox" else "check its settings and the network"
        return Finding(f"{channel} by {provider.name}", health.detail, "" if health.ok else mend, wrong=not health.ok)

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
