"""What a platform offers by Assignment and Grade Services 2.0: tokens, line items, scores, results."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from coursekit.grading.lms.lti.key import Key
from coursekit.grading.lms.lti.settings import FILE, LtiError, Settings, is_safe, same_place
from coursekit.grading.lms.lti.web import Answer, NoAnswer, Web, number
from coursekit.grading.safe_text import plain

_SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
LINE_ITEMS, SCORES, RESULTS = f"{_SCOPE}lineitem", f"{_SCOPE}score", f"{_SCOPE}result.readonly"
"""What a token is good for. Each request asks for no more than it needs."""

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
TAG = "coursekit"
"""What the line items of this package are marked with."""

_ITEM = "application/vnd.ims.lis.v2.lineitem+json"
_ITEMS = "application/vnd.ims.lis.v2.lineitemcontainer+json"
_RESULTS = "application/vnd.ims.lis.v2.resultcontainer+json"
_SCORE = "application/vnd.ims.lis.v1.score+json"
_FORM = "application/x-www-form-urlencoded"
_MOST_PAGES = 100
_TOKEN = re.compile(r"[\x21-\x7e]+")  # what a header can carry
_LASTS_S = 300.0  # where the platform does not say


@dataclass(frozen=True)
class Item:
    """A line item: a column of the platform's gradebook. most: its points, None if it does not say."""

    address: str
    label: str
    most: float | None


class Service:
    """A platform, asked as the tool of a course. Every method raises LtiError."""

    def __init__(self, settings: Settings, key: Key, web: Web) -> None:
        self._settings, self._key, self._web = settings, key, web
        self._tokens: dict[str, tuple[str, float]] = {}

    def item(self, assignment: str) -> Item | None:
        """The line item of an assignment: the one that the settings name, else the one that was made for it."""
        if named := self._settings.line_item.get(assignment):
            return Item(named, assignment, None)
        found = [
            one for one in self._items(assignment) if one.get("resourceId") == assignment and one.get("tag") == TAG
        ]
        if len(found) > 1:
            raise LtiError(
                f"the platform has {len(found)} line items for {assignment}: name one in {FILE}, under [line_item]."
            )
        return self._read(found[0]) if found else None

    def make_item(self, assignment: str, most: float) -> Item:
        """A new line item, for one that is not there."""
        wanted = {"label": assignment, "scoreMaximum": most, "resourceId": assignment, "tag": TAG}

        def settled() -> Answer | None:
            return Answer(204) if self.item(assignment) else None

        answer = self._ask(LINE_ITEMS, "POST", self._settings.line_items, _ITEM, (_ITEM, wanted), settled)
        if not answer.good:
            raise LtiError(f"the platform makes no line item for {assignment}: {answer.said()}.")
        made = answer.data()
        found = self._read(made) if isinstance(made, dict) and made.get("id") else self.item(assignment)
        if found is None:
            raise LtiError(f"the platform does not show the line item of {assignment} that it has made.")
        return found

    def send(self, item: Item, score: Mapping[str, Any], settled: Callable[[], Answer | None]) -> Answer:
        """One score to its line item: the platform's answer, a refusal included.

        settled: as in `Web.ask`. Raises NoAnswer, too.
        """
        return self._ask(SCORES, "POST", _below(item.address, "scores"), "*/*", (_SCORE, score), settled)

    def arrived(self, item: Item, user: str, points: float, most: float) -> bool | None:
        """True if the platform holds these points for a student; None if it does not tell."""
        address = _with(_below(item.address, "results"), user_id=user)
        try:
            answer = self._ask(RESULTS, "GET", address, _RESULTS)
        except NoAnswer:
            raise
        except LtiError:  # it gives no token for that
            return None
        found = answer.data() if answer.good else None
        if not isinstance(found, list):
            return None
        mine = [one for one in found if isinstance(one, dict) and str(one.get("userId")) == user]
        return any(_equals(one, points, most) for one in mine)

    def _items(self, assignment: str) -> Iterator[Mapping[str, Any]]:
        """Line items, page by page. A platform may filter by the name that is given here, or not."""
        address: str | None = _with(self._settings.line_items, resource_id=assignment)
        for _ in range(_MOST_PAGES):
            answer = self._ask(LINE_ITEMS, "GET", address, _ITEMS)
            data = answer.data()
            if not answer.good or not isinstance(data, list):
                raise LtiError(f"the platform does not list its line items: {answer.said()}.")
            yield from (one for one in data if isinstance(one, dict))
            address = _next(answer.headers.get("link", ""))
            if address is None:
                return
            self._trust(address)

    def _read(self, data: Mapping[str, Any]) -> Item:
        address = str(data.get("id", ""))
        self._trust(address)
        return Item(address, str(data.get("label", "")), number(data.get("scoreMaximum")))

    def _trust(self, address: str) -> None:
        """A token goes to the server that lti.toml names, and to no other that an answer names."""
        if not is_safe(address) or not same_place(address, self._settings.line_items):
            raise LtiError(
                f"the platform names an address on another server than line_items in {FILE}: {plain(address)[:200]}."
            )

    def _ask(
        self,
        scope: str,
        method: str,
        address: str,
        accept: str,
        content: tuple[str, Mapping[str, Any]] | None = None,
        settled: Callable[[], Answer | None] = lambda: None,
    ) -> Answer:
        """A request with a token; with a new one, once, where the platform no longer knows it."""
        headers, body = {"Accept": accept}, None
        if content is not None:
            headers["Content-Type"], body = content[0], json.dumps(content[1], allow_nan=False).encode()
        for _ in range(2):
            token = self._token(scope)
            answer = self._web.ask(method, address, headers | {"Authorization": f"Bearer {token}"}, body, settled)
            if answer.status != 401:
                return answer
            self._tokens.pop(scope, None)
        raise LtiError(f"the platform does not take the token that it has given: {answer.said()}.")

    def _token(self, scope: str) -> str:
        token, until = self._tokens.get(scope, ("", 0.0))
        if token and time.monotonic() < until:
            return token
        asked = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION,
            "client_assertion": self._key.assertion(self._settings.client_id, self._settings.audience),
            "scope": scope,
        }
        headers = {"Content-Type": _FORM, "Accept": "application/json"}
        answer = self._web.ask("POST", self._settings.token_url, headers, urlencode(asked).encode())
        said = answer.data()
        token = said.get("access_token") if isinstance(said, dict) else None
        if not answer.good or not isinstance(token, str) or not _TOKEN.fullmatch(token):
            raise LtiError(f"the platform gives no token for {scope.rpartition('/')[2]}: {answer.said()}.")
        lasts = number(said.get("expires_in"))
        lasts = _LASTS_S if lasts is None else lasts
        self._tokens[scope] = token, time.monotonic() + lasts - min(60.0, lasts / 2)
        return token


def _below(address: str, name: str) -> str:
    """An address with one more part in its path, before what may follow a `?`."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(path=f"{parts.path.rstrip('/')}/{name}"))


def _with(address: str, **more: str) -> str:
    """An address that asks for something in addition to what it asks for already."""
    parts = urlsplit(address)
    return urlunsplit(parts._replace(query=urlencode([*parse_qsl(parts.query, True), *more.items()])))


def _next(link: str) -> str | None:
    """The next page, in a Link header (RFC 8288)."""
    for address, about in re.findall(r"<([^>]*)>((?:\s*;[^,;]*)*)", link):
        if re.search(r';\s*rel\s*=\s*"?next"?\s*(;|$)', about):
            return address
    return None


def _equals(result: Mapping[str, Any], points: float, most: float) -> bool:
    """True if a result holds these points, to what platforms round to. One that does not say its most has ours."""
    score, of = number(result.get("resultScore")), number(result.get("resultMaximum") or most)
    if score is None or of is None:
        return False
    return abs(score / of - points / most) < 1e-4
