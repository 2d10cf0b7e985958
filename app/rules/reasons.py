"""Why a message ended as it did, as a sentence: each reason code that a message can carry."""

from collections.abc import Mapping

SENTENCES: Mapping[str, str] = {
    # whether: a rule refused
    "member_moved": "The county told us that this person moved to another county.",
    "member_deceased": "The county told us that this person has died.",
    "member_removed": "The county removed this person.",
    "member_merged": "The county's own record of this person took over; the reminders go out from there.",
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
    "cannot_render": "Its words or its address could not be put together; an operator must look.",
    "no_sender": "The agency has no sender for this channel.",
    # when: the time was over
    "deadline_passed": "It could not go out before its deadline; a late reminder would have misled.",
    "called_often": "Its number had as many calls as a number may get, and its next turn came too late.",
    # how: the provider's or carrier's word
    "bad_address": "The provider says that no message can be sent to this address.",
    "unknown_number": "The carrier does not know this number.",
    "handset_unreachable": "The phone was off or out of reach.",
    "carrier_filtered": "The carrier's filter stopped the text.",
    "blocked": "The carrier or mail server blocked the message.",
    "carrier_error": "The carrier reported an error that it did not explain.",
    "fraud_blocked": "The provider's protection against fraud stopped the text.",
    "litigator_blocked": "The provider blocks this number, because its owner sues over unwanted texts.",
    "bad_content": "The provider refused the words of the message; an operator must look.",
    "quiet_hours": "The provider holds texts back at this hour; it is tried again later.",
    "expired_at_provider": "The provider could not hand it on before its time was over.",
    "rate_limited": "The provider asked us to slow down; it is tried again later.",
    "unexplained": "The provider refused it and gave no reason that we know.",
    "carrier_timeout": "The carrier gave no answer; the text may have arrived.",
    "route_refused": "The provider has no route to this number.",
    "queue_full": "The provider's queue was full.",
    "deferred": "The mail server asked us to come back later; it is tried again.",
    "put_off": "This reader's own mail server asked us to come back later; it is tried again.",
    "send_time_refused": "The provider refused the time of sending.",
    "misconfigured": "The provider refused our credentials or sender; an operator must look.",
    "refused": "The provider refused the message.",
    "undelivered": "The provider could not deliver it and gave no reason.",
    "canceled_at_provider": "It was withdrawn at the provider.",
    "bounced": "The mail server says that this address does not exist or takes no mail.",
    "mailbox_full": "The mailbox was full.",
    "too_long": "The message is longer than the provider takes; an operator must look.",
    "dropped": "The e-mail provider dropped it, because the address bounced or complained before.",
    "busy": "The line was busy.",
    "no_answer": "Nobody answered the call.",
    "call_failed": "The call could not be put through.",
    "fax": "A fax machine answered the call.",
    "no_mail": "The message has no words for an e-mail.",
    "voicemail": "An answering machine took the call; it heard a short neutral message.",
    "spoken_in_english": "The call was in English, with where to get help: we have no words in this person's language.",
    "hung_up": "The call was answered and ended before the message was over.",
    # how: it never left
    "deadline": "It was not handed to the provider in time and goes with the next batch.",
    "unreachable": "The provider could not be reached; it is tried again later.",
    "unwritable": "The connection to the provider broke before anything was sent; it is tried again later.",
    "closed": "The sender was shutting down; it is tried again later.",
    # what nobody knows
    "no_proof": "It may or may not have been sent, and nothing proves either; a person can settle it.",
    "no_word": "The provider took it and never said what became of it.",
    "in_flight_at_stop": "It was already on its way when the stop arrived.",
    # what a person or somebody for them said
    "text_stop": "This person texted us to stop.",
    "text_start": "This person texted us to start again.",
    "opt_in": "This person signed up and confirmed it with a code.",
    "key_9": "This person pressed 9 during a call to stop calls.",
    "call_to_us": "This person called our number, heard what calls there would be, and said yes with a key.",
    "unsubscribe_link": "This person used the unsubscribe link of an e-mail.",
    "unsubscribed": "This person unsubscribed by the e-mail provider's own link.",
    "spam_report": "This person reported an e-mail of ours as spam, which we take for a no.",
    "carrier": "The carrier or provider told us that this person stopped our messages.",
}


def sentence(reason: str | None) -> str:
    """Return the sentence of a reason code; a provider's own code we do not know yet is shown as it is."""
    if not reason:
        return ""
    return SENTENCES.get(reason, f"The provider gave the reason “{reason}”.")
