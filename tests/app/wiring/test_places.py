from app.wiring import folder


def test_a_data_folder_is_made(settings, tmp_path):
    assert folder(settings.model_copy(update={"data_dir": tmp_path / "new"})).is_dir()
