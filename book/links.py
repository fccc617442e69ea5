"""Where a link of the clone leads on the site, and the addresses of the course on other services."""

from __future__ import annotations

import os
import posixpath
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from book.execute import BookError
from coursekit.installation import NAME

BRANCH = "main"
CITATION = "CITATION.cff"
_LINK = re.compile(r'(?P<image>!?)\[(?P<words>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^()\s]+)(?P<title>\s+"[^"]*")?\)')
_CODE = re.compile(r"^(?P<fence>```+|~~~+).*?^(?P=fence)\s*$|`[^`\n]+`", re.DOTALL | re.MULTILINE)


def repository(root: Path) -> str:
    """The public address of the repository. CITATION.cff is the one place that says it."""
    found = re.search(r"^repository-code:\s*[\"']?(https://\S+?)[\"']?\s*$", (root / CITATION).read_text("utf-8"), re.M)
    if found is None:
        raise BookError(f"{CITATION} has no line `repository-code: https://...`, from which all addresses are made.")
    return found[1].rstrip("/")


def on_binder(root: Path, notebook: str) -> str:
    """Opens a notebook of the clone, such as "notebooks/05_gru/05_gru.ipynb", in JupyterLab on mybinder.org."""
    return f"https://mybinder.org/v2/gh/{_owner_and_name(root)}/{BRANCH}?urlpath=lab/tree/{notebook}"


def on_colab(root: Path, notebook: str) -> str:
    """Opens a notebook of the clone on Google Colab, where `colab_setup` has to be run first."""
    return f"https://colab.research.google.com/github/{_owner_and_name(root)}/blob/{BRANCH}/{notebook}"


def colab_setup(root: Path) -> str:
    """The line that makes a lesson run on Colab.

    Without dependencies: Colab brings NumPy, PyTorch and Matplotlib, and would break if its own Jupyter were replaced.
    """
    return f'%pip install --quiet --no-deps "{NAME} @ git+{repository(root)}"'


def _owner_and_name(root: Path) -> str:
    return repository(root).removeprefix("https://github.com/")


class Links:
    """Rewrites the links of one site. Each page of the clone that is on the site is known by both its paths.

    pages: path in the clone -> path in the book's sources; both relative, with /.
    """

    def __init__(self, root: Path, pages: Mapping[str, str]) -> None:
        self.root = root
        self.pages = dict(pages)
        self.images: dict[str, str] = {}  # path in the clone -> path in the book's sources
        self.repository = repository(root)

    def rewrite(self, text: str, source: str) -> str:
        """The text of a page with links that work on the site. Code is left alone.

        source: the page's path in the clone.
        Raises BookError for a relative link to nothing.
        """
        return _outside_of_code(text, lambda part: _LINK.sub(lambda link: self._link(link, source), part))

    def _link(self, link: re.Match[str], source: str) -> str:
        target = self._target(link["target"], source, bool(link["image"]))
        # What is in brackets may itself be an image that leads somewhere.
        words = _LINK.sub(lambda inner: self._link(inner, source), link["words"])
        return f"{link['image']}[{words}]({target}{link['title'] or ''})"

    def _target(self, target: str, source: str, image: bool) -> str:
        path, hash_sign, anchor = target.partition("#")
        if not path or re.match(r"[a-z][a-z0-9+.-]*:", path):
            return target
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(source), path))
        if not (self.root / inside).exists():
            raise BookError(f"{source} links to {target}, and there is no {inside} in the clone.")
        if image:
            inside_book = self.images.setdefault(inside, f"images/{inside.replace('/', '-')}")
        elif inside in self.pages:
            inside_book = self.pages[inside]
        else:
            kind = "tree" if (self.root / inside).is_dir() else "blob"
            return f"{self.repository}/{kind}/{BRANCH}/{inside}{hash_sign}{anchor}"
        here = posixpath.dirname(self.pages[source])
        return os.path.relpath(inside_book, here or ".").replace(os.sep, "/") + hash_sign + anchor


def _outside_of_code(text: str, change: Callable[[str], str]) -> str:
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [change(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, change(text[at:])])
