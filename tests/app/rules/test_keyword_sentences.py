import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.keyword_reading import plain
from app.rules.keyword_sentences import PHRASES, asks_to_stop, swears


@pytest.mark.parametrize(
    "body",
    [
        "don't text me anymore", "never contact me again", "I no longer want these messages", "please leave us alone",
        "take my number off", "get me off this list", "I told you to stop", "lose my number", "remove my number",
        "no more calls", "cancel these texts", "just stop", "no quiero recibir mensajes", "dejen de llamarme",
        "ya no me manden nada", "sáquenme de la lista", "déjenme en paz", "quiero darme de baja", "no más mensajes",
        "I revoke my consent", "I do not consent to these messages", "I never signed up for this", "i dont want this",
        "you have no permission to text me", "Please discontinue", "discontinue these messages", "this is harassment",
        "text me again and I will sue", "I wish to be removed", "I already said stop", "hey stop that",
        "No quiero nada",
        "I don't want texts about Medi-Cal anymore", "no more medi-cal texts", "No quiero mensajes de medi-cal",
        "please remove me from the medi-cal text list", "dejen de mandarme mensajes de mi seguro",
        "մի՛ գրեք", "դադարեցրե՛ք", "don't ever call me",
    ],
)  # fmt: skip
def test_what_a_reasonable_person_means_as_stop(body):
    assert asks_to_stop(plain(body))


EVERY_PHRASE = [(tags, phrase) for tags, phrases in PHRASES.items() for phrase in phrases.split("|")]


@pytest.mark.parametrize(("tags", "phrase"), EVERY_PHRASE)
def test_every_phrase_is_found_within_a_text_and_says_its_language(tags, phrase):
    assert asks_to_stop(plain(f"{phrase}!")) == tags


@pytest.mark.parametrize(
    "body",
    [
        "take me off Medi-Cal", "cancel my insurance", "quiero cancelar mi seguro", "email me instead", "I never text",
        "did you stop sending reminders", "don't call me at work", "Do not call before 9", "you never send me anything",
        "why do I get no texts", "I have no email address", "no calls received", "no me llamen, mándenme texto",
        "I don't need the calls just texts", "remove me from my case",
        "we do not call on Sundays", "no me llamo Ana", "stop sign",
    ],
)  # fmt: skip
def test_what_is_about_something_else_is_for_a_person_to_read(body):
    assert not asks_to_stop(plain(body))


def test_only_swearing_stops():
    assert swears("fuck you all")
    assert not swears("my damn renewal form is lost")


@given(st.text(st.sampled_from("stop textme dont no mandenremoveoff quit please "), max_size=3_000))
def test_no_text_takes_long(body):
    assert set(asks_to_stop(plain(body))) <= {"en", "es"}
