from app.rules.findings import Finding


def test_a_finding_is_shown_as_plain_values():
    assert Finding("disk", "full", "make room", wrong=True).shown() == {
        "subject": "disk", "what": "full", "mend": "make room", "wrong": True,
    }  # fmt: skip
