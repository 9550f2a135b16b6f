"""The Mistral SDK, 1.7 to 3.x: the table of its patch points.

From 2 on it lives in a namespace package, one level deeper. From 1.10 on it makes spans of its requests: of all where
OpenTelemetry is set up, in 3 where it was told to.
"""

from __future__ import annotations

import importlib.metadata

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.capture.shapes.telling import making
from otel_voice.providers.mistralai_chat import Chat, SpanOfRequest, StreamedChat

_OLD, _NEW = "mistralai", "mistralai.client"
_SPAN = "get_traced_request_and_span"


def _imported_as() -> str:
    try:
        major = importlib.metadata.version("mistralai").partition(".")[0]
    except importlib.metadata.PackageNotFoundError:
        return _NEW
    return _OLD if major == "1" else _NEW


PROVIDER = Provider(
    name="mistralai",
    package=_imported_as(),
    distribution="mistralai",
    since="1.7",
    before="4",
    points=(
        # `parse` and its kind go through these.
        Point(f"{_OLD}.chat", "Chat.complete", call, Chat, until="2"),
        Point(f"{_OLD}.chat", "Chat.complete_async", async_call, Chat, until="2"),
        Point(f"{_OLD}.chat", "Chat.stream", call, StreamedChat, until="2"),
        Point(f"{_OLD}.chat", "Chat.stream_async", async_call, StreamedChat, until="2"),
        Point(f"{_OLD}._hooks.tracing", _SPAN, making, SpanOfRequest, since="1.10", until="2"),
        Point(f"{_NEW}.chat", "Chat.complete", call, Chat, since="2"),
        Point(f"{_NEW}.chat", "Chat.complete_async", async_call, Chat, since="2"),
        Point(f"{_NEW}.chat", "Chat.stream", call, StreamedChat, since="2"),
        Point(f"{_NEW}.chat", "Chat.stream_async", async_call, StreamedChat, since="2"),
        Point(f"{_NEW}._hooks.tracing", _SPAN, making, SpanOfRequest, since="2"),
    ),
    surfaces={"chat": "complete, stream, parse; synchronous and asynchronous"},
)
