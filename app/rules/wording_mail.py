"""Puts an e-mail together, as plain text and as HTML, for all readers of a batch at once.

What differs from person to person stays as a mark that the channel fills: `[[word]]` in subject and
text, `[[word|html]]` (escaped) in the HTML. `mail_words` makes those words for one person.
"""

import re
from collections.abc import Callable, Mapping
from html import escape
from typing import Final, NamedTuple

from app.rules.wording import BadTemplate, Email, MissingWord, Template, Text, Words, fill, prepare
from app.rules.wording_values import direction, first_name, tidy

PERSONAL: Final = frozenset({"code", "signup_code", "month", "unsubscribe_url"})
"""The words that may differ from person to person; each one not shared becomes a mark."""

_ALWAYS: Final = frozenset({"agency", "portal_url"})
_PLACE: Final = re.compile(r"@@([a-z_]+)@@")
_LEFT: Final = re.compile(r"\[\[([a-z_]+)\]\]")
_PARAGRAPH: Final = '<p style="margin:0 0 16px 0;">{}</p>'
_FOOTER_LINE: Final = '<p style="margin:0 0 8px 0;">{}</p>'
_LINK: Final = '<a class="link" href="{}" style="color:#0b4f8a;text-decoration:underline;">{}</a>'
_BUTTON: Final = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" '
    'style="margin:8px 0 24px 0;">'
    '<tr><td class="button" style="background-color:#0b4f8a;border-radius:6px;">'
    '<a href="{}" style="display:inline-block;padding:14px 24px;color:#ffffff;font-weight:bold;'
    'text-decoration:none;">{}</a></td></tr></table>'
)


class MailText(NamedTuple):
    """An e-mail whose personal words are still marks; `marks` names those that each person needs."""

    subject: str
    text: str
    html: str
    greeting: Text
    greeting_plain: Text
    marks: frozenset[str]


def compose_mail(template: Template, layout: str, words: Words, help_line: Email | None = None) -> MailText:
    """Put an e-mail together from its template, the HTML layout and the words all readers share.

    `words` holds `portal_url` beside the marks; `help_line` is the language help put at the end.
    Raises `MissingWord` for a shared mark without a word and `BadTemplate` for a layout that does
    not fit.
    """
    email = template.email
    if email is None:
        where = f"{template.language}/{template.key}"
        raise BadTemplate("no e-mail", where, "Give it an [email] table")
    # A first name is never shared: one left in by mistake would greet everybody.
    shared = {mark: tidy(mark, word) for mark, word in words.items() if mark != "first_name"}
    if lacking := _ALWAYS - shared.keys():
        raise MissingWord(", ".join(sorted(lacking)))
    help_texts = help_line.body if help_line else ()
    subject, text = _plain(email.subject, shared), _twin(email, shared, help_texts)
    html = _page(template.language, email, layout, shared, help_texts)
    return MailText(
        subject=subject,
        text=text,
        html=html,
        greeting=prepare(email.greeting, shared),
        greeting_plain=prepare(email.greeting_plain, shared),
        marks=frozenset(_LEFT.findall(subject + text)) - {"greeting"},
    )


def mail_words(mail: MailText, name: str | None, words: Words) -> dict[str, str]:
    """Make one person's words for the marks of an e-mail: theirs, and a greeting that reads well.

    A name that is missing or does not look like a first name gives the plain greeting. Raises
    `MissingWord`, so that no mark is ever read by a person.
    """
    if not mail.marks <= words.keys():
        raise MissingWord(", ".join(sorted(mail.marks - words.keys())))
    own = {mark: tidy(mark, words[mark]) for mark in mail.marks}
    greeted = first_name(name)
    if greeted is None:
        return {**own, "greeting": fill(mail.greeting_plain, own)}
    return {**own, "greeting": fill(mail.greeting, {**own, "first_name": greeted})}


# --- the two renderings ----------------------------------------------------------------------


def _plain(text: Text, words: Words) -> str:
    return _woven(text, words, str, "[[{}]]", {})


def _html(text: Text, words: Words) -> str:
    return _woven(text, words, escape, "[[{}|html]]", _links(words))


def _woven(text: Text, words: Words, shape: Callable[[str], str], mark_form: str, ready: Mapping[str, str]) -> str:
    """Render a text: shared words in, personal words as marks; `ready` words are already shaped."""
    pieces = [shape(text.literals[0])]
    for mark, literal in zip(text.marks, text.literals[1:], strict=True):
        if mark in ready:
            pieces.append(ready[mark])
        elif mark in words:
            pieces.append(shape(words[mark]))
        elif mark in PERSONAL:
            pieces.append(mark_form.format(mark))
        else:
            raise MissingWord(mark)
        pieces.append(shape(literal))
    return "".join(pieces)


def _links(words: Words) -> dict[str, str]:
    """Make phones and the portal links that a finger can follow."""
    phones = {mark: words[mark] for mark in ("phone", "county_phone") if mark in words}
    links = {mark: _link(_telephone(shown), shown) for mark, shown in phones.items()}
    if words.keys() >= {"portal", "portal_url"}:
        links["portal"] = _link(words["portal_url"], words["portal"])
    return links


def _link(address: str, label: str) -> str:
    return _LINK.format(escape(address), escape(label))


def _telephone(shown: str) -> str:
    digits = re.sub(r"\D", "", shown)
    return f"tel:+1{digits}" if len(digits) == len("8002819799") else f"tel:{digits}"


def _twin(email: Email, words: Words, help_texts: tuple[Text, ...]) -> str:
    """Write the e-mail as plain text, from the same parts as the HTML."""
    action = f"{_plain(email.action_label, words)}: {words['portal_url']}" if email.action_label else ""
    leave = f"{_plain(email.unsubscribe_label, words)}: [[unsubscribe_url]]" if email.unsubscribe_label else ""
    body = [_plain(text, words) for text in email.body]
    footer = [_plain(text, words) for text in email.footer]
    helped = [_plain(text, words) for text in help_texts]
    head = [words["agency"], _plain(email.subject, words)]
    top = [*head, "[[greeting]]", *body, action, _plain(email.signoff, words)]
    return "\n\n".join(filter(None, [*top, "--", *helped, *footer, leave])) + "\n"


def _page(language: str, email: Email, layout: str, words: Words, help_texts: tuple[Text, ...]) -> str:
    places = {
        "lang": escape(language),
        "dir": direction(language),
        "subject": _subject(email, words),
        "preheader": _html(email.preheader, words),
        "agency": escape(words["agency"]),
        "greeting": "[[greeting|html]]",
        "paragraphs": _each(_PARAGRAPH, email.body, words),
        "action": _action(email, words),
        "signoff": _html(email.signoff, words),
        "language_help": _each(_FOOTER_LINE, help_texts, words),
        "footer": _each(_FOOTER_LINE, email.footer, words),
        "unsubscribe": _leave(email, words),
    }
    if unknown := sorted(set(_PLACE.findall(layout)) ^ places.keys()):
        raise BadTemplate(f"place @@{unknown[0]}@@", "layout.html", "Use each known place")
    return _PLACE.sub(lambda place: places[place[1]], layout)


def _subject(email: Email, words: Words) -> str:
    return _woven(email.subject, words, escape, "[[{}|html]]", {})


def _each(form: str, texts: tuple[Text, ...], words: Words) -> str:
    """Render each text in its form; a line that comes out empty (no postal address) is left out."""
    lines = (_html(text, words) for text in texts)
    return "\n".join(form.format(line) for line in lines if line.strip())


def _action(email: Email, words: Words) -> str:
    if not email.action_label:
        return ""
    label = _woven(email.action_label, words, escape, "[[{}|html]]", {})
    return _BUTTON.format(escape(words["portal_url"]), label)


def _leave(email: Email, words: Words) -> str:
    if not email.unsubscribe_label:
        return ""
    label = _html(email.unsubscribe_label, words)
    link = _LINK.format("[[unsubscribe_url|html]]", label)
    return _FOOTER_LINE.format(link)
