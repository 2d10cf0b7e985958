from app.cli.season import STEPS


def test_each_step_has_a_name_of_its_own():
    names = [name for name, _, _ in STEPS]
    assert len(set(names)) == len(names)
