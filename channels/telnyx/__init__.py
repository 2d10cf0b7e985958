"""Texts through Telnyx: the second provider, so that one may fail."""
