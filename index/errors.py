"""What goes wrong in words a user can act on. Knows nothing of where it is shown."""


class IndexProblem(Exception):
    """Shown as it stands, in one sentence: it names the folder or model and says what to do."""
