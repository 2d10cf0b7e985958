"""The worker that is measured: the whole service in a process of its own, told by its stdin what to do.

The first line says where database and sink are; each further line is a command from `COMMANDS`. Each
answer has how many items were done, and the wall and CPU seconds that took (all threads of this process).
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from itertools import cycle, islice
from pathlib import Path
from typing import Any

import uvloop
from pyreqwest.client import Client, ClientBuilder

from app.logs import set_up_logs
from app.queue import quiet_logs
from app.rules.facts import Channel
from app.rules.wording import fill
from app.rules.wording_checks import sample_words
from app.rules.wording_reading import parse_template
from app.settings import Settings, read_settings
from app.wiring import Services, open_services
from app.worker import working
from channels.contract import Accepted, Mail, OutgoingMessage
from tests.bench import callbacks
from tests.bench.population import LANGUAGES

CONNECTIONS = 100
REFERENCE = "0" * 52


def sandbox(folder: Path, sink: str) -> Settings:
    """Return sandbox settings whose providers are the sink; everything else is as shipped."""
    settings = read_settings(folder, "http://127.0.0.1:8000")
    twilio = settings.twilio.model_copy(update={"base_url": f"{sink}/twilio"})
    sendgrid = settings.sendgrid.model_copy(update={"base_url": f"{sink}/sendgrid"})
    return settings.model_copy(update={"twilio": twilio, "sendgrid": sendgrid})


async def plan(services: Services, _: int) -> int:
    """Plan whatever waits."""
    return await services.planning.waiting()


async def texts(services: Services, _: int) -> int:
    """Deliver every due text."""
    return await _lane(services, Channel.SMS)


async def mails(services: Services, _: int) -> int:
    """Deliver every due e-mail."""
    return await _lane(services, Channel.EMAIL)


async def bare(services: Services, count: int) -> int:
    """Post `count` forms as ours through the same client, and do nothing else with them."""
    account = services.settings.twilio
    url = f"{account.base_url}/2010-04-01/Accounts/{account.account_sid}/Messages.json"
    forms = islice(cycle(_forms(services)), count)
    async with ClientBuilder().max_connections(CONNECTIONS).build() as client, asyncio.TaskGroup() as lanes:
        for _ in range(CONNECTIONS):
            lanes.create_task(_post_all(client, url, forms))
    return count


async def _post_all(client: Client, url: str, forms: Iterator[dict[str, str]]) -> None:
    headers = {"Authorization": "Basic QUMwMTIzOnNlY3JldHNlY3JldHNlY3JldA=="}
    for form in forms:
        response = await client.post(url).headers(headers).form(form).build().send()
        if not (await response.json())["sid"]:
            raise AssertionError("the sink takes everything")


def _forms(services: Services) -> list[dict[str, str]]:
    """Return a form for each of a hundred people, in their languages, as our adapter writes it."""
    bodies = {language: _body(services, language) for language in set(LANGUAGES)}
    return [
        {
            "To": "+17145550123", "From": "+17145550100", "Body": bodies[language], "ValidityPeriod": "36000",
            "StatusCallback": f"{services.settings.public_url}/callbacks/twilio/messages/{REFERENCE}",
        }
        for language in LANGUAGES
    ]  # fmt: skip


def _body(services: Services, language: str) -> str:
    template = parse_template(services.wording.shipped.templates[f"{language}/renewal_two_months.toml"])
    return fill(template.sms, sample_words(language)) if template.sms else ""


async def _lane(services: Services, channel: Channel) -> int:
    due = [agency for agency, other in await services.dispatch.due() if other == channel]
    return sum([await services.delivery.lane(agency, channel) for agency in due])


async def serve(services: Services, seconds: int) -> int:
    """Be a worker for a while, with a tick each second that looks for what is due."""
    async with working(services):
        for _ in range(seconds):
            await services.dispatch.wake()
            await asyncio.sleep(1)
    return seconds


async def mails_alone(services: Services, count: int) -> int:
    """Hand `count` ready e-mails to the adapter in one go: batches, bodies, requests, outcomes; no database."""
    channel = services.providers.first(Channel.EMAIL)
    mail = Mail(
        "Renew your Medi-Cal", "[[greeting]] [[month]] [[code]] " * 20, "<p>[[month|html]] [[code|html]]</p>" * 100
    )
    words = {
        "month": "February 2027",
        "code": "K7QX2",
        "greeting": "Dear Ana,",
        "unsubscribe_url": "https://us.example/u",
    }
    messages = [
        OutgoingMessage(
            f"{number:052x}", "K7QX2", f"m{number}@example.org", "Renewals <r@example.org>", "en", mail=mail,
            words=words, unsubscribe_url="https://us.example/u",
        )
        for number in range(count)
    ]  # fmt: skip
    outcomes = await channel.send(messages, not_after=float("inf"))
    return sum(isinstance(outcome, Accepted) for outcome in outcomes)


COMMANDS: dict[str, Callable[[Services, int], Awaitable[int]]] = {
    "plan": plan, "texts": texts, "mails": mails, "bare": bare, "mails alone": mails_alone,
    "sign callbacks": callbacks.sign, "callbacks": callbacks.send, "serve": serve,
}  # fmt: skip


async def main() -> None:
    """Open the service and obey until stdin ends."""
    lines = await _stdin()
    told = json.loads(await lines.readline())
    set_up_logs("json")
    quiet_logs()
    async with open_services(sandbox(Path(told["folder"]), told["sink"]), told["database"]) as services:
        say({"ready": os.getpid()})
        while line := await lines.readline():
            command = json.loads(line)
            wall, cpu = time.perf_counter(), time.process_time()
            done = await COMMANDS[command["do"]](services, command.get("count", 0))
            say({"done": done, "wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu})


def say(answer: dict[str, Any]) -> None:
    """Answer on one line."""
    sys.stdout.write(json.dumps(answer) + "\n")
    sys.stdout.flush()


async def _stdin() -> asyncio.StreamReader:
    reader = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    return reader


if __name__ == "__main__":
    uvloop.run(main())
