"""Texts by Pigeon Post: its name, what must be set, and how its adapter is built."""

from channels.provider import Access, Provider, Setting

from pigeon_channel.sms import PigeonSms


def _sms(access: Access) -> PigeonSms:
    return PigeonSms(
        access.transport, token=access["token"], secret=access["secret"], base_url=access["base_url"],
        callback_base=access.callback_base,
    )  # fmt: skip


PROVIDER = Provider(
    name="pigeon",
    settings=(
        Setting("token", "lets us in at Pigeon Post", secret=True),
        Setting("secret", "signs what Pigeon Post tells us", secret=True),
        Setting("base_url", "where Pigeon Post is"),
    ),
    channels={"sms": _sms},
)
