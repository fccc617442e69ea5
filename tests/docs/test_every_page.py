"""What every page of this repository says: its commands are understood, its links lead somewhere."""

from __future__ import annotations

import contextlib
import io
import re
import shlex
from pathlib import Path

import pytest

from coursekit.cli import VERBS, _parser, _shield
from tests.docs.pages import ROOT

OURS = ("README.md", "CONTRIBUTING.md", "docs/**/*.md", "book/pages/*.md", "solutions/start.md", ".github/*.md")
PAGES = sorted(page for pattern in OURS for page in ROOT.glob(pattern))
FENCE = re.compile(r"^(`{3,}).*?^\1[ \t]*$", re.MULTILINE | re.DOTALL)
STANDS_FOR = {"SEED": "0" * 32}
"""Words of a page in place of something that is checked as it is read."""

named = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))


def commands(text: str) -> set[str]:
    """`coursekit VERB ...`, in a sentence or alone on its line. A verb alone is a name and no command."""
    text = text.replace("\\\n", " ")
    typed = re.findall(r"`(coursekit [a-z][^`]*)`", text) + re.findall(r"^\s*(coursekit [a-z][^#`|\n]*)", text, re.M)
    found = {" ".join(command.split()) for command in typed}
    return {command for command in found if command.split()[1] in VERBS and len(command.split()) > 2}


@named
def test_its_commands_are_understood(page):
    for command in commands(page.read_text(encoding="utf-8")):
        assert not refused(command), refused(command)


@pytest.mark.parametrize("verb", VERBS)
def test_the_examples_of_a_verb_are_understood(verb):
    with contextlib.redirect_stdout(io.StringIO()) as said, pytest.raises(SystemExit):
        _parser().parse_args([verb, "--help"])
    for command in commands(said.getvalue()):
        assert not refused(command), refused(command)


def refused(command: str) -> str:
    """Why the command line does not take it, or empty."""
    words = [STANDS_FOR.get(word, word) for word in shlex.split(command)[1:]]
    with contextlib.redirect_stderr(io.StringIO()) as said, contextlib.redirect_stdout(io.StringIO()):
        try:
            _parser().parse_args(_shield(words))
        except SystemExit as end:
            return f"{command}: {said.getvalue()}" if end.code else ""
    return ""


@named
def test_its_links_lead_somewhere(page):
    for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", FENCE.sub("", page.read_text(encoding="utf-8"))):
        path, _, heading = target.partition("#")
        there = page.parent / path if path else page
        assert there.exists() or without_answers(there), target
        assert not heading or heading in headings(there), target


def without_answers(notebook: Path) -> bool:
    """Whether a notebook is one that is built: a page in solutions/ becomes one in notebooks/, and so do its links."""
    return (ROOT / "notebooks" / notebook.resolve().relative_to(ROOT).relative_to("solutions")).exists()


def headings(page: Path) -> set[str]:
    """As GitHub names them: lower case, without punctuation, with hyphens."""
    lines = re.findall(r"^#+ (.*)$", FENCE.sub("", page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", line.lower().strip()).replace(" ", "-") for line in lines}
