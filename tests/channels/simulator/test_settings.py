from tests.channels.simulator.conftest import MAIL_KEY, TELNYX_KEY, TOKEN


def test_a_secret_is_not_shown(settings):
    assert TOKEN not in repr(settings)
    assert MAIL_KEY not in repr(settings)
    assert TELNYX_KEY not in repr(settings)
    assert "PRIVATE KEY" not in repr(settings)
