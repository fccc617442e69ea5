"""A platform on this machine, written from the contract: 1EdTech's Security Framework 1.0 and Assignment and Grade
Services 2.0. It checks all that a request says, and can fail on demand."""

from __future__ import annotations

import json
import re
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt

from coursekit.grading.lms.lti import key

SCOPE = "https://purl.imsglobal.org/spec/lti-ags/scope/"
CLIENT = "10000000000007"
ITEMS = "/courses/7/line_items"
KIND = {"score": "application/vnd.ims.lis.v1.score+json", "item": "application/vnd.ims.lis.v2.lineitem+json"}


class Refused(Exception):
    def __init__(self, status: int, why: str, **headers: str) -> None:
        super().__init__(why)
        self.status, self.headers = status, headers


class Platform:
    """scores: by line item and user what was taken, in order. faults: by kind of request what happens to the next ones.

    key_file: of the tool, where it makes one later: its public half is registered when it first asks.

    A fault is a status with its headers and perhaps a body, or a function that is called once the request has had its
    effect; the connection is closed then without an answer.
    """

    def __init__(self, key_file: Path | None = None) -> None:
        self.key_file = key_file
        self.public_key: Any = None
        self.number = ""
        self.scopes = {"lineitem", "score", "result.readonly"}
        self.expires_in = 3600
        self.enrolled: set[str] = set()
        self.tokens: dict[str, str] = {}
        self.seen: set[str] = set()
        self.items: list[dict[str, Any]] = []
        self.scores: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.faults: dict[str, deque] = defaultdict(deque)
        self.next_page = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.address = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=[0.02], daemon=True).start()  # seconds until it ends

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def register(self, jwk: dict[str, str]) -> None:
        """The tool's public key, as a teacher pastes it."""
        assert "d" not in jwk, "the private half stays at home"
        self.public_key, self.number = jwt.PyJWK(jwk).key, jwk["kid"]

    def held(self) -> dict[str, float]:
        """By user the last score."""
        return {user: scores[-1]["scoreGiven"] for (_, user), scores in self.scores.items() if scores}

    # What each address does. A request that breaks the contract is in `wrong`.

    def token(self, form: dict[str, str], kind: str) -> dict[str, Any]:
        assert kind == "application/x-www-form-urlencoded"
        assert form["grant_type"] == "client_credentials"
        assert form["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
        assertion = form["client_assertion"]
        if self.public_key is None:
            self.register(key.read(self.key_file).public_jwk())
        if jwt.get_unverified_header(assertion)["kid"] != self.number:
            raise Refused(400, "invalid_client: no such key")
        try:
            need = ["iss", "sub", "aud", "iat", "exp", "jti"]
            claims = jwt.decode(
                assertion,
                self.public_key,
                algorithms=["RS256"],
                audience=f"{self.address}/token",
                options={"require": need},
            )
        except jwt.InvalidTokenError as error:
            raise Refused(400, f"invalid_client: {error}") from None
        assert 0 < claims["exp"] - claims["iat"] <= 3600 and claims["iat"] <= time.time() + 1
        assert claims["jti"] not in self.seen, "a request for a token is good once"
        self.seen.add(claims["jti"])
        if claims["iss"] != CLIENT or claims["sub"] != CLIENT:
            raise Refused(401, "invalid_client")
        scopes = form["scope"].split()
        if not {scope.removeprefix(SCOPE) for scope in scopes} <= self.scopes:
            raise Refused(400, "invalid_scope")
        token = f"token-{len(self.tokens)}"
        self.tokens[token] = form["scope"]
        return {"access_token": token, "token_type": "Bearer", "expires_in": self.expires_in, "scope": form["scope"]}

    def list_items(self, asked: dict[str, str]) -> tuple[list[dict[str, Any]], str]:
        """Two on a page. It knows no filter, as a platform need not."""
        page = int(asked.get("page", 0))
        more = f"{self.address}{ITEMS}?type_id=3&page={page + 1}" if len(self.items) > 2 * page + 2 else ""
        return self.items[2 * page : 2 * page + 2], self.next_page or more

    def make_item(self, data: dict[str, Any]) -> dict[str, Any]:
        assert isinstance(data["label"], str) and data["label"].strip() and data["scoreMaximum"] > 0
        self.items.append(data | {"id": f"{self.address}{ITEMS}/{len(self.items) + 1}?type_id=3"})
        return self.items[-1]

    def take(self, item: str, data: dict[str, Any]) -> None:
        assert set(data) <= {
            "userId",
            "scoreGiven",
            "scoreMaximum",
            "comment",
            "timestamp",
            "activityProgress",
            "gradingProgress",
        }
        assert isinstance(data["userId"], str) and data["activityProgress"] == "Completed"
        assert data["gradingProgress"] == "FullyGraded" and data["scoreGiven"] >= 0 < data["scoreMaximum"]
        when = datetime.fromisoformat(data["timestamp"])
        assert when.tzinfo is not None and re.search(r"\.\d{3}", data["timestamp"]), "to the millisecond, with its zone"
        if data["userId"] not in self.enrolled:
            raise Refused(404, f"user {data['userId']} is not in this course")
        before = self.scores[item, data["userId"]]
        if before and int(datetime.fromisoformat(before[-1]["timestamp"]).timestamp()) >= int(when.timestamp()):
            raise Refused(409, "a score of this time or a later one is there")
        before.append(data)

    def results(self, item: str, user: str) -> list[dict[str, Any]]:
        return [
            {"id": "r", "userId": user, "resultScore": round(score["scoreGiven"], 3), "resultMaximum": 8}
            for score in self.scores[item, user][-1:]
        ]


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *arguments: object) -> None:
            pass

        def do_GET(self) -> None:
            self._serve()

        def do_POST(self) -> None:
            self._serve()

        def _serve(self) -> None:
            parts = urlsplit(self.path)
            asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            kind, does = self._what(parts.path, asked, body)
            platform.asked.append(kind)
            fault = platform.faults[kind].popleft() if platform.faults[kind] else None
            if isinstance(fault, tuple):
                data = fault[2] if len(fault) > 2 else {"message": "as the test wants it"}
                self._answer(fault[0], data() if callable(data) else data, fault[1])
                return
            try:
                data, headers = does()
            except Refused as refused:
                self._answer(refused.status, {"error": str(refused)}, refused.headers)
                return
            except (AssertionError, KeyError) as error:
                platform.wrong.append(f"{self.command} {self.path}: {error!r}")
                self._answer(400, {"error": "not by the contract"}, {})
                return
            if fault is not None:
                fault()
                self.close_connection = True
                return
            self._answer(200, data, headers)

        def _what(self, path: str, asked: dict[str, str], body: bytes) -> tuple[str, Callable[[], tuple[Any, dict]]]:
            sent = self.headers.get("Content-Type", "")
            if path == "/token":
                form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
                return "token", lambda: (platform.token(form, sent), {})
            found = re.fullmatch(rf"{ITEMS}(?:/(\d+))?(?:/(scores|results))?", path)
            assert found and asked["type_id"] == "3", self.path
            item = found[1] or ""
            if found[2] == "scores":
                return "score", lambda: self._with("score", lambda: (platform.take(item, json.loads(body)), {}), sent)
            if found[2] == "results":
                return "results", lambda: self._with(
                    "result.readonly", lambda: (platform.results(item, asked["user_id"]), {})
                )
            if self.command == "POST":
                return "make", lambda: self._with("lineitem", lambda: (platform.make_item(json.loads(body)), {}), sent)

            def listed() -> tuple[Any, dict[str, str]]:
                items, more = platform.list_items(asked)
                return items, {"Link": f'<{more}>; rel="next"'} if more else {}

            return "list", lambda: self._with("lineitem", listed)

        def _with(self, scope: str, does: Callable[[], tuple[Any, dict]], sent: str = "") -> tuple[Any, dict]:
            """What a token of this scope allows, in the form that the contract names."""
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if token not in platform.tokens:
                raise Refused(401, "no such token")
            assert f"{SCOPE}{scope}" in platform.tokens[token].split(), f"a token for {platform.tokens[token]}"
            if self.command == "POST":
                assert sent == KIND["score" if scope == "score" else "item"], sent
            else:
                assert self.headers["Accept"].startswith("application/vnd.ims.lis.v2."), self.headers["Accept"]
            return does()

        def _answer(self, status: int, data: Any, headers: dict[str, str]) -> None:
            body = b"" if data is None else data if isinstance(data, bytes) else json.dumps(data).encode()
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    return Handler
