"""The course's lti.toml: where its platform is, and as whom it asks."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from coursekit.told import Told

FILE = "lti.toml"
KEY_FILE = ".coursekit-lti-key.pem"

TEMPLATE = f"""\
# How `coursekit send-grades` reaches the platform of this course, by LTI 1.3. No secret stands here: that is the key.
client_id = ""     # by which the platform knows this tool
token_url = ""     # where it gives tokens
line_items = ""    # the line items of this course
# audience = ""    # to whom the platform wants requests for tokens addressed, if that is not token_url
key = "{KEY_FILE}"

[line_item]
# The column of an assignment, where it was made on the platform. Without a line here it is found, or made.
# "05_gru" = "https://..."
"""


class LtiError(Told, ValueError):
    """Nothing can be sent, or no more; the message says why, and what to do."""


@dataclass(frozen=True)
class Settings:
    """line_item: by assignment the address of its line item, where the teacher names one."""

    client_id: str
    token_url: str
    line_items: str
    audience: str
    key: Path
    line_item: Mapping[str, str] = field(default_factory=dict)


def read(root: Path) -> Settings:
    """The settings of a course in a folder. Raises LtiError."""
    path = root / FILE
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise LtiError(f"there is no {path}: run `coursekit send-grades --setup` once.") from None
    except OSError as error:
        raise LtiError(
            f"{path} cannot be read ({(error.strerror or '').lower()}): make it readable for your account."
        ) from None
    except ValueError as error:  # no UTF-8, or no TOML
        raise LtiError(f"{path} cannot be read: {error}.") from None
    if unknown := set(said) - {"client_id", "token_url", "line_items", "audience", "key", "line_item"}:
        raise LtiError(f"{path} names {', '.join(sorted(unknown))}, which means nothing here: is it a slip?")
    items = said.get("line_item", {})
    if not isinstance(items, dict):
        raise LtiError(f"{path}: [line_item] is a table of assignments and addresses.")
    return Settings(
        _text(path, said, "client_id"),
        _address(path, "token_url", _text(path, said, "token_url")),
        _address(path, "line_items", _text(path, said, "line_items")),
        _text(path, said, "audience") if "audience" in said else said["token_url"],
        root / (_text(path, said, "key") if "key" in said else KEY_FILE),
        {name: _address(path, name, _text(path, items, name)) for name in items},
    )


def _text(path: Path, said: Mapping[str, Any], name: str) -> str:
    found = said.get(name, "")
    if not isinstance(found, str) or not found.strip():
        raise LtiError(f"{path}: {name} is empty. The platform's page about this tool shows it.")
    return found.strip()


def _address(path: Path, name: str, text: str) -> str:
    if not is_safe(text):
        raise LtiError(
            f"{path}: {name} is {text!r}, and has to begin with https://, for it is given a token, and to be "
            "written without spaces and without letters beyond ASCII."
        )
    return text


def is_safe(address: str) -> bool:
    """True for an address that can be asked as it is written, and that nobody can listen to on the way."""
    if not re.fullmatch(r"[\x21-\x7e]+", address):
        return False
    try:
        parts = urlsplit(address)
        return (
            bool(parts.hostname)
            and parts.port != 0
            and (
                parts.scheme == "https"
                or parts.scheme == "http"
                and parts.hostname in ("127.0.0.1", "localhost", "::1")
            )
        )
    except ValueError:
        return False


def same_place(one: str, other: str) -> bool:
    """True if two addresses are of one server: what is for the one may be told to the other."""
    first, second = urlsplit(one), urlsplit(other)
    return (first.scheme, first.netloc.lower()) == (second.scheme, second.netloc.lower())
