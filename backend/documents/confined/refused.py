"""What does a file fail on? The lower-case name of a member of `kinds.Unfit`."""


class Refused(Exception):
    """The file is not taken; the message is the reason's name."""
