"""The providers, offline: Twilio and SendGrid as our adapters see them, over real HTTP.

`twilio_*` and `sendgrid_*` take messages; `outcomes` and `faults` say what shall become of them,
`story` puts that into steps, `ledger` keeps everything, `sender` plays the steps and calls us back.
`controls` is the sandbox's own JSON, `pages` shows phones, inboxes and calls to the eye.
"""

from channels.simulator.settings import SimulatorSettings
from channels.simulator.simulator import Simulator

__all__ = ["Simulator", "SimulatorSettings"]
