"""The key by which the platform knows that a request is the course's: RSA, in a file that its owner alone can read."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from coursekit import atomic
from coursekit.grading.lms.lti.settings import LtiError

try:
    import jwt
    from jwt.algorithms import RSAAlgorithm
except ModuleNotFoundError as error:
    # By the name under which it is installed, so that it can be said how.
    raise ModuleNotFoundError(str(error), name="pyjwt" if error.name == "jwt" else error.name) from None

SMALLEST = 2048
LIFETIME_S = 300
"""How long a signed request is good for."""


@dataclass(frozen=True)
class Key:
    """A private key. number: by which a platform that holds several finds its public half (RFC 7638)."""

    private: rsa.RSAPrivateKey
    number: str

    def signed(self, claims: Mapping[str, Any]) -> str:
        """A JWT by RS256."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.number})

    def assertion(self, client_id: str, audience: str) -> str:
        """The JWT that asks for a token: good for a few minutes, and once."""
        now = int(time.time())
        who = {"iss": client_id, "sub": client_id, "aud": audience}
        return self.signed(who | {"iat": now, "exp": now + LIFETIME_S, "jti": secrets.token_urlsafe(24)})

    def public_jwk(self) -> dict[str, str]:
        """The public half, as Canvas takes it."""
        return _jwk(self.private) | {"kid": self.number, "alg": "RS256", "use": "sig"}

    def public_pem(self) -> str:
        """The public half, as Moodle takes it."""
        form = serialization.PublicFormat.SubjectPublicKeyInfo
        return self.private.public_key().public_bytes(serialization.Encoding.PEM, form).decode()


def make(path: Path) -> Key:
    """A new key in a file for its owner only, or the one that is there. Raises LtiError or OSError."""
    if not path.exists():
        fresh = rsa.generate_private_key(public_exponent=65537, key_size=3072)
        form, nothing = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        atomic.create(path, fresh.private_bytes(serialization.Encoding.PEM, form, nothing))
    return read(path)


def read(path: Path) -> Key:
    """The key in a file. Raises LtiError if it is none, is too small, or others could read it."""
    try:
        with path.open("rb") as file:
            mode, content = os.fstat(file.fileno()).st_mode, file.read(1 << 16)
    except FileNotFoundError:
        raise LtiError(f"there is no key {path}: run `coursekit send-grades --setup` once.") from None
    except OSError as error:
        raise LtiError(
            f"the key {path} cannot be read ({(error.strerror or '').lower()}): make it readable for your account."
        ) from None
    if os.name == "posix" and mode & 0o077:
        raise LtiError(
            f"others can read the key {path}: run `chmod 600 {path}`, and make a new one if they might have."
        )
    try:
        private = serialization.load_pem_private_key(content, password=None)
    except (ValueError, TypeError):
        raise LtiError(
            f"{path} holds no private key without a password, in PEM: put one there, or move the file "
            "away and run `coursekit send-grades --setup`."
        ) from None
    if not isinstance(private, rsa.RSAPrivateKey) or private.key_size < SMALLEST:
        raise LtiError(
            f"{path} has to be an RSA key of at least {SMALLEST} bits: move it away, and run "
            "`coursekit send-grades --setup`."
        )
    return Key(private, _number(private))


def _jwk(private: rsa.RSAPrivateKey) -> dict[str, str]:
    found = RSAAlgorithm.to_jwk(private.public_key(), as_dict=True)
    return {name: found[name] for name in ("e", "kty", "n")}


def _number(private: rsa.RSAPrivateKey) -> str:
    digest = hashlib.sha256(json.dumps(_jwk(private), separators=(",", ":"), sort_keys=True).encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
