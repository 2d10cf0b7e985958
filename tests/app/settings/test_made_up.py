import stat

from app.settings.made_up import made_up


def test_secrets_are_made_once_and_for_their_owner_alone(tmp_path):
    first = made_up(tmp_path)
    assert made_up(tmp_path) == first
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == ["sandbox-secrets.json", "sandbox-smtp.json", "sandbox-telnyx.json"]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_a_folder_of_an_earlier_version_keeps_its_secrets_and_gets_what_is_new(tmp_path):
    first = made_up(tmp_path)
    (tmp_path / "sandbox-telnyx.json").unlink()
    again = made_up(tmp_path)
    assert again["account_sid"] == first["account_sid"]
    assert again["telnyx_api_key"] != first["telnyx_api_key"]
