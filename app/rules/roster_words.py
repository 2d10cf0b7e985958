"""The words of counties and plans for what we keep as codes: statuses, owners, consents, kinds."""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

from app.rules.cells import fold, says_nothing
from app.rules.facts import Channel, LineKind, MemberLeft, RenewalStatus

V = TypeVar("V")


def _folded(table: Mapping[V, str]) -> dict[str, V]:
    return {fold(word): value for value, words in table.items() for word in words.split(",")}


STATUSES: Final[dict[str, RenewalStatus]] = _folded(
    {
        RenewalStatus.AUTO_RENEWED: "Auto Renewed,Automatically Renewed,Auto Renewal,Ex Parte,Ex Parte Renewed,"
        "Renewed Ex Parte,Renewed Automatically",
        RenewalStatus.PACKET_MAILED: "Packet Mailed,Packet Sent,Form Mailed,Form Sent,Mailed,Renewal Packet Mailed,"
        "Renewal Packet Sent,RE Packet Sent,Awaiting Form",
        RenewalStatus.FORM_RECEIVED: "Form Received,Packet Received,Received,Form Returned,Packet Returned,"
        "Returned,Renewal Received,Renewal Form Received",
        RenewalStatus.RENEWED: "Renewed,Renewal Complete,Renewal Completed,Completed,Complete,Redetermined",
        RenewalStatus.DISCONTINUED_PROCEDURAL: "Discontinued,Discontinued Procedural,Procedural Discontinuance,"
        "Discontinuance,Procedurally Discontinued",
        RenewalStatus.INELIGIBLE: "Ineligible,Not Eligible,Denied,Discontinued Ineligible,Over Income",
        RenewalStatus.INFORMATION_REQUESTED: "Information Requested,Info Requested,Request For Information,RFI,"
        "RFI Sent,Verification Requested,Additional Information Requested",
        RenewalStatus.RESTORED: "Restored,Reinstated,Rescinded,Discontinuance Rescinded",
        RenewalStatus.UPCOMING: "Upcoming,Due,Renewal Due,Not Started,Scheduled",
        RenewalStatus.UNKNOWN: "Unknown,None,Active,Open,Pending,N/A,No Status",
    }
)
"""`UNKNOWN` and `UPCOMING` say no more than the month does."""

LEFT: Final[dict[str, MemberLeft]] = _folded(
    {
        MemberLeft("deceased"): "Deceased,Died,Death",
        MemberLeft(
            "moved"
        ): "Moved,Moved County,Moved Out Of County,Transferred,Transferred Out,Inter County Transfer,ICT",
        MemberLeft("removed"): "Removed,Deleted",
    }
)
OWNERS: Final[dict[str, str]] = _folded(
    {
        "county": "County,CNTY,SSD,DPSS,HSA,County Office,Medi-Cal",
        "ssa": "SSA,SSI,SSP,SSI/SSP,Social Security,Social Security Administration,Federal",
    }
)
KINDS: Final[dict[str, LineKind]] = _folded(
    {
        LineKind.MOBILE: "Mobile,Cell,Cellular,Cell Phone,Mobile Phone,Wireless,M,C,CP,Smartphone",
        LineKind.LANDLINE: "Home,Landline,Land Line,Land,Home Phone,Work,Work Phone,Business,Office,H,W,HP,WP,Fixed,"
        "Residence,Residential,Fixed Line",
        LineKind.UNKNOWN: "Unknown,Other,Message,Msg,Voip,Primary,Alternate,Main,Any,Both,Phone,TE",
    }
)
CONSENTS: Final[dict[str, bool | None]] = {
    **_folded(
        {
            True: "Y,Yes,True,T,1,Opt In,Opted In,Granted,Consented,Consent,Agreed,Agree,OK,Allowed,Sí,Si,Given,On,"
            "Subscribed",
            False: "N,No,False,F,0,Opt Out,Opted Out,Declined,Refused,Revoked,Denied,Stop,Stopped,Do Not Contact,DNC,"
            "Withdrawn,Unsubscribed,Off,Never,Do Not Call,Do Not Text,No Consent,Not Consented",
        }
    ),
    **dict.fromkeys(
        map(
            fold,
            ("", "Unknown", "None", "N/A", "Not Asked", "Not Collected", "Pending", "Blank", "Null", "Unk", "U", "TBD"),
        ),
        None,
    ),
}
"""What a consent cell says: yes, no, or nothing."""
CHANNELS: Final[dict[str, Channel]] = _folded(
    {
        Channel.SMS: "SMS,Text,Texts,Text Message,TXT",
        Channel.EMAIL: "Email,E-mails,Emails",
        Channel.VOICE: "Voice,Call,Calls,Phone,Phone Call,Voice Call,Telephone",
    }
)
PROGRAMS: Final[dict[str, str]] = _folded(
    {
        "medi_cal": "Medi-Cal,Medi Cal,Medicaid,MC,MCAL",
        "ccs": "CCS,California Children's Services,California Childrens Services",
    }
)
BASES: Final[dict[str, str]] = _folded(
    {
        "application_number": "Application,Application Number,App,Medi-Cal Application,On Application",
        "opt_in": "Opt-in,Optin,Opted In,Sign-up,Signup",
    }
)
CYCLES: Final[dict[str, int]] = _folded(
    {
        12: "12,12 months,12 mo,12m,Annual,Annually,Yearly,1 year",
        6: "6,06,6 months,6 mo,6m,Semiannual,Semi-annual,Biannual,Half-yearly",
    }
)
DEFAULT_PROGRAM: Final = "medi_cal"
MAX_CODE: Final = 64
_CODE: Final = re.compile(r"[a-z][a-z0-9_]*")


def code_of(text: str, table: Mapping[str, str]) -> str | None:
    """Return the code of a word: that of the table, else the word in lower snake case, or None if it is none."""
    known = table.get(fold(text))
    if known is not None:
        return known
    snake = re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_")
    fits = _CODE.fullmatch(snake) and len(snake) <= MAX_CODE and not says_nothing(text)
    return snake if fits else None
