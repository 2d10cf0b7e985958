"""The words: shipped templates go into the table, and delivery reads only the table."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.db import templates
from app.db.transaction import Database, Row, Session
from app.errors import UnfitTemplates
from app.rules.facts import Channel
from app.rules.languages import fallbacks
from app.rules.wording import BadTemplate, ConsentWording, Review, Template
from app.rules.wording_fit import unfit
from app.rules.wording_reading import parse_template, parse_wordings
from app.rules.wording_review import as_draft, reviewed
from channels.segments import as_sent

Key = tuple[str, str]
"""A template's key and language."""


@dataclass(frozen=True, slots=True)
class Shipped:
    """The content folder as text: templates and consent wordings by file, and the e-mail's layout."""

    templates: Mapping[str, str]
    wordings: Mapping[str, str]
    layout: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Phrasebook:
    """The current version of each template, by key and language."""

    versions: Mapping[Key, UUID]
    templates: Mapping[UUID, Template]
    approved: frozenset[UUID] | None = None
    """The versions that real people may be sent; None where there are none, and all may go."""

    def may_send(self, version: UUID) -> bool:
        """Say whether a version may go out: in live mode only what was approved."""
        return self.approved is None or version in self.approved

    def version(self, key: str, channel: Channel, wanted: str | None) -> tuple[str, UUID]:
        """Return the language and version that a reader of `wanted` gets; English stands in.

        What may not be sent counts as missing; where nothing else is there, it is returned, and delivery refuses it.
        """
        found = [
            (language, version)
            for language in (*fallbacks(wanted or "en"), "en")
            if (version := self.versions.get((key, language))) is not None
            and channel in self.templates[version].channels
        ]
        if not found:
            raise KeyError((key, channel.value))
        return next((one for one in found if self.may_send(one[1])), found[0])

    def template(self, key: str, language: str) -> Template:
        """Return the current template of a key and language."""
        return self.templates[self.versions[key, language]]


def fitting(sources: Sequence[str], layout: str) -> list[Template]:
    """Read templates that are to be released; raises `UnfitTemplates` naming all that is wrong with any of them."""
    read, wrong = list[Template](), list[str]()
    for source in sources:
        try:
            template = parse_template(source)
        except BadTemplate as error:
            wrong.append(str(error))
        else:
            read.append(template)
            found = unfit(template, layout, as_sent)
            wrong += [f"{one.language}/{one.key} {one.channel}: {one.what}. {one.mend}" for one in found]
    if wrong:
        raise UnfitTemplates("no template was loaded; " + "; ".join(wrong))
    return read


class Unfolding(dict[UUID, Template]):
    """Templates by version, each taken apart when it is first asked for: a process needs few of a thousand."""

    def __init__(self) -> None:
        super().__init__()
        self.sources: dict[UUID, str] = {}

    def __missing__(self, version: UUID) -> Template:
        """Take a template apart and keep it."""
        found = self[version] = parse_template(self.sources[version])
        return found


class Wording:
    """Publishes what is shipped and hands out the phrasebook, which it keeps while nothing changed."""

    def __init__(self, database: Database, shipped: Shipped, *, live: bool = False) -> None:
        self._database, self.shipped, self.live = database, shipped, live
        self._parsed = Unfolding()
        self._book, self._mark = Phrasebook({}, {}), (-1, 0, live)
        self.wordings: Sequence[ConsentWording] = [
            one for text in shipped.wordings.values() for one in parse_wordings(text)
        ]

    async def publish(self) -> int:
        """Load shipped templates that are new or changed as new versions; return how many.

        Raises `UnfitTemplates`, and loads none of them, if one would not fit its channels.
        """
        async with self._database.transaction(None) as tx:
            held = {(row.key, row.language): row for row in await templates.current(tx.session)}
            known = {bytes(row.digest) for row in held.values()} | await self._read_before(tx.session, held.values())
            sources = [one for one in self.shipped.templates.values() if templates.digest(one) not in known]
            for source, template in zip(sources, fitting(sources, self.shipped.layout), strict=True):
                newest = held.get((template.key, template.language))
                await templates.add(
                    tx.session, template.key, template.language, source=source, review=template.review,
                    version=newest.version + 1 if newest else 1,
                )  # fmt: skip
        return len(sources)

    async def _read_before(self, session: Session, held: Iterable[Row[Any]]) -> set[bytes]:
        """Return the digests of words that were shipped as they are and then read by a person."""
        read = [row.id for row in held if row.review != Review.DRAFT]
        return {templates.digest(as_draft(row.source)) for row in await templates.sources(session, read)}

    async def approve(self, language: str, keys: Collection[str], reviewer: str) -> int:
        """Approve the newest words of a language, all or those of some keys; return how many were not before."""
        async with self._database.transaction(None) as tx:
            rows = {row.id: row for row in await templates.current(tx.session) if row.language == language}
            rows = {id_: row for id_, row in rows.items() if not keys or row.key in keys}
            drafts = [id_ for id_, row in rows.items() if row.review != Review.APPROVED]
            for found in await templates.sources(tx.session, drafts):
                await templates.add(
                    tx.session, found.key, language, source=reviewed(found.source, Review.APPROVED, reviewer),
                    review=Review.APPROVED, version=rows[found.id].version + 1,
                )  # fmt: skip
        return len(drafts)

    async def book(self, session: Session, also: Sequence[UUID] = ()) -> Phrasebook:
        """Return the current phrasebook; `also` are older versions that messages were planned with."""
        mark = (*await templates.mark(session), self.live)
        if mark != self._mark:
            rows = await (templates.released if self.live else templates.current)(session)
            versions = {(row.key, row.language): row.id for row in rows}
            approved = await templates.approved(session) if self.live else None
            await self._read(session, versions.values())
            self._book, self._mark = Phrasebook(versions, self._parsed, approved), mark
        await self._read(session, also)
        return self._book

    async def _read(self, session: Session, versions: Iterable[UUID]) -> None:
        """Read versions that were not read yet."""
        unknown = {*versions} - self._parsed.sources.keys()
        for row in await templates.sources(session, list(unknown)) if unknown else ():
            self._parsed.sources[row.id] = row.source

    async def current(self) -> Phrasebook:
        """Return the current phrasebook to who has no transaction: the pages."""
        async with self._database.transaction(None) as tx:
            return await self.book(tx.session)

    async def page(self, key: str, languages: Sequence[str]) -> Template:
        """Return the words of a web page in the first of the languages that has them; English stands in."""
        async with self._database.transaction(None) as tx:
            book = await self.book(tx.session)
        near = [tag for language in languages for tag in fallbacks(language) if tag != "en" or language == "en"]
        return next(book.template(key, tag) for tag in (*near, "en") if (key, tag) in book.versions)

    def wording(self, id_: str, language: str, channel: Channel) -> ConsentWording | None:
        """Return the consent wording of an id that a reader of a language is shown."""
        found = {one.language: one for one in self.wordings if one.id == id_ and one.channel is channel}
        return next((found[tag] for tag in fallbacks(language) if tag in found), None)
