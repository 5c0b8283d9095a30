"""The one error of this package; its message is a sentence for the person who owns the file."""


class SourceProblem(Exception):
    """A source file or its sidecar cannot be used; the message names the file and the remedy."""
