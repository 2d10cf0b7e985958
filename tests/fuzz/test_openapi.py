"""Thousands of requests made from the OpenAPI document: no 500, no answer that the document does not know.

Not part of the ordinary run: `make fuzz`. The service listens on loopback in a thread of its own.
"""

import asyncio
import itertools
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from app.wiring import open_services
from tests.conftest import AGENCY
from tests.conftest import listening as serving

CHECKS = [
    not_a_server_error, status_code_conformance, content_type_conformance, response_headers_conformance,
    response_schema_conformance,
]  # fmt: skip
MEMBER = "M-1"
EVENT = {
    "specversion": "1.0", "id": "1", "source": "/c", "type": "org.keepcovered.member.updated", "subject": MEMBER,
    "time": "2026-01-01T00:00:00Z",
    "data": {"phones": [{"number": "+17145552345"}], "renewals": [{"program": "medi_cal", "renewal_month": "2027-02"}]},
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """The service that is listening, a key that opens everything, and what is there to be found."""

    url: str
    key: str
    message: str


async def serve(settings, database_url, found: dict, ready: threading.Event, stop: asyncio.Event) -> None:
    """Serve until told to stop; `found` gets what the test needs."""
    async with open_services(settings, database_url) as services:
        await services.wording.publish()
        agency = await services.tenancy.add(AGENCY)
        found["key"] = (await services.tenancy.add_key(agency.id, name="fuzz", scopes=["admin"])).text
        found["plan"] = services.planning.waiting
        async with serving(services, found["port"]):
            ready.set()
            await stop.wait()


@contextmanager
def listening(settings, database_url, port) -> Iterator[Target]:
    """Serve from a thread until the block ends."""
    ready, stop, loop = threading.Event(), asyncio.Event(), asyncio.new_event_loop()
    found = {"port": port}
    running = serve(settings, database_url, found, ready, stop)
    thread = threading.Thread(target=loop.run_until_complete, args=(running,))
    thread.start()
    try:
        assert ready.wait(30)
        yield _with_a_member(settings.public_url, found, loop)
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()


def _with_a_member(url, found, loop) -> Target:
    headers = {"Authorization": f"Bearer {found['key']}"}
    requests.post(f"{url}/v1/events", json=EVENT, headers=headers, timeout=10).raise_for_status()
    asyncio.run_coroutine_threadsafe(found["plan"](), loop).result()
    message = requests.get(f"{url}/v1/messages?limit=1", headers=headers, timeout=10).json()["data"][0]["id"]
    return Target(url, found["key"], message)


@pytest.fixture
def target(settings, database_url, port):
    with listening(settings, database_url, port) as running:
        yield running


def known(case, number: int, target: Target) -> None:
    """Every other request is about a member and a message that are there."""
    if number % 2 and case.path_parameters:
        held = {"member_ref": MEMBER, "message_id": target.message}
        case.path_parameters.update({name: held[name] for name in case.path_parameters if name in held})


def throw(operation, mode, cases: int, target: Target, seen: Counter) -> None:
    """Send many requests of one operation and judge each answer."""
    numbers = itertools.count()
    with requests.Session() as session:

        @settings(
            max_examples=cases, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case) -> None:
            number = next(numbers)
            known(case, number, target)
            headers = {} if number % 10 == 9 else {"Authorization": f"Bearer {target.key}"}
            response = case.call(base_url=target.url, session=session, headers=headers, allow_redirects=False)
            seen[f"{operation.label} {response.status_code}"] += 1
            case.validate_response(response, checks=CHECKS)

        one()


@pytest.mark.filterwarnings("default")
def test_no_request_brings_a_500_or_an_unknown_answer(target, pytestconfig, capsys):
    document = requests.get(f"{target.url}/openapi.json", timeout=10).json()
    schema = schemathesis.openapi.from_dict(document)
    operations = [found.ok() for found in schema.get_all_operations()]
    each = max(1, pytestconfig.getoption("--cases") // (2 * len(operations)))
    seen, faults = Counter[str](), []
    for operation, mode in itertools.product(operations, GenerationMode):
        try:
            throw(operation, mode, each, target, seen)
        except Unsatisfiable:
            continue  # what takes no input at all cannot be asked wrongly
        except Exception as error:  # noqa: BLE001  (all operations are tried before any is blamed)
            faults.append(f"{operation.label} {mode.value}: {error}")
    with capsys.disabled():
        print(f"\n{sum(seen.values())} requests: ", dict(sorted(seen.items())))  # noqa: T201
    assert not faults, "\n\n".join(faults)
