"""Whether a message may go, as one SQL expression: planning, cancelling and claiming all ask it.

It stands over the aliases `mb` (member), `rn` (renewal), `cp` (contact point), `cs` (consent state) and
`st` (address stop), and gives NULL for "may go" or the reason code of the first rule that refuses
(`app.rules.reasons` says each in a sentence). A broadcast has no renewal; it asks for the consent of its own purpose. `:allowed` are `step:owner:cycle:status`, whatever the agency's
ladders may say (`schedules.ladders`). Who moved to another county still hears of the move.
"""

CASE_OF_THE_MEMBER = """
    CASE WHEN mb.status <> 'active' AND NOT (mb.status = 'moved' AND rn.occasion = 'moved_county') THEN 'member_' || mb.status
         WHEN rn.status = 'canceled' THEN CASE rn.occasion WHEN 'renewal' THEN 'month_moved' ELSE 'day_moved' END
         WHEN NOT {may}
         THEN CASE rn.owner WHEN 'ssa' THEN 'ssa_renews' ELSE rn.status END
    END
"""

MAY = "({step} || ':' || rn.owner || ':' || rn.cycle || ':' || rn.status) = ANY(cast(:allowed AS text[]))"

CASE_OF_THE_BROADCAST = """
    CASE WHEN mb.status <> 'active' THEN 'member_' || mb.status
         WHEN EXISTS (SELECT FROM broadcast b WHERE (b.agency_id, b.id) = ({message}.agency_id, {message}.broadcast_id)
                         AND b.status = 'canceled') THEN 'broadcast_canceled'
         WHEN NOT cp.listed THEN 'address_replaced'
    END
"""

CASE_OF_THE_CHOICE = """
    CASE WHEN NOT rn.program = ANY(mb.only_programs) THEN 'program_not_wanted' END
"""

CASE_OF_THE_ADDRESS = """
    CASE WHEN cp.state <> 'active' THEN 'contact_' || cp.state
         WHEN {channel} = 'sms' AND cp.line_kind = 'landline' THEN 'landline'
         WHEN NOT {channel} = ANY(coalesce(mb.channels, ARRAY['sms', 'email', 'voice'])) THEN 'channel_not_chosen'
         WHEN st.stopped THEN 'opted_out'
         WHEN cs.granted IS NULL OR cs.granted AND cs.at > cast(:now AS timestamptz) + interval '5 minutes' THEN 'no_consent'
         WHEN NOT cs.granted THEN 'opted_out'
         WHEN cs.until <= :now THEN 'consent_expired'
    END
"""

PLACE = """
    (coalesce(cp.place, coalesce(mb.timezone, cp.zone, :agency_zone) || ';')
     || CASE WHEN mb.hours IS NULL AND mb.paused_until IS NULL THEN ''
             ELSE coalesce(';' || nullif(concat_ws(';',
                    coalesce(lower(mb.hours) || '-' || upper(mb.hours), ''),
                    CASE WHEN mb.paused_until > cast(timezone('UTC', cast(:now AS timestamptz)) AS date) - 1
                         THEN to_char(mb.paused_until, 'YYYY-MM-DD') ELSE '' END), ';'), '') END)
"""
"""Where a person may be, with the hours and the pause that they chose, as `schedules.places` writes it."""

CONSENT_JOINS = """
    LEFT JOIN consent_state cs ON (cs.agency_id, cs.member_id, cs.channel, cs.purpose, cs.address_index)
                                = (cp.agency_id, cp.member_id, {channel}, {purpose}, cp.value_index)
    LEFT JOIN address_stop st ON (st.agency_id, st.address_index, st.channel)
                               = (cp.agency_id, cp.value_index, {channel})
"""


def case_of_the_member(step: str, *, may: str = MAY) -> str:
    """Return the part of the expression that asks about the member and the renewal, for the step that this SQL names.

    `may` says in SQL whether the step may be said at all, where that is already known.
    """
    return CASE_OF_THE_MEMBER.format(may=may.format(step=step))


def case_of_the_address(channel: str) -> str:
    """Return the part of the expression that asks about the contact point and the consent."""
    return CASE_OF_THE_ADDRESS.format(channel=channel)


def verdict(channel: str, step: str) -> str:
    """Return the whole expression for the channel and the step that these pieces of SQL name."""
    return f"coalesce({case_of_the_member(step)}, {CASE_OF_THE_CHOICE}, {case_of_the_address(channel)})"


def refusal(message: str) -> str:
    """Return the whole expression for the message of this alias; other kinds than reminders and broadcasts may go."""
    whom = f"""CASE {message}.kind WHEN 'reminder'
                    THEN coalesce({case_of_the_member(f"{message}.step")}, {CASE_OF_THE_CHOICE})
                    ELSE {CASE_OF_THE_BROADCAST.format(message=message)} END"""
    address = case_of_the_address(f"{message}.channel")
    return f"CASE WHEN {message}.kind IN ('reminder', 'broadcast') THEN coalesce({whom}, {address}) END"


def consent_joins(channel: str, purpose: str = "'renewal'") -> str:
    """Return the joins that the expression needs besides member, renewal and contact point."""
    return CONSENT_JOINS.format(channel=channel, purpose=purpose)


def consent_joins_of(message: str) -> str:
    """Return these joins for the message of this alias."""
    return consent_joins(f"{message}.channel", f"{message}.purpose")
