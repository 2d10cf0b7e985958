"""What people texted, on the command line."""


def test_an_empty_list_is_a_list(county):
    assert county("replies", "list", "--agency", "orange", "--json").json == {"data": []}
    assert county("replies", "list", "--agency", "orange", "--done").code == 0


def test_a_reply_that_is_not_there_cannot_be_seen_to(county):
    said = county("replies", "done", "00000000-0000-0000-0000-000000000000", "--agency", "orange")
    assert said.code == 1
    assert "replies list" in said.errors
