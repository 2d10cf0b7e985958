"""The OpenAPI document: what FastAPI finds in the routes, with bodies that we read ourselves and problems put in."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel

from app.api.cloud_events import BATCH, EVENT, JSON, MOST_EVENTS, Envelope
from app.api.event_data import PREFIX, TYPES, Nothing
from app.api.problems import KINDS, MEDIA_TYPE

REF: Final = "#/components/schemas/"
KEYLESS, OF_KEYS = 401, (429, 503)
"""What every route that wants a key may answer besides: too many requests, and not now."""
Responses = dict[int | str, dict[str, Any]]
"""What a route may answer beside its own answer."""
_BODIES: Final[dict[str, type[BaseModel]]] = {}
"""The models of bodies that routes read themselves, filled as routes are defined."""


_PATHS: Final[dict[str, Any]] = {}
"""The addresses that are served beside the router, filled as they are defined."""


class FaultShown(BaseModel):
    """One mistake: a JSON pointer to it, and how to mend it."""

    pointer: str
    detail: str


class ProblemShown(BaseModel):
    """An error (RFC 9457); `type` is the address of a page that says its cause and its mend."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FaultShown]
    request_id: str


def problems(*statuses: int) -> Responses:
    """Return the documentation of the problems that a route answers with."""
    schema = {"$ref": f"{REF}Problem"}
    every = sorted({*statuses, *(OF_KEYS if KEYLESS in statuses else ())})
    return {status: {"description": _titles(status), "content": {MEDIA_TYPE: {"schema": schema}}} for status in every}


def json_request(model: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of a JSON body that the route reads itself."""
    _BODIES[model.__name__] = model
    return {"requestBody": {"required": True, "content": {JSON: {"schema": {"$ref": f"{REF}{model.__name__}"}}}}}


def answered(model: type[BaseModel]) -> dict[str, Any]:
    """Return the documentation of an answer, for addresses that are served beside the router."""
    _BODIES[model.__name__] = model
    schema = {"$ref": f"{REF}{model.__name__}"}
    return {"description": "Successful Response", "content": {JSON: {"schema": schema}}}


def describe(path: str, operations: Mapping[str, Any]) -> None:
    """Put an address that is served beside the router into the document."""
    _PATHS[path] = operations


def events_body() -> dict[str, Any]:
    """Return the documentation of CloudEvents in their three modes."""
    one, many = {"$ref": f"{REF}CountyEvent"}, {"$ref": f"{REF}CountyEvents"}
    content = {EVENT: {"schema": one}, BATCH: {"schema": many}, JSON: {"schema": {"anyOf": [one, many]}}}
    told = f"One event, a batch of at most {MOST_EVENTS}, or binary mode (`ce-` headers, `data` as {JSON})."
    return {"requestBody": {"required": True, "description": told, "content": content}}


def document(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI 3.1 document, made once."""
    if app.openapi_schema is None:
        found = get_openapi(
            title=app.title, version=app.version, openapi_version="3.1.0", description=app.description,
            routes=app.routes, servers=[{"url": app.state.public_url}],
        )  # fmt: skip
        schemas = found.setdefault("components", {}).setdefault("schemas", {})
        models: list[type[BaseModel]] = [*_BODIES.values(), *TYPES.values(), Envelope]
        for model in models:
            schemas |= _schemas(model)
        problem = _schemas(ProblemShown)
        schemas |= {**problem, "Problem": problem.pop("ProblemShown"), **_events()}
        found["paths"] |= _PATHS
        app.openapi_schema = found
    return app.openapi_schema


def _schemas(model: type[BaseModel]) -> dict[str, Any]:
    """Return a model's schema and those that it refers to, by name."""
    schema = model.model_json_schema(ref_template=REF + "{model}")
    return {**schema.pop("$defs", {}), model.__name__: schema}


def _events() -> Mapping[str, Any]:
    kinds = [
        {
            "title": name,
            "properties": {"type": {"const": PREFIX + name}, "data": {"$ref": f"{REF}{model.__name__}"}},
            "required": ["type"] if model is Nothing else ["type", "data"],
        }
        for name, model in TYPES.items()
    ]
    event = {"title": "CountyEvent", "allOf": [{"$ref": f"{REF}Envelope"}, {"oneOf": kinds}]}
    many = {"type": "array", "items": {"$ref": f"{REF}CountyEvent"}, "minItems": 1, "maxItems": MOST_EVENTS}
    return {"CountyEvent": event, "CountyEvents": many}


def _titles(status: int) -> str:
    return " · ".join(kind.title for kind in KINDS.values() if kind.status == status)
