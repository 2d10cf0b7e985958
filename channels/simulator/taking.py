"""Takes messages down: those that arrive together share one commit, and each waits for it."""

import asyncio

from channels.simulator.ledger import Accepted, Ledger, Message
from channels.simulator.sender import Sender


class Taking:
    """Between the endpoints and the book."""

    def __init__(self, ledger: Ledger, sender: Sender) -> None:
        self._ledger = ledger
        self._sender = sender
        self._waiting: list[tuple[Accepted, asyncio.Future[list[Message]]]] = []

    async def take(self, accepted: Accepted) -> list[Message]:
        """Write messages down, let their stories begin, and return them as they are in the book."""
        loop = asyncio.get_running_loop()
        written: asyncio.Future[list[Message]] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._commit)
        self._waiting.append((accepted, written))
        return await written

    def _commit(self) -> None:
        waiting, self._waiting = self._waiting, []
        try:
            messages, callbacks = self._ledger.accept([one for accepted, _ in waiting for one in accepted])
        except Exception as error:  # noqa: BLE001 -- every request that waits must hear of it
            for _, written in waiting:
                if not written.done():
                    written.set_exception(error)
            return
        self._sender.put(callbacks)
        rest = iter(messages)
        for accepted, written in waiting:
            mine = [next(rest) for _ in accepted]
            if not written.done():  # the client may have gone; its message is accepted all the same
                written.set_result(mine)
