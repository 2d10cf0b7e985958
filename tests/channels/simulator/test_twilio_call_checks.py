import pytest

from channels.simulator.twilio_call_checks import problem_of
from channels.simulator.twilio_door import Form

GOOD = {"To": ["+14155550123"], "From": ["+17145550100"], "Url": ["https://ours.example/calls/r1"]}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"Timeout": ["45"], "TimeLimit": ["3600"]},
        {"MachineDetection": ["DetectMessageEnd"], "MachineDetectionTimeout": ["30"]},
        {"StatusCallbackEvent": ["initiated", "completed"], "StatusCallback": ["https://ours.example/x"]},
    ],
)
def test_what_twilio_documents_is_taken(changes):
    assert problem_of(Form({**GOOD, **changes})) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"Timeout": ["0"]},
        {"Timeout": ["601"]},
        {"Timeout": ["soon"]},
        {"TimeLimit": ["-1"]},
        {"TimeLimit": ["²"]},
        {"MachineDetectionTimeout": ["2"]},
        {"MachineDetectionSilenceTimeout": ["9" * 5_000]},
        {"Twiml": ["<Response/>"]},
    ],
)
def test_what_is_out_of_bounds_or_unknown_is_refused(changes):
    assert b'"code":20001' in problem_of(Form({**GOOD, **changes})).body
