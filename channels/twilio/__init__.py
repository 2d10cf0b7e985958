"""Texts and calls through Twilio: sms and voice speak; rest, signatures and codes serve them."""
