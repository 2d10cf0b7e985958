"""The frame around every page for people: the reader's language, the words, the menu and the languages to choose."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from app.pages.cookies import read_cookie, set_cookie
from app.pages.kept import Shelf
from app.pages.painting import paint
from app.pages.phrases import Phrase, Said
from app.pipeline.wording import Phrasebook
from app.rules.agency import Agency
from app.rules.languages import LANGUAGES, fallbacks, read_language
from app.rules.wording import NOTHING, Text
from app.rules.wording_values import agency_words, direction
from app.wiring import Services

COMMON: Final = "page_common"
LANGUAGE_COOKIE: Final = "kc_lang"
A_YEAR: Final = 365 * 24 * 3600
MOST_LANGUAGES: Final = 8
LONGEST_TAG: Final = 35
MENU: Final = ("/", "/preferences", "/verify", "/privacy")


@dataclass(frozen=True, slots=True)
class Choice:
    """A language that the reader may change to."""

    tag: str
    own: str
    url: str
    direction: str


async def page(
    request: Request, wired: Services, frame: str, key: str, *,
    agency: Agency | None = None, status: int = 200, here: str = "", **more: Any,  # noqa: ANN401
) -> HTMLResponse:  # fmt: skip
    """Return a page in the reader's language: the frame `templates/<frame>` with the words of `key`.

    The frame is given `said` and `common` (see `Said`), `language`, `direction`, `languages`, `agency`, `agencies`
    and what `more` has. `here` is where a change of language leads, if not to the address that was asked for.
    """
    shelf = shelf_of(request)
    book, agencies = await shelf.book.now(), await shelf.agencies.now()
    here = here or "/" + request.url.path.lstrip("/")  # two strokes would name another host
    given = frame_words(request, wired, book, agencies, key=key, agency=agency, here=here)
    if twice := given.keys() & more.keys():
        raise TypeError(f"the frame has these names itself: {sorted(twice)}")
    response = paint(frame, status, **given, **more)
    response.headers["Content-Language"] = given["language"]
    if _asked(request) == given["language"]:
        set_cookie(response, wired.settings, LANGUAGE_COOKIE, given["language"], A_YEAR)
    return response


def frame_words(
    request: Request, wired: Services, book: Phrasebook, agencies: Sequence[Agency], *,
    key: str, agency: Agency | None, here: str,
) -> dict[str, Any]:  # fmt: skip
    """Return all that a frame is given."""
    wanted = wanted_of(request, wired)
    language = _with_words(book, key, wanted)
    about = agency or (agencies[0] if len(agencies) == 1 else None)
    words, links = _of_agency(about)
    said = {
        one: Said(
            _texts(book, one, tag := _with_words(book, one, [language])), tag, english=_texts(book, one, "en"),
            words=words, links=links, page=language,
        )
        for one in (key, COMMON)
    }  # fmt: skip
    return {
        "said": said[key], "common": said[COMMON], "language": language, "direction": direction(language),
        "languages": choices(request, book, key, here), "agency": about, "agencies": agencies,
        "menu": _menu(about if len(agencies) > 1 else None), "here": here,
        "kept_query": [pair for pair in request.query_params.multi_items() if pair[0] != "lang"],
        "help_line": _help_line(book, wanted, language, words, links),
    }  # fmt: skip


def shelf_of(request: Request) -> Shelf:
    """Return what the pages of this process keep."""
    state = request.app.state
    if not hasattr(state, "shelf"):
        state.shelf = Shelf(state.services)
    shelf: Shelf = state.shelf
    return shelf


def language_of(request: Request) -> list[str]:
    """Return the languages that a reader wants, best first: `?lang=`, the cookie, then `Accept-Language`."""
    return wanted_of(request, request.app.state.services)


def wanted_of(request: Request, wired: Services) -> list[str]:
    """Return the languages that a reader wants, best first, whether they have words or not."""
    cookie = read_cookie(request, wired.settings, LANGUAGE_COOKIE) or ""
    tags = (request.query_params.get("lang", ""), cookie, *accepted(request.headers.get("accept-language", "")))
    found = (read_language(tag.strip()[:LONGEST_TAG]) for tag in tags if tag.strip())
    return list(dict.fromkeys(tag for tag in found if tag))


def accepted(header: str) -> list[str]:
    """Return the languages of an `Accept-Language`, the one that is wanted most first."""
    weighed = [_weighed(part) for part in header.split(",")[:MOST_LANGUAGES]]
    return [tag for tag, weight in sorted(weighed, key=lambda one: -one[1]) if tag and weight > 0]


async def reader_language(request: Request, key: str = COMMON) -> str:
    """Return the one language in which a page with the words of `key` is shown to the reader."""
    return _with_words(await shelf_of(request).book.now(), key, language_of(request))


def choices(request: Request, book: Phrasebook, key: str, here: str) -> list[Choice]:
    """Return the languages in which a page has words, by their own names, with the page's address in each."""
    others = urlencode([pair for pair in request.query_params.multi_items() if pair[0] != "lang"])
    before = f"{here}?{others}&lang=" if others else f"{here}?lang="
    return [
        Choice(one.tag, one.own, before + one.tag, direction(one.tag))
        for one in LANGUAGES
        if (key, one.tag) in book.versions
    ]


def _asked(request: Request) -> str | None:
    return read_language(request.query_params.get("lang", "")[:LONGEST_TAG])


def _weighed(part: str) -> tuple[str, float]:
    tag, _, weight = part.partition(";")
    try:
        return tag.strip(), float(weight.strip().removeprefix("q=") or 1)
    except ValueError:
        return tag.strip(), 0


def _with_words(book: Phrasebook, key: str, wanted: Sequence[str]) -> str:
    """Return the first language that has the words of a page; a near one counts, and English stands in."""
    near = (tag for one in wanted for tag in fallbacks(one) if tag != "en" or one == "en")
    return next((tag for tag in near if (key, tag) in book.versions), "en")


def _texts(book: Phrasebook, key: str, language: str) -> Mapping[str, Text]:
    return book.template(key, language).page


def _of_agency(agency: Agency | None) -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Return the words of an agency, and where those lead that can be followed."""
    if agency is None:
        return {}, {}
    phones = {
        "phone": agency.phone, "county_phone": agency.county_phone or agency.phone,
        "fraud_phone": agency.fraud_phone or agency.phone, "tty": agency.tty[0] if agency.tty else "711",
    }  # fmt: skip
    links = {mark: f"tel:{number}" for mark, number in phones.items()} | {"portal": agency.portal_url}
    return agency_words(agency), links | ({"fraud_email": f"mailto:{agency.fraud_email}"} if agency.fraud_email else {})


def _menu(agency: Agency | None) -> list[str]:
    """Return where the menu leads; where there are several agencies it remembers which one."""
    return [f"{path}?agency={agency.code}" if agency else path for path in MENU]


def _help_line(
    book: Phrasebook, wanted: Sequence[str], language: str, words: Mapping[str, str], links: Mapping[str, str]
) -> Phrase:
    """Return the line about help in one's language for whom English stands in; in that language if it has one."""
    if language == "en" and wanted and wanted[0] != "en":
        tag = _with_words(book, "language_help", wanted[:1])
        return Phrase(book.template("language_help", tag).sms or NOTHING, tag, words, links, foreign=tag != language)
    return Phrase(NOTHING, language)
