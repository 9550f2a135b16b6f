"""What SDKs that the Stainless generator wrote have in common: raw responses, streams and errors.

OpenAI, Anthropic and Groq are of this kind. Their classes look alike, whatever the API behind them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, ClassVar

from otel_voice.capture.ends import Ends, EndsObserver
from otel_voice.capture.follow import Body, Closing, Following, Items, Later
from otel_voice.capture.observer import Observer
from otel_voice.observation.records import Operation
from otel_voice.providers import reading


class Fields:
    """A JSON object whose members are read like those of the SDK's models; a member that is absent is None."""

    def __init__(self, members: dict[str, Any]) -> None:
        self.__dict__ = members

    def __getattr__(self, name: str) -> None:
        return None


class StainlessObserver(Observer):
    """Reads a call of any resource; a surface says what its result and its chunks mean."""

    record: Operation
    request_id_header: ClassVar[str] = "x-request-id"

    def __init__(self, wants_content: bool) -> None:
        super().__init__(wants_content)
        self._content_type: str | None = None
        self._parts: list[bytes] = []

    def result(self, result: Any) -> None:
        """Read a whole result: the SDK's model, the `Fields` of one, or a text."""

    def whole(self, content_type: str, body: bytes) -> None:
        """Read the body of a raw response that has come whole."""
        if "json" not in content_type:
            self.result(body.decode(errors="replace"))
            return
        try:
            self.result(json.loads(body, object_hook=Fields))
        except ValueError:
            return  # the program will find the same when it parses it

    def response(self, result: Any) -> Sequence[Following]:
        if hasattr(result, "_iterator") and hasattr(result, "response"):
            return self._stream(result)
        if hasattr(result, "http_response"):
            return self._raw(result)
        self.record.request_id = getattr(result, "_request_id", None)
        self.result(result)
        return ()

    def _stream(self, stream: Any) -> Sequence[Following]:
        self.headers(stream.response)
        return Items(stream, "_iterator"), Closing(stream.response)

    def _raw(self, raw: Any) -> Sequence[Following]:
        """A raw response. A body that is there already is read here: when to parse it stays the program's choice."""
        response = raw.http_response
        self.headers(response)
        content_type = response.headers.get("content-type", "")
        if hasattr(response, "_content"):
            self.whole(content_type, response._content)
            return ()
        self._content_type = content_type
        return Body(response), Later(raw, "parse")

    def headers(self, response: Any) -> None:
        """Read the headers of an answer."""
        self.record.request_id = response.headers.get(self.request_id_header)

    def body(self, data: bytes) -> None:
        # An answer in one piece has its facts in its body, which is bounded; events are read when they are parsed.
        if self._content_type is not None and "event-stream" not in self._content_type:
            self._parts.append(data)

    def end(self) -> None:
        if self._content_type is not None and self._parts:
            self.whole(self._content_type, b"".join(self._parts))
            self._parts.clear()

    def failure(self, error: BaseException) -> None:
        reading.status(self.record, error)
        code = getattr(error, "code", None)
        if self.record.error_type is None and isinstance(code, str):
            self.record.error_type = code  # sent as an event of a stream, so it has no status
        response = getattr(error, "response", None)  # younger SDKs have it as `request_id`, too
        if response is not None:
            self.headers(response)


class StainlessEvents(StainlessObserver, EndsObserver):
    """Reads a call whose stream is made of many small events, of which those at the ends say it all."""

    def reads_all(self) -> bool:
        """Whether every event must be looked into, and not only those at the ends."""
        return self.wants_content

    def _stream(self, stream: Any) -> Sequence[Following]:
        self.headers(stream.response)
        items = Items if self.reads_all() else Ends
        return items(stream, "_iterator"), Closing(stream.response)

    def end(self) -> None:
        StainlessObserver.end(self)
        EndsObserver.end(self)
