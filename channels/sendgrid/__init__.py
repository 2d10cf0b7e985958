"""E-mail through SendGrid: mail sends and searches, events reads what SendGrid tells us."""

from channels.sendgrid.mail import SendGridMail

__all__ = ["SendGridMail"]
