"""Asks the programs of the stack over HTTP; where one does not answer as it should, one line says what is wrong."""

from __future__ import annotations

import base64
import http.client
import ipaddress
import json
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

TIMEOUT: Final = 10.0
"""Seconds that a program may be silent."""

_LARGEST: Final = 256 * 1024 * 1024
_LONGEST_REASON: Final = 300

Query = Mapping[str, "str | Sequence[str]"]


class AskingError(Exception):
    """There is no answer that can be used; the text names the program, its address and what to do."""


@dataclass(frozen=True)
class Server:
    """A program with an HTTP API: what it is called, and its address, as `http://127.0.0.1:9090`.

    Raises AskingError for an address that cannot be one.
    """

    name: str
    url: str
    timeout: float = TIMEOUT

    def __post_init__(self) -> None:
        try:
            parts = urllib.parse.urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
        except ValueError:
            usable = False
        if not usable or any(letter.isspace() for letter in self.url):
            raise AskingError(f"{self.name}: {self.shown!r} is no address: give one as http://127.0.0.1:9090")

    @property
    def shown(self) -> str:
        """The address without user and password."""
        before, at, behind = self.url.rpartition("@")
        return f"{before.partition('://')[0]}://{behind}" if at else self.url

    def data(self, path: str, query: Query | None = None) -> Any:
        """The data in an answer of Prometheus' API, or of Loki's, which has the same form. Raises AskingError."""
        answer = self.json(path, query)
        if not isinstance(answer, dict) or answer.get("status") != "success" or "data" not in answer:
            raise AskingError(
                f"{self._at(path)} gave an answer without status and data: is something else there than {self.name}?"
            )
        return answer["data"]

    def json(self, path: str, query: Query | None = None) -> Any:
        """The JSON that a GET gives. Raises AskingError."""
        return self._as_json(path, self._answer(self._request(path, query)))

    def text(self, path: str) -> str:
        """The text that a GET gives. Raises AskingError."""
        return self._answer(self._request(path, None)).decode("utf-8", "replace")

    def post(self, path: str, body: Any) -> None:
        """Sends JSON; what comes back does not matter as long as it is a success. Raises AskingError."""
        request = self._request(path, None)
        request.data = json.dumps(body).encode()
        request.add_header("Content-Type", "application/json")
        self._answer(request)

    def _request(self, path: str, query: Query | None) -> urllib.request.Request:
        parts = urllib.parse.urlsplit(self.url)
        host = parts.netloc.rpartition("@")[2]
        url = urllib.parse.urlunsplit(
            (parts.scheme, host, parts.path.rstrip("/") + path, urllib.parse.urlencode(query or {}, doseq=True), "")
        )
        request = urllib.request.Request(url, headers={"Accept": "application/json, text/plain;q=0.5"})
        if parts.username is not None:
            user, password = (urllib.parse.unquote(part or "") for part in (parts.username, parts.password))
            token = base64.b64encode(f"{user}:{password}".encode()).decode()
            # Not for whoever the program sends us on to.
            request.add_unredirected_header("Authorization", f"Basic {token}")
        return request

    def _answer(self, request: urllib.request.Request) -> bytes:
        try:
            with _opener(self.url).open(request, timeout=self.timeout) as answer:
                content = bytes(answer.read(_LARGEST))
        except urllib.error.HTTPError as refusal:
            raise AskingError(f"{self._at(_path(request))} answered {refusal.code}: {_reason(refusal)}") from refusal
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise AskingError(f"{self.name} at {self.shown} cannot be reached: {self._why(error)}") from error
        return content

    def _as_json(self, path: str, content: bytes) -> Any:
        try:
            return json.loads(content)
        except (ValueError, RecursionError) as error:
            what = "a page of HTML" if content.lstrip()[:1] == b"<" else "something that is no JSON"
            raise AskingError(
                f"{self._at(path)} gave {what}: is a proxy or a login before it, or something else there?"
            ) from error

    def _at(self, path: str) -> str:
        return f"{self.name} at {self.shown.rstrip('/')}{path}"

    def _why(self, error: Exception) -> str:
        reason = error.reason if isinstance(error, urllib.error.URLError) else error
        if isinstance(reason, TimeoutError):
            return f"no answer within {self.timeout:g} s"
        said = reason.strerror if isinstance(reason, OSError) else str(reason)
        return f"{said or str(reason) or type(reason).__name__}; is it running, and is this its address?"


def _opener(url: str) -> urllib.request.OpenerDirector:
    """Through the proxy of this machine, which has nothing to do with what is on this machine itself."""
    host = urllib.parse.urlsplit(url).hostname or ""
    return urllib.request.build_opener(*([urllib.request.ProxyHandler({})] if _is_here(host) else []))


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _path(request: urllib.request.Request) -> str:
    return urllib.parse.urlsplit(request.full_url).path


def _reason(refusal: urllib.error.HTTPError) -> str:
    """What the answer says in words: the `error` of Prometheus, the text of others, nothing of a page of HTML."""
    try:
        text = refusal.read(64 * 1024).decode("utf-8", "replace").strip()
    except (OSError, http.client.HTTPException):
        text = ""
    try:
        said = json.loads(text)
        text = str(said.get("error") or said.get("message") or text) if isinstance(said, dict) else str(said)
    except ValueError:
        pass
    text = " ".join(text.split())[:_LONGEST_REASON]
    return refusal.reason if not text or text.startswith("<") else text
