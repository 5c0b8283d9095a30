"""`python -m assistant`: ask from the terminal. Knows only where to begin."""

import sys

from assistant.terminal.cli import main

if __name__ == "__main__":
    sys.exit(main())
