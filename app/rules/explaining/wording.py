"""Which words a person gets, in which language, and why in that one."""

from app.rules.languages import fallbacks, language_of

CANTONESE = "yue"


def in_words(
    template: str, version: int | None, language: str | None, wanted: str | None, channel: str, *, holds: bool = True
) -> str:  # fmt: skip
    """Return which words in a sentence, such as “In Korean (cure_now, version 2), the language …”.

    `holds` says that the same person would get the same language now; else why is not known any more.
    """
    if language is None:
        return ""
    told = f"{template}, version {version}" if version else template
    why = _why(language, wanted, channel) if holds else "by what was known when it was planned"
    return f"In {_name(language)} ({told}), {why}."


def _why(language: str, wanted: str | None, channel: str) -> str:
    if wanted is None:
        return "because no language of this person is known"
    if language == wanted:
        return "the language that this person speaks" if channel == "voice" else "the language that this person reads"
    if language in fallbacks(wanted)[:-1]:
        return f"which comes nearest to {_name(wanted)}, in which there are no such words"
    return f"because there are no such words in {_name(wanted)}"


def _name(tag: str) -> str:
    """Return a language's English name; of one that we have no words in, its tag."""
    if tag == CANTONESE:
        return "Cantonese"
    found = language_of(tag)
    return found.english if found.tag == tag else f"“{tag}”"
