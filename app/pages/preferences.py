"""`/preferences`: what a person chose of how, when and of what we remind them, and how to change it."""

from collections.abc import Mapping, Sequence
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from app.pages.cookies import drop_cookie, read_cookie
from app.pages.errors import error_page
from app.pages.forms import BadForm, read_form
from app.pages.frames import page, reader_language, shelf_of
from app.pages.phrases import Phrase
from app.pages.preferences_form import FIELD_OF, Filled, filled_of, shown, wanted_of
from app.pages.signup import REFUSED, REMINDER, Wired, agency_of
from app.pages.way_in import HOME, KEY, VISIT, ask_page
from app.pipeline.choices import WORDING, Standing
from app.rules.choices import (
    FIRST_HOUR,
    LAST_HOUR,
    LEAST_HOURS,
    LONGEST_PAUSE,
    NO_ONE,
    PURPOSES,
    RELATIONS,
    ChoiceFault,
    Visit,
    hour_name,
)
from app.rules.facts import Channel
from app.rules.language_choices import SPOKEN_NAMES, script_of, to_hear, to_read
from app.rules.languages import language_of
from app.rules.wording_values import agency_words, shown_phone
from app.wiring import Services

router: Final = APIRouter(include_in_schema=False)
FRAME: Final = "preferences.html"
OVER: Final = 403
DONE: Final = ("saved", "stopped", "left")
Option = tuple[str, str, str]


@router.get(HOME)
async def show(request: Request, wired: Wired) -> Response:
    """Show the choices to who has come in, and else ask where a code is to go to."""
    visit = await visit_of(request, wired)
    standing = await wired.choices.standing(visit) if visit else None
    if visit is None or standing is None:
        return await ask_page(request, wired, await agency_of(request, request.query_params.get("agency", "")))
    return await _page(request, wired, visit, standing, filled=shown(standing))


@router.post(f"{HOME}/choices")
async def save(request: Request, wired: Wired) -> Response:
    """Keep what was chosen."""
    visit, form = await visit_of(request, wired), await read_form(request)
    standing = await wired.choices.standing(visit) if visit else None
    if visit is None or standing is None:
        return await over(request, wired)
    if isinstance(form, BadForm):
        return await error_page(request, wired, 400, agency=standing.agency)
    return await _kept(request, wired, visit, standing, filled_of(form))


async def _kept(request: Request, wired: Services, visit: Visit, standing: Standing, filled: Filled) -> Response:
    language = await reader_language(request, KEY)
    readable, hearable = await _languages(request, standing)
    wanted = wanted_of(filled, standing, to_read=[one[0] for one in readable], to_hear=[one[0] for one in hearable])
    if isinstance(wanted, dict):
        return await _page(request, wired, visit, standing, filled=filled, wrong=wanted)
    worded = {Channel(one): phrase.language for one, phrase in _consents(wired, standing, language)}
    fault = await wired.choices.save(visit, wanted, language, worded=worded)
    if isinstance(fault, ChoiceFault):
        return await _page(request, wired, visit, standing, filled=filled, wrong={FIELD_OF[fault]: fault.value})
    return RedirectResponse(f"{HOME}?done=saved", 303)


@router.post(f"{HOME}/stop")
async def stop(request: Request, wired: Wired) -> Response:
    """Stop all that goes to the address."""
    visit = await visit_of(request, wired)
    if visit is None:
        return await over(request, wired)
    await wired.choices.stop(visit, await reader_language(request, KEY))
    return RedirectResponse(f"{HOME}?done=stopped", 303)


@router.post(f"{HOME}/leave")
async def leave(request: Request, wired: Wired) -> Response:
    """End the visit, here and at the server."""
    await wired.passes.leave(read_cookie(request, wired.settings, VISIT))
    response = RedirectResponse(f"{HOME}?done=left", 303)
    drop_cookie(response, wired.settings, VISIT)
    return response


async def visit_of(request: Request, wired: Services) -> Visit | None:
    """Return the visit of this browser, if it goes on."""
    return await wired.passes.visit(read_cookie(request, wired.settings, VISIT))


async def over(request: Request, wired: Services) -> Response:
    """Say that the visit is over."""
    response = await error_page(request, wired, OVER, "over")
    drop_cookie(response, wired.settings, VISIT)
    return response


async def _page(
    request: Request, wired: Services, visit: Visit, standing: Standing, *, filled: Filled,
    wrong: Mapping[str, str] | None = None,
) -> Response:  # fmt: skip
    language = await reader_language(request, KEY)
    readable, hearable = await _languages(request, standing)
    done = request.query_params.get("done", "")
    return await page(
        request, wired, FRAME, KEY, agency=standing.agency, here=HOME, status=REFUSED if wrong else 200,
        address=shown_address(visit), filled=filled, wrong=wrong or {}, offered=[one.value for one in standing.offered],
        consents=_consents(wired, standing, language), to_read=readable, to_hear=hearable,
        done=done if done in DONE and not wrong else "", purposes=PURPOSES, relations=(*RELATIONS, NO_ONE),
        tomorrow=standing.today.isoformat(), last_day=(standing.today + LONGEST_PAUSE).isoformat(),
        **_hours(language),
    )  # fmt: skip


def shown_address(visit: Visit) -> str:
    """Return the visitor's address as people write it."""
    return visit.address if visit.kind == "email" else shown_phone(visit.address)


def _hours(language: str) -> dict[str, list[tuple[str, str]]]:
    def named(first: int, last: int) -> list[tuple[str, str]]:
        return [(str(hour), hour_name(hour, language)) for hour in range(first, last + 1)]

    return {
        "first_hours": named(FIRST_HOUR, LAST_HOUR - LEAST_HOURS),
        "last_hours": named(FIRST_HOUR + LEAST_HOURS, LAST_HOUR),
    }


async def _languages(request: Request, standing: Standing) -> tuple[list[Option], list[Option]]:
    """Return the languages to read and to hear, with those that are held though we have no words in them."""
    book = await shelf_of(request).book.now()
    having = {tag for key, tag in book.versions if key == REMINDER}
    readable = [(tag, own, tag) for tag, own in to_read(having)]
    hearable = [(tag, own, script_of(tag)) for tag, own in to_hear(having)]
    return _with(readable, standing.chosen.read), _with(hearable, standing.chosen.speak)


def _with(options: list[Option], held: str | None) -> list[Option]:
    """Return options with what is chosen now, so that saving something else does not change it."""
    if held in {tag for tag, _, _ in options}:
        return options
    if not held:
        return [("", "—", ""), *options]
    return [(held, SPOKEN_NAMES.get(held, language_of(held).own), script_of(held)), *options]


def _consents(wired: Services, standing: Standing, language: str) -> Sequence[tuple[str, Phrase]]:
    """Return the wording for each channel to which nobody said yes yet."""
    words = agency_words(standing.agency)
    asked = [one for one in standing.proven if one not in standing.chosen.channels]
    found = [(channel, wired.wording.wording(WORDING, language, channel)) for channel in asked]
    return [
        (channel.value, Phrase(one.text, one.language, words, foreign=one.language != language))
        for channel, one in found
        if one is not None
    ]
