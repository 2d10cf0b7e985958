import pytest

from app.rules.clips import NAMES, Clip, ClipTable, Source, entry, parse_clips, standing
from app.rules.wording import BadTemplate, Review

HEAD = 'language = "hy"\nsource = "espeak-ng"\nreview = "draft"\n[clips]\n'
TABLE = parse_clips(HEAD + "".join(f'{name} = "{name} in Armenian"\n' for name in NAMES), "hy")


def test_a_table_says_of_each_clip_what_it_says_and_where_it_comes_from():
    said = 'goodbye = { words = "Bye", source = "recorded", review = "reviewed", reviewer = "A. Bedrosian" }\n'
    table = parse_clips(HEAD + 'greeting = "Hello"\n' + said, "hy")
    assert (table.clips["greeting"].source, table.clips["greeting"].review) == (Source.ESPEAK, Review.DRAFT)
    assert table.clips["goodbye"].source is Source.RECORDED
    assert table.clips["goodbye"].reviewer == "A. Bedrosian"


@pytest.mark.parametrize(
    ("toml", "what"),
    [("[clips", "no TOML"), ('language = "hy"', "no clips"), (HEAD + 'hello = "x"', "unknown clip"),
     (HEAD + 'greeting = ""', "no words"), (HEAD + 'greeting = { words = "x", by = "y" }', "unknown by"),
     (HEAD.replace("espeak-ng", "magic") + 'greeting = "x"', "magic"),
     (HEAD.replace("draft", "reviewed") + 'greeting = "x"', "reviewed by nobody")],
)  # fmt: skip
def test_a_table_that_cannot_be_used_says_what_is_wrong(toml, what):
    with pytest.raises(BadTemplate, match=what):
        parse_clips(toml, "hy")


def test_a_language_is_complete_when_every_clip_has_words_and_a_recording():
    whole = standing(TABLE, NAMES)
    assert whole.complete
    assert (whole.present, whole.missing, whole.sources) == (len(NAMES), (), ("espeak-ng",))
    part = standing(TABLE, NAMES[1:])
    assert part.missing == NAMES[:1]
    assert standing(ClipTable("km"), ()).missing == NAMES


def test_unreviewed_clips_are_for_the_sandbox_only():
    assert standing(TABLE, NAMES).usable(live=False)
    assert not standing(TABLE, NAMES).usable(live=True)
    reviewed = parse_clips(HEAD.replace('"draft"', '"reviewed"\nreviewer = "A. Bedrosian"')
                           + "".join(f'{name} = "x"\n' for name in NAMES), "hy")  # fmt: skip
    assert standing(reviewed, NAMES).usable(live=True)


def test_an_operators_table_stands_over_the_shipped_one():
    own = parse_clips(HEAD + 'greeting = { words = "Our own", source = "recorded" }', "hy")
    whole = TABLE.under(own)
    assert whole.clips["greeting"].words == "Our own"
    assert whole.clips["goodbye"] == TABLE.clips["goodbye"]


def test_a_recording_that_no_table_speaks_of_is_nobodys_reviewed_clip():
    reviewed = parse_clips(HEAD.replace('"draft"', '"reviewed"\nreviewer = "A"') + 'greeting = "x"', "hy")
    clip = reviewed.under(ClipTable("hy"), {"greeting"}).clips["greeting"]
    assert (clip.source, clip.review, clip.reviewer) == (Source.RECORDED, Review.DRAFT, "")


def test_a_table_that_is_written_is_read_again():
    said = Clip("greeting", 'Say "hello"\\ \u058e', Source.ESPEAK, Review.DRAFT)
    assert parse_clips(f'language = "hy"\n[clips]{entry(said)}', "hy").clips == {"greeting": said}


def test_no_name_stands_twice():
    assert len(set(NAMES)) == len(NAMES)
