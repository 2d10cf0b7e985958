"""Puts an e-mail together, as plain text and as HTML, for all readers of a batch at once.

What differs from person to person stays as a mark that the channel fills: `[[word]]` in subject and
text, `[[word|html]]` (escaped) in the HTML. `mail_words` makes those words for one person.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from html import escape
from types import MappingProxyType
from typing import Final, NamedTuple

from app.rules.wording import BadTemplate, Email, MissingWord, Template, Text, Words, fill, prepare
from app.rules.wording_direction import Around, in_html, in_plain_text, is_right_to_left
from app.rules.wording_layout import lay_out
from app.rules.wording_values import direction, first_name, tidy

PERSONAL: Final = frozenset(
    {"code", "signup_code", "month", "date", "new_county", "new_county_phone", "unsubscribe_url", "safe_word", "link"}
)
"""The words that may differ from person to person; each one not shared becomes a mark."""

_ALWAYS: Final = frozenset({"agency", "portal_url"})
_PHONES: Final = ("phone", "county_phone", "tty", "fraud_phone", "ssa_phone", "coveredca_phone")
_LEFT: Final = re.compile(r"\[\[([a-z_]+)\]\]")
_PLAIN_MARK: Final = "[[{}]]"
_HTML_MARK: Final = "[[{}|html]]"
_PROGRAM: Final = "Medi-Cal"
_WHOLE_PROGRAM: Final = f'<span class="whole">{_PROGRAM}</span>'
_LEAVE: Final = _HTML_MARK.format("unsubscribe_url")
_LINE: Final = "<p>{}</p>"
_FOREIGN_LINE: Final = '<p lang="{}" dir="{}">{}</p>'
_LINK: Final = '<a class="{}" href="{}">{}</a>'
_BUTTON: Final = (
    '<table role="presentation" cellpadding="0" cellspacing="0" border="0" class="action">'
    '<tr><td class="button"><a class="label" href="{}">{}</a></td></tr></table>'
)


class MailText(NamedTuple):
    """An e-mail whose personal words are still marks; `marks` names those that each person needs."""

    subject: str
    text: str
    html: str
    greeting: Text
    greeting_plain: Text
    marks: frozenset[str]


def compose_mail(template: Template, layout: str, words: Words, help_line: Template | None = None) -> MailText:
    """Put an e-mail together from its template, the HTML layout and the words all readers share.

    `words` holds `portal_url` beside the marks; `help_line` is the language help put at the end, in its
    own language.
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
    helped = help_line.email.body if help_line and help_line.email else ()
    parts = _Parts(template.language, email, shared, help_line.language if help_line else "en", helped)
    subject, text = parts.subject, parts.twin()
    return MailText(
        subject=subject,
        text=text,
        html=lay_out(layout, parts.places()),
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


class _Writing(NamedTuple):
    """How a text is written out: the form of its literals and words, of its marks, and what stands around a word."""

    shape: Callable[[str], str]
    mark: str
    around: Around
    ready: Mapping[str, str] = MappingProxyType({})
    """Words that are shaped already: links."""

    def write(self, text: Text, words: Words) -> str:
        """Put the shared words in and leave the personal ones as marks."""
        pieces = [self.shape(text.literals[0])]
        for mark, literal in zip(text.marks, text.literals[1:], strict=True):
            word = self._word(mark, words)
            before, after = self.around.get(mark, ("", "")) if word else ("", "")
            pieces += [before, word, after, self.shape(literal)]
        return "".join(pieces)

    def each(self, texts: Iterable[Text], words: Words) -> list[str]:
        """Write each text; one that comes out empty (no postal address) is left out."""
        lines = (self.write(text, words) for text in texts)
        return [line for line in lines if line.strip()]

    def _word(self, mark: str, words: Words) -> str:
        if mark in self.ready:
            return self.ready[mark]
        if mark in words:
            return self.shape(words[mark])
        if mark in PERSONAL:
            return self.mark.format(mark)
        raise MissingWord(mark)


def _shown(words: str) -> str:
    """Escape words for a page, where no line may end within the program's name."""
    return escape(words).replace(_PROGRAM, _WHOLE_PROGRAM)


def _links(words: Words) -> dict[str, str]:
    """Make phones and the portal links that a finger can follow."""
    phones = {mark: words[mark] for mark in _PHONES if words.get(mark)}
    links = {mark: _link("link whole", _telephone(shown), shown) for mark, shown in phones.items()}
    if words.keys() >= {"portal", "portal_url"}:
        links["portal"] = _link("link", words["portal_url"], words["portal"])
    return {**links, "link": _LINK.format("link", _HTML_MARK.format("link"), _HTML_MARK.format("link"))}


def _link(kind: str, address: str, label: str) -> str:
    return _LINK.format(kind, escape(address), escape(label))


def _telephone(shown: str) -> str:
    digits = re.sub(r"\D", "", shown)
    return f"tel:+1{digits}" if len(digits) == len("8002819799") else f"tel:{digits}"


@dataclass(frozen=True, slots=True)
class _Parts:
    """What both renderings are made of, so that they say the same."""

    language: str
    email: Email
    words: Words
    help_language: str
    help_texts: tuple[Text, ...]

    @property
    def subject(self) -> str:
        return _Writing(str, _PLAIN_MARK, {}).write(self.email.subject, self.words)

    def twin(self) -> str:
        """Write the e-mail as plain text."""
        email, words = self.email, self.words
        writing = _Writing(str, _PLAIN_MARK, in_plain_text(self.language))
        # Beside words that run the other way an address would be torn; on its own line it is whole.
        link = "{}:\n{}" if is_right_to_left(self.language) else "{}: {}"
        action = [link.format(label, words["portal_url"]) for label in writing.each([email.action_label], words)]
        leave = [link.format(label, "[[unsubscribe_url]]") for label in writing.each([email.unsubscribe_label], words)]
        body, end = writing.each(email.body, words), writing.each([email.signoff], words)
        helped = writing._replace(around=in_plain_text(self.help_language)).each(self.help_texts, words)
        footer = writing.each(email.footer, words)
        head = [words["agency"], self.subject, "[[greeting]]"]
        return "\n\n".join([*head, *body, *action, *end, "--", *helped, *footer, *leave]) + "\n"

    def places(self) -> dict[str, str]:
        """Write the HTML of each place in the layout."""
        email, words = self.email, self.words
        bare = _Writing(escape, _HTML_MARK, {})  # for the title and the preheader, where no tag may stand
        return self._written(bare._replace(shape=_shown, around=in_html(self.language))) | {
            "lang": escape(self.language),
            "dir": direction(self.language),
            "start": "right" if is_right_to_left(self.language) else "left",
            "subject": bare.write(email.subject, words),
            "heading": bare._replace(shape=_shown).write(email.subject, words),
            "preheader": bare.write(email.preheader, words),
            "agency": escape(words["agency"]).join(in_html(self.language).get("agency", ("", ""))),
            "greeting": _HTML_MARK.format("greeting"),
        }

    def _written(self, writing: _Writing) -> dict[str, str]:
        email, words = self.email, self.words
        linked = writing._replace(ready=_links(words))
        helping = linked._replace(around=in_html(self.help_language)).each(self.help_texts, words)
        spoken = escape(self.help_language), direction(self.help_language)
        actions = writing.each([email.action_label], words)
        leaves = writing.each([email.unsubscribe_label], words)
        return {
            "paragraphs": "\n".join(map(_LINE.format, linked.each(email.body, words))),
            "action": "".join(_BUTTON.format(escape(words["portal_url"]), label) for label in actions),
            "signoff": linked.write(email.signoff, words),
            "language_help": "\n".join(_FOREIGN_LINE.format(*spoken, line) for line in helping),
            "footer": "\n".join(map(_LINE.format, linked.each(email.footer, words))),
            "unsubscribe": "".join(_LINE.format(_LINK.format("link", _LEAVE, label)) for label in leaves),
        }
