"""A Deepgram websocket of any kind: how it opens, its id, its errors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Speech
from otel_voice.providers.connection import Connection
from otel_voice.providers.deepgram_common import REQUEST_ID, DeepgramError, environment, failure, query


class DeepgramConnection(Connection):
    """Reads one connection; a surface says what its messages mean and what is to be settled at its end."""

    def address_of(self, addresses: Any) -> str:
        """Where this kind of connection goes, out of the SDK's addresses."""
        return str(addresses.production)

    def opening(self, call: Call) -> bool:
        self.asked = query(call)
        self.address = self.address_of(environment(call.instance))
        self.attempt()
        return True

    def opened(self, connection: Any) -> Any:
        websocket = self.websocket_of(connection)
        self.request_id = _request_id(websocket)
        return websocket

    def websocket_of(self, connection: Any) -> Any:
        """What the SDK's connection is built on."""
        return connection._websocket

    def failure(self, record: Speech, error: BaseException) -> None:
        failure(record, error)

    def error_message(self, message: Mapping[str, Any]) -> None:
        """Read an error that came as a message."""
        kind = message.get("code") or message.get("variant") or message.get("err_code") or "Error"
        self.fail(DeepgramError(message.get("description") or message.get("err_msg") or kind), str(kind))


def _request_id(websocket: Any) -> str | None:
    """The id in the response to the handshake, which each client keeps elsewhere."""
    headers = getattr(websocket, "response_headers", None)
    if headers is None:
        response = getattr(websocket, "response", None) or getattr(websocket, "_response", None)
        headers = getattr(response, "headers", None)
    found = headers.get(REQUEST_ID) if headers is not None else None
    return found if isinstance(found, str) else None
