"""How many segments the texts of an agency take, measured with its own words."""

from collections.abc import Collection, Mapping
from functools import lru_cache

from app.db import pacing
from app.db.transaction import Session
from app.rules.agency import Agency
from app.rules.wording import NOTHING, fill
from app.rules.wording_checks import Size, sample_words
from app.rules.wording_reading import parse_template
from app.rules.wording_values import agency_words
from channels.segments import as_sent

Words = tuple[tuple[str, str], ...]


async def sizes(session: Session, agency: Agency, asked: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Size]:
    """Return the size of each text, by template and language, as the agency's members get it."""
    if not asked:
        return {}
    rows = await pacing.words(session, *map(sorted, zip(*set(asked), strict=True)))
    own = tuple(sorted(agency_words(agency).items()))
    return {(row.key, row.language): _size(row.source, row.language, own) for row in rows}


@lru_cache(maxsize=2048)
def _size(source: str, language: str, own: Words) -> Size:
    """Measure a text; kept, because measuring takes a hundred times as long as asking."""
    text = parse_template(source).sms or NOTHING
    return as_sent(fill(text, {**sample_words(language), **dict(own)}))
