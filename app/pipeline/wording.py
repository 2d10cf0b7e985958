"""The words: shipped templates go into the table, and delivery reads only the table."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from app.db import templates
from app.db.transaction import Database, Session
from app.errors import UnfitTemplates
from app.rules.facts import Channel
from app.rules.languages import fallbacks
from app.rules.wording import BadTemplate, ConsentWording, Template
from app.rules.wording_fit import unfit
from app.rules.wording_reading import parse_template, parse_wordings
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

    def version(self, key: str, channel: Channel, wanted: str | None) -> tuple[str, UUID]:
        """Return the language and version that a reader of `wanted` gets; English stands in."""
        for language in (*fallbacks(wanted or "en"), "en"):
            version = self.versions.get((key, language))
            if version is not None and channel in self.templates[version].channels:
                return language, version
        raise KeyError((key, channel.value))

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


class Wording:
    """Publishes what is shipped and hands out the phrasebook, which it keeps while nothing changed."""

    def __init__(self, database: Database, shipped: Shipped) -> None:
        self._database, self.shipped = database, shipped
        self._parsed: dict[UUID, Template] = {}
        self._book, self._mark = Phrasebook({}, {}), (-1, 0)
        self.wordings: Sequence[ConsentWording] = [
            one for text in shipped.wordings.values() for one in parse_wordings(text)
        ]

    async def publish(self) -> int:
        """Load shipped templates that are new or changed as new versions; return how many.

        Raises `UnfitTemplates`, and loads none of them, if one would not fit its channels.
        """
        async with self._database.transaction(None) as tx:
            held = {(row.key, row.language): row for row in await templates.current(tx.session)}
            known = {bytes(row.digest) for row in held.values()}
            sources = [one for one in self.shipped.templates.values() if templates.digest(one) not in known]
            for source, template in zip(sources, fitting(sources, self.shipped.layout), strict=True):
                newest = held.get((template.key, template.language))
                await templates.add(
                    tx.session, template.key, template.language, source=source, review=template.review,
                    version=newest.version + 1 if newest else 1,
                )  # fmt: skip
        return len(sources)

    async def book(self, session: Session, also: Sequence[UUID] = ()) -> Phrasebook:
        """Return the current phrasebook; `also` are older versions that messages were planned with."""
        mark = await templates.mark(session)
        if mark != self._mark:
            versions = {(row.key, row.language): row.id for row in await templates.current(session)}
            await self._read(session, versions.values())
            self._book, self._mark = Phrasebook(versions, self._parsed), mark
        await self._read(session, also)
        return self._book

    async def _read(self, session: Session, versions: Iterable[UUID]) -> None:
        """Read versions that were not read yet."""
        unknown = {*versions} - self._parsed.keys()
        for row in await templates.sources(session, list(unknown)) if unknown else ():
            self._parsed[row.id] = parse_template(row.source)

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
