import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.graphemes import graphemes, has_graphemes


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        pytest.param("Ana", ["A", "n", "a"], id="letters"),
        pytest.param("e\u0301a", ["e\u0301", "a"], id="a mark belongs to its letter"),
        pytest.param("\u0301a", ["\u0301", "a"], id="a mark without a letter"),
        pytest.param("a\r\n\u0301", ["a", "\r", "\n", "\u0301"], id="a line end takes no mark"),
        pytest.param("น้ำ", ["น้ำ"], id="Thai"),
        pytest.param("ກຳ", ["ກຳ"], id="Lao"),
        pytest.param("ខ្មែរ", ["ខ្", "មែ", "រ"], id="Khmer"),
        pytest.param("श्री", ["श्", "री"], id="Hindi"),
        pytest.param("می‌رسد", ["م", "ی\u200c", "ر", "س", "د"], id="Farsi with its non-joiner"),
        pytest.param("\u1112\u1161\u11ab글", ["\u1112\u1161\u11ab", "글"], id="a Korean syllable in parts"),
        pytest.param("\u06001", ["\u06001"], id="a sign that holds on to what follows"),
        pytest.param("🇺🇸🇻🇳", ["🇺🇸", "🇻🇳"], id="flags"),
        pytest.param("👩‍👩‍👧a", ["👩‍👩‍👧", "a"], id="a family"),
        pytest.param("👍🏽👍", ["👍🏽", "👍"], id="a skin tone"),
        pytest.param("❤️1️⃣", ["❤️", "1️⃣"], id="signs shown as emojis"),
        pytest.param("a\u200db", ["a\u200d", "b"], id="a joiner between letters"),
    ],
)
def test_what_a_reader_sees_as_one_stays_together(text, pieces):
    assert graphemes(text) == pieces


@given(st.text(st.characters(codec="utf-8") | st.sampled_from("\u0301\u200d👩👧🏽🇺🇸\u1112\u1161\u11ab\u0600\r\n")))
def test_nothing_is_lost_or_added(text):
    assert "".join(graphemes(text)) == text
    assert all(graphemes(text))


@given(st.text(st.characters(codec="utf-8"), max_size=20))
def test_a_text_without_any_is_known_at_a_glance(text):
    if not has_graphemes(text):
        assert [one for one in graphemes(text) if len(one) > 1] == []
