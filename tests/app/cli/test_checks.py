def test_the_shipped_words_pass_their_checks(run):
    found = run("templates", "check", "--json")
    assert found.code == 0
    assert found.json["findings"] == []
    assert {row["language"] for row in found.json["data"]} >= {"en", "es", "vi", "zh-Hans", "zh-Hant", "ko"}


def test_the_doctor_says_what_is_wrong_and_the_mend(run):
    found = run("doctor", "--json")
    assert found.code == 1
    mends = {one["subject"]: one["mend"] for one in found.json["data"] if one["wrong"]}
    assert mends["sms by twilio"] == "start `keepcovered up`"
    assert "agency add" in mends["agencies"]


def test_the_openapi_document_is_printed(run):
    assert run("openapi").json["openapi"].startswith("3.1")
