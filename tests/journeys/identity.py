"""An OpenID Connect provider on this machine: whoever is clicked on is logged in. Only what a login needs of one."""

from __future__ import annotations

import base64
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "redmud-opt", "known-to-the-two"
PEOPLE = ("anna", "ben")
FORGER = "mallory"
"""Whose tokens are signed with a key that is not the provider's."""


@dataclass
class Provider:
    """Keys, and the codes that were given out and not yet used: code → who, nonce."""

    address: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "ours"}))
    forged: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "ours"}))
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)

    def secrets_file(self, folder: Path) -> Path:
        """What the app must know of it, as docs/app.md describes it."""
        settings = {
            "redirect_uri": "http://127.0.0.1:{port}/oauth2callback",
            "cookie_secret": secrets.token_hex(32),
            "client_id": CLIENT,
            "client_secret": SECRET,
            "server_metadata_url": f"{self.address}/.well-known/openid-configuration",
        }
        file = folder / "secrets.toml"
        lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
        file.write_text("\n".join(["[auth]", *lines, ""]), encoding="utf-8")
        return file

    def token(self, who: str, nonce: str) -> str:
        """Who somebody is, signed (RS256)."""
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "sub": who,
            "name": who.capitalize(),
            "email": f"{who}@example.org",
            "nonce": nonce,
            "iat": now,
            "exp": now + 600,
        }
        key = self.forged if who == FORGER else self.key
        return jwt.encode({"alg": "RS256", "kid": "ours"}, claims, key)


@contextmanager
def provider() -> Iterator[Provider]:
    """The provider, as long as it is needed."""
    held = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Answers,), {"held": held}))
    held.address = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield held
    finally:
        server.shutdown()
        server.server_close()


class Answers(BaseHTTPRequestHandler):
    """Discovery, the page to log in on, the token for a code, the keys."""

    held: Provider

    def do_GET(self) -> None:
        at = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(at.query).items()}
        if at.path == "/.well-known/openid-configuration":
            self._json(self._discovery())
        elif at.path == "/keys":
            self._json({"keys": [self.held.key.as_dict(private=False)]})
        elif at.path == "/authorize":
            self._people(asked)
        else:
            self.send_error(404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        sent = {name: values[0] for name, values in parse_qs(body).items()}
        ours = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {ours}":
            self._json({"error": "invalid_client"}, 401)
        elif sent.get("code") not in self.held.codes:
            self._json({"error": "invalid_grant"}, 400)
        else:
            who, nonce = self.held.codes.pop(sent["code"])
            token = self.held.token(who, nonce)
            self._json(
                {"access_token": "unused", "token_type": "Bearer", "expires_in": 600, "id_token": token}
            )

    def _discovery(self) -> dict[str, Any]:
        here = self.held.address
        return {
            "issuer": here,
            "authorization_endpoint": f"{here}/authorize",
            "token_endpoint": f"{here}/token",
            "jwks_uri": f"{here}/keys",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        }

    def _people(self, asked: dict[str, str]) -> None:
        links = []
        for who in (*PEOPLE, FORGER):
            code = secrets.token_urlsafe(16)
            self.held.codes[code] = who, asked["nonce"]
            back = urlencode({"code": code, "state": asked["state"]})
            links.append(f'<p><a href="{asked["redirect_uri"]}?{back}">{who}</a></p>')
        refused = urlencode({"error": "access_denied", "state": asked["state"]})
        links.append(f'<p><a href="{asked["redirect_uri"]}?{refused}">nobody</a></p>')
        page = f"<!doctype html><title>Who?</title><link rel=icon href='data:,'>{''.join(links)}"
        self._send(page.encode(), "text/html; charset=utf-8")

    def _json(self, content: dict[str, Any], code: int = 200) -> None:
        self._send(json.dumps(content).encode(), "application/json", code)

    def _send(self, content: bytes, kind: str, code: int = 200) -> None:
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""
