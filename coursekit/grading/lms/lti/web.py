"""Requests to a platform, repeated where it asks for time or does not answer."""

from __future__ import annotations

import email.utils
import http.client
import json
import math
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from coursekit.grading.lms.lti.settings import LtiError, is_safe
from coursekit.grading.safe_text import plain

TRIES = 5
PATIENCE_S = 30.0
"""How long one answer may take."""

LONGEST_WAIT_S = 120.0
"""A platform that asks for more time than this is asked again by a person."""

_MOST_BYTES = 10 << 20
_ASK_LATER = (429, 503)  # the platform has not done what was asked
_LONGEST_WORD = 32  # what is longer may be a token that the platform repeats
_EXPLAIN = ("error_description", "message", "reason", "error", "errors")  # where platforms say why


class NoAnswer(LtiError):
    """The platform does not answer, or with an error of its own."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def good(self) -> bool:
        """True if what was asked for is done. A web page, such as one to log in, is sent with such a status as well."""
        return 200 <= self.status < 300 and not self._is_page

    @property
    def _is_page(self) -> bool:
        return self.body.lstrip().startswith(b"<")

    def data(self) -> Any:
        """The JSON of the body; None if it is none."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            return None

    def said(self) -> str:
        """The status, and what the platform says beside it, as one line."""
        data = self.data()
        if self._is_page:
            words = "a web page"
        elif isinstance(data, dict):
            words = next((str(data[name]) for name in _EXPLAIN if data.get(name)), "")
        else:
            words = self.body[:300].decode("utf-8", "replace")
        words = re.sub(rf"[\w.~+-]{{{_LONGEST_WORD},}}", "...", plain(words))
        words = " ".join(words.split())[:200]
        return f"{self.status}, {words}" if words else str(self.status)


def number(said: Any) -> float | None:
    """A number of an answer; None for all that is no finite number."""
    try:
        found = float(said) if isinstance(said, (int, float)) else math.nan
    except OverflowError:
        return None
    return found if math.isfinite(found) else None


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A token is for the address that it was asked for, and for no other, whatever is said there."""

    def http_error_302(self, *arguments: Any) -> None:
        return None

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


class Web:
    """sleep: waits for so many seconds."""

    def __init__(self, sleep: Callable[[float], None] = time.sleep) -> None:
        self._sleep = sleep
        self._opener = urllib.request.build_opener(_NoRedirection)

    def ask(
        self,
        method: str,
        address: str,
        headers: Mapping[str, str],
        body: bytes | None = None,
        settled: Callable[[], Answer | None] = lambda: None,
    ) -> Answer:
        """The answer to a request that may be repeated.

        settled: called before a repetition if it is not known whether the request has had its effect: the answer to go
                 on with if it has, else None.

        Raises NoAnswer when there is none that decides anything, LtiError if the platform asks for much time.
        """
        if not is_safe(address):
            raise LtiError(f"the platform named no address that begins with https://: {plain(address)[:200]}.")
        said = ""
        for attempt in range(TRIES):
            wait, clear = float(2**attempt), False
            try:
                answer = self._once(method, address, headers, body)
            except (OSError, http.client.HTTPException) as error:
                last = plain(str(getattr(error, "reason", "") or error) or type(error).__name__)[:200]
                said = f"gives no answer ({last}): look at the addresses in lti.toml, and at the network"
            else:
                if answer.status < 500 and answer.status not in _ASK_LATER:
                    return answer
                clear = answer.status in _ASK_LATER
                said = f"does not do what it is asked ({plain(answer.said())[:200]})"
                wait = max(wait, _asked_for(answer)) if clear else wait
            if wait > LONGEST_WAIT_S:
                raise LtiError(
                    f"the platform asks to wait for {wait / 60:.0f} minutes: run the same command again then."
                )
            if attempt + 1 < TRIES:
                self._sleep(wait)
                if not clear and (found := settled()) is not None:
                    return found
        raise NoAnswer(f"{address.partition('?')[0]} {said}.")

    def _once(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        """One answer. Raises what urllib raises, and TimeoutError if it has not come whole in time.

        The limit of a socket begins anew with every byte, and a platform that sends one now and then would hold the
        line for days. So whoever waits goes on without the thread that reads.
        """
        came: Future[Answer] = Future()

        def read() -> None:
            try:
                came.set_result(self._read(method, address, headers, body))
            except BaseException as error:  # told where it is waited for
                came.set_exception(error)

        threading.Thread(target=read, daemon=True).start()
        try:
            return came.result(PATIENCE_S)
        except TimeoutError:
            raise TimeoutError(f"no whole answer within {PATIENCE_S:g} s") from None

    def _read(self, method: str, address: str, headers: Mapping[str, str], body: bytes | None) -> Answer:
        request = urllib.request.Request(address, body, dict(headers), method=method)
        try:
            with self._opener.open(request, timeout=PATIENCE_S) as response:
                return Answer(response.status, _lower(response.headers), response.read(_MOST_BYTES))
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, _lower(error.headers), error.read(_MOST_BYTES))


def _lower(headers: Any) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _asked_for(answer: Answer) -> float:
    """Seconds that the platform asks to wait, by its own clock; 0 if it does not say."""
    text = answer.headers.get("retry-after", "").strip()
    if text.isdecimal():
        return float(text)
    try:
        until = email.utils.parsedate_to_datetime(text)
        now = email.utils.parsedate_to_datetime(answer.headers["date"]) if "date" in answer.headers else None
        return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())
    except (ValueError, TypeError, OverflowError):  # no date, or one without a time zone
        return 0.0
