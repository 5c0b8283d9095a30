"""Rewrites what stands between markers in docs/evaluation.md; all else in it is written by hand."""

import re
from pathlib import Path

from tests.qa.run import ROOT

FILE = ROOT / "docs" / "evaluation.md"


def rewritten(text: str, section: str, content: str) -> str:
    """The text with the section's content replaced. Raises ValueError where it has no such section."""
    begin, end = f"<!-- {section}: begin", f"<!-- {section}: end -->"
    pattern = re.compile(rf"({re.escape(begin)}[^\n]*-->\n).*?({re.escape(end)})", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"there is no section {section!r} between markers")
    return pattern.sub(lambda match: f"{match.group(1)}{content.strip()}\n{match.group(2)}", text)


def rewrite(sections: dict[str, str], file: Path = FILE) -> None:
    text = file.read_text("utf-8")
    for section, content in sections.items():
        text = rewritten(text, section, content)
    file.write_text(text, encoding="utf-8")
