from datetime import UTC, datetime

from channels.listing import Listed, ListedPage
from channels.signals import Status

NOW = datetime(2026, 12, 1, 17, tzinfo=UTC)


def test_an_entry_shows_neither_number_nor_words_when_it_is_printed():
    one = Listed("SM1", "+17145550002", "+17145550100", NOW, Status.DELIVERED, "Renew by 31 January")
    assert "0002" not in repr(one)
    assert "Renew" not in repr(ListedPage([one]))


def test_a_page_that_goes_on_nowhere_is_the_last():
    assert ListedPage([]).following == ""
