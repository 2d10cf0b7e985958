"""E-mail through SendGrid: `mail` sends, searches and withdraws, `events` reads what SendGrid tells us."""
