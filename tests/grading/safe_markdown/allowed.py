"""What may stand in a page where a student's Markdown is shown; written down here once more, apart from the package."""

from __future__ import annotations

import base64
import re

import bs4

_NAMES = """
div p br hr h1 h2 h3 h4 h5 h6 blockquote pre code em strong b i u s del ins sub sup small mark kbd samp var q cite
abbr ul ol li dl dt dd table caption thead tbody tfoot tr th td a img span
"""
_FORMULAS = """
math mrow mi mn mo ms mtext mspace mfrac msqrt mroot msub msup msubsup munder mover munderover mmultiscripts mtable mtr
mtd mstyle mpadded mphantom menclose
"""
TAGS = set(_NAMES.split()) | set(_FORMULAS.split())
CLASSES = {"div": "tex2jax_ignore mathjax_ignore", "span": "tex2jax_process mathjax_process"}
ATTRIBUTES = {
    ("a", "href"): re.compile(r"https?://([a-z0-9-]+\.)+[a-z]{2,}([/?#][!-~]*)?"),
    ("a", "rel"): re.compile("noopener noreferrer nofollow"),
    ("a", "target"): re.compile("_blank"),
    ("img", "alt"): re.compile(".*"),
    ("img", "src"): re.compile(r"data:image/png;base64,[A-Za-z0-9+/]+=*"),
    ("th", "style"): re.compile("text-align:(left|right|center)"),
    ("td", "style"): re.compile("text-align:(left|right|center)"),
    ("ol", "start"): re.compile("[0-9]+"),
    ("mtd", "style"): re.compile("text-align: (left|right)"),
}
_OF_FORMULAS = """
display displaystyle scriptlevel mathvariant stretchy fence form separator accent accentunder largeop movablelimits
symmetric minsize maxsize lspace rspace width height depth voffset linethickness columnalign rowspacing columnspacing
notation
"""
ATTRIBUTES |= {
    (tag, name): re.compile("[A-Za-z0-9 .%+-]*") for tag in _FORMULAS.split() for name in _OF_FORMULAS.split()
}
_COMMANDS = "href|url|require|def|newcommand|let|csname|mmlToken|style|class|cssId|unicode|bbox|rule|label"
ACTIVE = re.compile(rf"\\({_COMMANDS})")


def faults(page: str) -> list[str]:
    """What a page holds that it must not."""
    soup = bs4.BeautifulSoup(page, "html.parser")
    found = re.findall("<[!?].{,20}", page)
    found += [f"<{tag.name}>" for tag in soup.find_all() if tag.name not in TAGS]
    for tag in soup.find_all():
        for name, value in tag.attrs.items():
            said = " ".join(value) if isinstance(value, list) else value
            fits = ATTRIBUTES.get((tag.name, name))
            known = said == CLASSES.get(tag.name) if name == "class" else fits is not None and fits.fullmatch(said)
            if not known:
                found.append(f"{tag.name} {name}={said}")
    found += [f"not looked at: {text}" for text in soup.find_all(string=True) if not _is_looked_at(text)]
    for picture in soup.find_all("img"):
        if base64.b64decode(picture.get("src", "").partition(",")[2])[:8] != b"\x89PNG\r\n\x1a\n":
            found.append("a picture that is no PNG")
    return found


def _is_looked_at(text: bs4.NavigableString) -> bool:
    """True unless MathJax would typeset a formula with a command by which it does more than typesetting."""
    for parent in text.parents:
        classes = parent.get("class") or []
        if "mathjax_process" in classes:
            return not ACTIVE.search(text)
        if "mathjax_ignore" in classes:
            return True
    return not text.strip()
