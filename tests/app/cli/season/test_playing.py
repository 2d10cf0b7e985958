from app.cli.season.playing import Season
from app.pipeline.reporting import COUNTS


def test_what_was_seen_is_kept_between_runs():
    assert Season(None, None, {"seen": ["sent"]}).seen == {"sent"}
    assert tuple(Season.statuses) == COUNTS


def test_before_there_is_a_key_none_is_sent():
    assert Season(None, None, {})._key() == {}  # noqa: SLF001
    assert Season(None, None, {"key": "kc_1"})._key() == {"Authorization": "Bearer kc_1"}  # noqa: SLF001
