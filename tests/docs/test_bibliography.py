"""The bibliography: what the repository names stands there, with the year, and what stands there is named somewhere."""

from __future__ import annotations

import calendar
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "bibliography.md"
PLACES = ("coursekit", "solutions", "docs", "README.md")
MONTHS = set(calendar.month_name[1:])

_NAME = r"[A-Z][a-zé]+(?:-[A-Z][a-zé]+)?"
_YEAR = r",?\s+\(?((?:18|19|20)\d\d)\b"
SEVERAL = re.compile(rf"\b({_NAME})(?:(?:, {_NAME})*\s+and\s+(?:[A-Z]\. )?{_NAME}|\s+et\s+al\.),?{_YEAR}")
ALONE = re.compile(rf"(?<!, )(?<!and )\b({_NAME})\s+\(?((?:18|19|20)\d\d)[),;.]")


def named(text: str) -> set[tuple[str, str]]:
    """(first author, year) of everything that a text cites."""
    found = {match.groups() for match in SEVERAL.finditer(text)}
    inside = [match.span() for match in SEVERAL.finditer(text)]
    for match in ALONE.finditer(text):
        if match[1] not in MONTHS and not any(a <= match.start() < b for a, b in inside):
            found.add((match[1], match[2]))
    return found


def texts() -> dict[Path, str]:
    paths = [ROOT / place for place in PLACES]
    files = [path for path in paths if path.is_file()]
    files += [path for place in paths for path in place.rglob("*") if path.suffix in {".py", ".md"}]
    return {path: path.read_text(encoding="utf-8") for path in files if path != PAGE}


def listed() -> set[tuple[str, str]]:
    rows = [line.split("|")[1] for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| ")]
    return {
        found[0] for row in rows if (found := re.findall(r"([A-Z]\w+(?:-[A-Z]\w+)?)[^|]*?\b((?:18|19|20)\d\d)\b", row))
    }


def test_everything_that_is_cited_is_in_the_bibliography():
    cited = {pair: path for path, text in texts().items() for pair in named(text)}
    assert len(cited) > 40
    missing = {f"{name} {year}, cited in {cited[name, year].relative_to(ROOT)}" for name, year in set(cited) - listed()}
    assert missing == set()


def test_everything_in_the_bibliography_is_cited():
    everything = "\n".join(texts().values())
    assert [name for name, _ in sorted(listed()) if name not in everything] == []


def test_how_a_citation_is_recognised():
    text = (
        "as in Barto, Sutton and Anderson (1983, appendix), by Levinson (1946).\nOf December 2026. See Ba et\nal. 2016"
    )
    assert named(text) == {("Barto", "1983"), ("Levinson", "1946"), ("Ba", "2016")}
