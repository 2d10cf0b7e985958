"""How a message leaves, one package a provider; knows nobody else in the house.

contract is the port: what goes out, what became of it, what a provider tells us. transport is the
one HTTP client, segments measures a text. twilio speaks texts and calls, sendgrid e-mails; simulator
plays both providers offline, so that the same adapters run without an account.
"""
