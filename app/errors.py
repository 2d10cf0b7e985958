"""The errors of the service, one tree; an error's docstring is the sentence people read.

KeepCoveredError
BadSettings         the service cannot start with these settings
UnknownSchema       the database was made by another version
NotReady            something this command needs is not running
NotNow              this cannot be taken now, but in a moment
UnfitTemplates      words that would not fit their channel are not loaded
UnfitLadders        ladders that make no sense together are not put in force
"""


class KeepCoveredError(Exception):
    """Something went wrong that a person can mend."""


class BadSettings(KeepCoveredError):
    """The settings do not fit together."""


class UnknownSchema(KeepCoveredError):
    """The database's schema is not the one this version knows."""


class UnfitTemplates(KeepCoveredError):
    """Templates do not fit their channels; none was loaded."""


class UnfitLadders(KeepCoveredError):
    """Ladders do not fit together; what runs stays."""


class NotReady(KeepCoveredError):
    """Something this command needs is not running."""


class NotNow(KeepCoveredError):
    """This cannot be taken now; send the same again in a moment."""

    retry_after = 2
    """Seconds after which it is worth a try."""
