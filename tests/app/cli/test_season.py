from app.cli.season import STEPS, Season
from app.pipeline.reporting import COUNTS


def test_each_step_has_a_name_of_its_own():
    names = [name for name, _, _ in STEPS]
    assert len(set(names)) == len(names)


def test_what_was_seen_is_kept_between_runs():
    assert Season(None, None, {"seen": ["sent"]}).seen == {"sent"}
    assert tuple(Season.statuses) == COUNTS
