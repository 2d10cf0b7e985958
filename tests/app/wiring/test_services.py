import pytest

from app.errors import UnknownSchema
from app.rules.facts import Channel
from app.settings import Channels
from app.wiring import machine_now, migrate, open_services, shipped
from app.wiring.services import simulator


def test_every_channel_has_an_adapter(services):
    assert {channel for channel, _ in services.providers} == set(Channel)


def test_a_sandbox_has_a_clock_to_move_and_a_simulator(services):
    assert services.passage is not None
    assert services.simulator is not None


def test_a_sandbox_takes_mail_by_smtp_only_where_it_is_used(settings):
    by_smtp = settings.model_copy(update={"channels": Channels(email="smtp")})
    elsewhere = by_smtp.model_copy(update={"smtp_is_simulated": False})
    told = [simulator(one, machine_now)._world.settings.smtp_port for one in (by_smtp, settings, elsewhere)]  # noqa: SLF001
    assert told == [settings.smtp.port, None, None]


def test_all_content_is_read():
    content = shipped()
    assert "en/renewal_two_months.toml" in content.templates
    assert "en/wordings.toml" in content.wordings
    assert "en/wordings.toml" not in content.templates
    assert "<mjml" in content.layout


async def test_templates_are_published_once(settings, database_url):
    assert await migrate(settings, database_url) > 0
    assert await migrate(settings, database_url) == 0


async def test_a_database_of_another_version_is_refused(settings, server):
    with pytest.raises(UnknownSchema):
        async with open_services(settings, server.url_for("postgres")):
            pass
