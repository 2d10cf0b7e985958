"""E-mail through any relay, one mail a person.

`letter` makes a mail, `relay` opens a connection and `pool` keeps it, `handover` passes the mail on, `codes`
says what the relay's answers mean, `reports` reads what comes back and `signatures` whether it is the operator's.
"""
