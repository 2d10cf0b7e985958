"""The providers, offline: Twilio, SendGrid, Telnyx and a mail relay as our adapters see them, over real HTTP and SMTP.

`twilio_*`, `sendgrid_*`, `telnyx_*` and `smtp_*` take messages; `outcomes` and `faults` say what shall become of them,
`story` puts that into steps, `ledger` keeps everything, `sender` plays the steps and calls us back.
`controls` is the sandbox's own JSON and what its forms do (`given` reads both, `unsubscribing` is a mail program's
button); `pages` shows phones, inboxes and calls to the eye (`showing` finds the words, `painting` fills the templates).
"""

from channels.simulator.settings import SimulatorSettings
from channels.simulator.simulator import Simulator

__all__ = ["Simulator", "SimulatorSettings"]
