"""Reads templates and consent wordings from the text of their files.

The shape of a file is described in `app/content/README.md`. Whatever is wrong is a `BadTemplate`
that says where and how to mend it.
"""

import tomllib
from collections.abc import Mapping
from typing import Final, cast

from app.rules.facts import Channel
from app.rules.wording import (
    BadTemplate,
    ConsentWording,
    Email,
    Review,
    Template,
    Text,
    Voice,
    parse_text,
)

PURPOSES: Final = ("renewal", "scam_alert", "update_contact", "service")
"""Each but `service` needs a consent of its own; `service` answers what the person just did."""


def parse_template(toml_text: str) -> Template:
    """Read one template file; raises `BadTemplate`."""
    fields = _toml(toml_text)
    head = _Table(fields, str(fields.get("key", "template")))
    key, language = head.word("key"), head.word("language")
    head.where = f"{language}/{key}"
    sms, email, voice = head.table("sms"), head.table("email"), head.table("voice")
    page, call = head.table("page"), head.table("call")
    template = Template(
        key=key,
        language=language,
        review=_review(head),
        purpose=_purpose(head),
        reviewer=head.word("reviewer", ""),
        sms=_sms(sms) if sms else None,
        email=_email(email) if email else None,
        voice=_voice(voice) if voice else None,
        page={name: page.text(name) for name in page.names()} if page else {},
        call={name: call.text(name) for name in call.names()} if call else {},
    )
    head.finish()
    if not template.channels and not template.page and not template.call:
        raise BadTemplate("no words", head.where, "Give it [sms], [email], [voice], [call] or [page]")
    return template


def parse_wordings(toml_text: str) -> tuple[ConsentWording, ...]:
    """Read a language's consent wordings, one for each id and channel; raises `BadTemplate`."""
    head = _Table(_toml(toml_text), "wordings")
    language = head.word("language")
    head.where = f"{language}/wordings"
    review = _review(head)
    head.word("reviewer", "")
    wordings = []
    for name in head.names():
        by_channel = cast("_Table", head.table(name))
        for channel in by_channel.names():
            if channel not in tuple(Channel):
                raise BadTemplate(f"channel {channel!r}", head.where, "Use sms, email or voice")
            text = by_channel.text(channel)
            wordings.append(ConsentWording(name, language, Channel(channel), review, text))
    return tuple(wordings)


class _Table:
    """A table of a file, which remembers what was read, so that a misspelt name is found."""

    def __init__(self, fields: Mapping[str, object], where: str) -> None:
        self.where = where
        self._left = dict(fields)

    def names(self) -> tuple[str, ...]:
        return tuple(self._left)

    def word(self, name: str, default: str | None = None) -> str:
        value = self._left.pop(name, default)
        if not isinstance(value, str):
            raise BadTemplate(f"{name} is missing or no text", self.where, f'Write {name} = "…"')
        return value

    def text(self, name: str) -> Text:
        return parse_text(self.word(name, ""), f"{self.where} {name}")

    def texts(self, name: str) -> tuple[Text, ...]:
        values = self._left.pop(name, [])
        if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
            raise BadTemplate(f"{name} is no list of texts", self.where, f'Write {name} = ["…"]')
        return tuple(parse_text(value, f"{self.where} {name}") for value in values)

    def table(self, name: str) -> "_Table | None":
        value = self._left.pop(name, None)
        if value is None:
            return None
        if not isinstance(value, Mapping):
            raise BadTemplate(f"{name} is no table", self.where, f"Write [{name}] on its own line")
        return _Table(value, f"{self.where} [{name}]")

    def finish(self) -> None:
        if self._left:
            unknown = ", ".join(sorted(self._left))
            raise BadTemplate(f"unknown {unknown}", self.where, "Remove it or correct its spelling")

    def __bool__(self) -> bool:
        return True


def _toml(text: str) -> dict[str, object]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadTemplate("no TOML", str(error), "Correct that line") from None


def _review(head: _Table) -> Review:
    value = head.word("review")
    if value not in tuple(Review):
        raise BadTemplate(f"review {value!r}", head.where, f"Use one of {', '.join(Review)}")
    return Review(value)


def _purpose(head: _Table) -> str:
    value = head.word("purpose")
    if value not in PURPOSES:
        raise BadTemplate(f"purpose {value!r}", head.where, f"Use one of {', '.join(PURPOSES)}")
    return value


def _sms(table: _Table) -> Text:
    body = table.text("body")
    table.finish()
    return body


def _email(table: _Table) -> Email:
    email = Email(
        subject=table.text("subject"),
        preheader=table.text("preheader"),
        greeting=table.text("greeting"),
        greeting_plain=table.text("greeting_plain"),
        body=table.texts("body"),
        action_label=table.text("action_label"),
        signoff=table.text("signoff"),
        footer=table.texts("footer"),
        unsubscribe_label=table.text("unsubscribe_label"),
    )
    table.finish()
    return email


def _voice(table: _Table) -> Voice:
    voice = Voice(
        greeting=table.text("greeting"),
        stop_hint=table.text("stop_hint"),
        body=table.texts("body"),
        repeat_hint=table.text("repeat_hint"),
        goodbye=table.text("goodbye"),
    )
    table.finish()
    return voice
