"""The files that the browser gets from this folder. Knows nothing of what is in them."""

from hashlib import sha256
from pathlib import Path

ASSETS = Path(__file__).parent
SCRIPTS = ("passage.js", "page.js")
STYLES = ("page.css", "passage.css")
PUBLIC = {**dict.fromkeys(SCRIPTS, "text/javascript"), **dict.fromkeys(STYLES, "text/css")}
ICON = ASSETS / "favicon.png"


def asset(name: str) -> str:
    """The address of a file beside this module; it changes with the content, so no browser keeps an old one."""
    version = sha256((ASSETS / name).read_bytes()).hexdigest()[:12]
    return f"page/{name}?v={version}"
