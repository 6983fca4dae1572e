"""What the edges to other systems can refuse."""

from tickets.errors import Conflict, Invalid


class NotDead(Conflict):
    """This was delivered or still waits for its next try; only what was given up can be tried
    again by hand."""

    code = "not_dead"


class MappingInvalid(Invalid):
    """The mapping is not valid."""

    code = "mapping_invalid"


class UnreadableFile(Invalid):
    """The file can't be read."""

    code = "unreadable_file"


class EndpointInvalid(Invalid):
    """The endpoint is not valid."""

    code = "endpoint_invalid"
