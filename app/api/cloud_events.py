"""CloudEvents 1.0 as they come in: one as JSON, a batch, or binary mode (attributes in `ce-` headers)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import unquote

from fastapi import Request
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from app.api.bodies import content_type, may_be_unstorable, parse_json, unstorable
from app.api.event_data import PREFIX, TYPES, Data
from app.api.fields import Moment, Name
from app.api.problems import Fault, Problem, faults_of
from app.rules.facts import CountyEvent

EVENT: Final = "application/cloudevents+json"
BATCH: Final = "application/cloudevents-batch+json"
JSON: Final = "application/json"
TAKEN: Final = f"{EVENT}, {BATCH} or {JSON}"
MOST_EVENTS: Final = 1000
_EXTENSION: Final = re.compile(r"[a-z0-9]{1,64}")
_LARGEST: Final = 2**31
_LONGEST: Final = 2000
NO_OBJECT: Final = Fault("", "each event is a JSON object")


class Envelope(BaseModel):
    """A CloudEvent's attributes; extension attributes may stand beside them."""

    model_config = ConfigDict(extra="allow", frozen=True, hide_input_in_errors=True)
    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Name
    time: Moment
    subject: Name
    datacontenttype: Name | None = None
    dataschema: Name | None = None


@dataclass(frozen=True, slots=True)
class Received:
    """What a request brought: events as parsed JSON, and whether it is a batch."""

    events: list[Any] = field(repr=False)
    batch: bool
    suspicious: bool
    """Whether a text in it may be one that cannot be kept."""


_ENVELOPE: Final = TypeAdapter(Envelope)
_ATTRIBUTES: Final = frozenset(Envelope.model_fields)
_DATA: Final[Mapping[str, TypeAdapter[Data]]] = {PREFIX + name: TypeAdapter(model) for name, model in TYPES.items()}
_CANONICAL: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
_EMPTY_DATA: Final = frozenset({f"{PREFIX}member.deceased", f"{PREFIX}member.removed"})


def received(request: Request, body: bytes) -> Received:
    """Take a request's events apart; raises a problem for what is no event, no batch and no binary event."""
    kind = content_type(request)
    if kind not in {EVENT, BATCH, JSON}:
        raise Problem("unsupported-media-type", f"Send {TAKEN}.")
    if kind == JSON and "ce-specversion" in request.headers:
        return Received([_binary(request, body)], batch=False, suspicious=True)
    value = parse_json(body)
    is_batch = isinstance(value, list)
    if (kind == BATCH and not is_batch) or (kind == EVENT and is_batch):
        raise Problem("invalid-request", errors=[Fault("", f"send one event as {EVENT}, a list of them as {BATCH}")])
    events = value if is_batch else [value]
    if not events:
        raise Problem("invalid-request", errors=[Fault("", "the batch is empty; send at least one event")])
    if len(events) > MOST_EVENTS:
        raise Problem("too-many-events")
    return Received(events, batch=is_batch, suspicious=may_be_unstorable(body))


def _binary(request: Request, body: bytes) -> dict[str, Any]:
    """Put the event of binary mode together as it would stand in JSON."""
    try:
        found: dict[str, Any] = {
            name[3:]: unquote(value.strip('"'), errors="strict")
            for name, value in request.headers.items()
            if name.startswith("ce-")
        }
    except UnicodeDecodeError:
        raise Problem("malformed-request", "A `ce-` header is not percent-encoded UTF-8.") from None
    if body:
        found["data"] = parse_json(body)
    return found


def read_event(value: object, *, suspicious: bool) -> CountyEvent:
    """Return an event with its facts; raises the problem that it is answered with."""
    if not isinstance(value, dict):
        raise Problem("invalid-event", errors=[NO_OBJECT])
    if suspicious and (bad := unstorable(value)):
        raise Problem("invalid-event", errors=bad)
    type_ = value.get("type")
    if isinstance(type_, str) and type_ and type_ not in _DATA:
        raise Problem("unknown-event-type", f"The types are {PREFIX}… with one of: {', '.join(TYPES)}.",
                      errors=[Fault("/type", "this type is not known")])  # fmt: skip
    faults: list[Fault] = []
    envelope = _envelope(value, faults)
    data = _data(type_, value.get("data"), faults) if isinstance(type_, str) and type_ else None
    if envelope is None or data is None or faults:
        raise Problem("invalid-event", errors=faults)
    return CountyEvent(
        id=envelope.id, source=envelope.source, type=envelope.type, time=envelope.time, subject=envelope.subject,
        facts=data.facts(envelope.type), payload=canonical(value),
    )  # fmt: skip


def canonical(value: object) -> bytes:
    """Return one spelling of an event, so that the same event is known again in any mode and layout."""
    return _CANONICAL.encode(value).encode()


def _envelope(value: dict[str, Any], faults: list[Fault]) -> Envelope | None:
    faults += _extensions(value)
    try:
        return _ENVELOPE.validate_python({name: one for name, one in value.items() if name in _ATTRIBUTES})
    except ValidationError as error:
        faults += faults_of(error)
        return None


def _data(type_: str, data: object, faults: list[Fault]) -> Data | None:
    if data is None and type_ in _EMPTY_DATA:
        data = {}
    if data is None:
        faults.append(Fault("/data", "this field is required; give the facts as a JSON object"))
        return None
    try:
        return _DATA[type_].validate_python(data)
    except ValidationError as error:
        faults += faults_of(error, "data")
        return None


def _extensions(value: dict[str, Any]) -> list[Fault]:
    """Check what stands beside the known attributes (CloudEvents 1.0, 3.1 and JSON format 2.2)."""
    faults = []
    if value.get("datacontenttype") not in (None, JSON):
        faults.append(Fault("/datacontenttype", f"`data` must be {JSON}"))
    for name, one in value.items():
        if name in _ATTRIBUTES or name == "data" or one is None:
            continue
        if name == "data_base64":
            faults.append(Fault("/data_base64", "send `data` as a JSON object instead"))
        elif not _EXTENSION.fullmatch(name):
            faults.append(
                Fault(f"/{name[:64]}", "attributes are named with small letters and digits; is this one of `data`?")
            )
        elif not _is_scalar(one):
            faults.append(Fault(f"/{name}", "an extension attribute is a short text, a whole number, true or false"))
    return faults


def _is_scalar(value: object) -> bool:
    if isinstance(value, str):
        return len(value) <= _LONGEST
    return isinstance(value, bool) or (isinstance(value, int) and -_LARGEST <= value < _LARGEST)
