"""The button a mail program shows: it posts to the address in the mail's own header, as RFC 8058 has it."""

from dataclasses import dataclass

from channels.simulator.ledger import Fact, Message
from channels.simulator.world import World

PRESSED = "one_click"
"""The fact that the button was pressed; its value is the HTTP status of the answer."""
_BODY = b"List-Unsubscribe=One-Click"
_HEADERS = {"Content-Type": "application/x-www-form-urlencoded"}


def target(mail: Message, public_url: str) -> str:
    """Return where the button of a mail posts to; nothing without the headers, or for a foreign address."""
    headers = {name.lower(): str(value) for name, value in mail.detail.get("headers", {}).items()}
    if headers.get("list-unsubscribe-post", "").strip() != _BODY.decode():
        return ""
    offered = (part.strip().strip("<>") for part in headers.get("list-unsubscribe", "").split(","))
    return next((url for url in offered if url.startswith(f"{public_url}/")), "")


@dataclass(frozen=True, slots=True)
class OneClick:
    """Presses the button."""

    world: World

    async def press(self, mail: Message) -> int | None:
        """Post once, and write the answer's status down; None if the mail has no such button."""
        url = target(mail, self.world.settings.public_url)
        if not url:
            return None
        answer = await self.world.poster.post(url, _HEADERS, _BODY)
        self.world.ledger.note([Fact(mail.seq, PRESSED, str(answer.status))])
        return answer.status
