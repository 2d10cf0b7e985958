"""A reminder's journey, in order: intake, planning, dispatch, delivery, receipts, reporting.

Beside them: tenancy (agencies and keys), wording, calls, replies, consent, sign-up, upkeep, and passage
(the sandbox's clock). One file a stage; a stage opens its own transactions and may be repeated.
"""
