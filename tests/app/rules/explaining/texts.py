"""Texts that tests of explanations read."""

FLORIDA_HAS_SUNDAYS_OFF = """
[[windows]]
state = "FL"
channels = ["sms", "voice"]
days = "sunday"
hours = "none"
from = 2000-01-01
source = "A law of Florida, section 1"
"""
