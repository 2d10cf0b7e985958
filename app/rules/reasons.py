"""Why a message ended as it did, as a sentence: each reason code that a message can carry."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # whether: a rule refused
    "member_moved": "The county told us that this person moved to another county.",
    "member_deceased": "The county told us that this person has died.",
    "member_removed": "The county removed this person.",
    "month_moved": "The renewal month moved; a new reminder was planned for the new month.",
    "ssa_renews": "Social Security renews this person's Medi-Cal, so the county asks for nothing.",
    "auto_renewed": "The county renewed this person by itself; there is nothing to do.",
    "renewed": "This person is already renewed.",
    "form_received": "The county already has this person's form.",
    "discontinued_procedural": "The county already ended the coverage because papers were missing.",
    "ineligible": "The county found that this person no longer qualifies.",
    "cure_expired": "The 90 days for late papers are over.",
    "channel_not_chosen": "This person did not choose this channel.",
    "no_consent": "We have no consent for this channel and address.",
    "consent_expired": "The consent for this channel and address has run out.",
    "opted_out": "This person asked us to stop on this channel.",
    "landline": "The number is a landline, which cannot receive texts.",
    "no_contact_point": "We know no phone number and no e-mail address of this person.",
    "contact_bounced": "Earlier messages to this address came back.",
    "contact_wrong_person": "Somebody else answered at this number.",
    "contact_opted_out": "This address asked us to stop.",
    "no_sender": "The agency has no sender for this channel.",
    # when: the time was over
    "deadline_passed": "It could not go out before its deadline; a late reminder would have misled.",
    # how: the provider's or carrier's word
    "bad_address": "The provider says that no message can be sent to this address.",
    "unknown_number": "The carrier does not know this number.",
    "handset_unreachable": "The phone was off or out of reach.",
    "carrier_filtered": "The carrier's filter stopped the text.",
    "blocked": "The carrier or mail server blocked the message.",
    "carrier_error": "The carrier reported an error that it did not explain.",
    "carrier_timeout": "The carrier gave no answer; the text may have arrived.",
    "route_refused": "The provider has no route to this number.",
    "queue_full": "The provider's queue was full.",
    "send_time_refused": "The provider refused the time of sending.",
    "misconfigured": "The provider refused our credentials or sender; an operator must look.",
    "refused": "The provider refused the message.",
    "undelivered": "The provider could not deliver it and gave no reason.",
    "canceled_at_provider": "It was withdrawn at the provider.",
    "bounced": "The mail server says that this address does not exist or takes no mail.",
    "dropped": "The e-mail provider dropped it, because the address bounced or complained before.",
    "busy": "The line was busy.",
    "no_answer": "Nobody answered the call.",
    "call_failed": "The call could not be put through.",
    "voicemail": "An answering machine took the call; it heard a short neutral message.",
    "hung_up": "The call was answered and ended before the message was over.",
    # what nobody knows
    "no_proof": "It may or may not have been sent, and nothing proves either; a person can settle it.",
    "no_word": "The provider took it and never said what became of it.",
    "in_flight_at_stop": "It was already on its way when the stop arrived.",
}


def sentence(reason: str | None) -> str:
    """Return the sentence of a reason code; a provider's own code we do not know yet is shown as it is."""
    if not reason:
        return ""
    return SENTENCES.get(reason, f"The provider gave the reason “{reason}”.")
