"""E-mail through SendGrid: mail sends and searches, events reads what SendGrid tells us."""
