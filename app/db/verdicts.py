"""Whether a reminder may go, as one SQL expression: planning, cancelling and claiming all ask it.

It stands over the aliases `mb` (member), `rn` (renewal), `cp` (contact point), `cs` (consent state) and
`st` (address stop), and gives NULL for "may go" or the reason code of the first rule that refuses
(`app.rules.reasons` says each in a sentence). `:allowed` are the statuses of the ladder's step.
"""

CASE_OF_THE_MEMBER = """
    CASE WHEN mb.status <> 'active' THEN 'member_' || mb.status
         WHEN rn.status = 'canceled' THEN 'month_moved'
         WHEN rn.owner = 'ssa' THEN 'ssa_renews'
         WHEN NOT rn.status = ANY(cast(:allowed AS text[])) THEN rn.status
    END
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

CONSENT_JOINS = """
    LEFT JOIN consent_state cs ON (cs.agency_id, cs.member_id, cs.channel, cs.purpose, cs.address_index)
                                = (cp.agency_id, cp.member_id, {channel}, 'renewal', cp.value_index)
    LEFT JOIN address_stop st ON (st.agency_id, st.address_index, st.channel)
                               = (cp.agency_id, cp.value_index, {channel})
"""


def verdict(channel: str) -> str:
    """Return the whole expression for the channel that this SQL names."""
    return f"coalesce({CASE_OF_THE_MEMBER}, {CASE_OF_THE_ADDRESS.format(channel=channel)})"


def consent_joins(channel: str) -> str:
    """Return the joins that the expression needs besides member, renewal and contact point."""
    return CONSENT_JOINS.format(channel=channel)
