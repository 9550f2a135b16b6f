"""A provider's websocket that the program opens itself: what the SDK would know stands in the URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

from otel_voice.capture.observer import Call, SessionObserver
from otel_voice.capture.operation import Sink
from otel_voice.providers import services


def query_of(url: str) -> dict[str, str]:
    """The query of a URL; the last value of a name counts."""
    return dict(parse_qsl(urlsplit(url).query))


class Raw(SessionObserver):
    """Stands for whoever reads a connection to the URL; a client of websockets says where the URL is."""

    @staticmethod
    def url(call: Call) -> str:
        """The URL of a connection that is about to be opened."""
        return str(call.argument(0, "uri"))

    @classmethod
    def begin(cls, sink: Sink, call: Call) -> SessionObserver | None:
        url = cls.url(call)
        kind = services.observer_of(url)
        return None if kind is None else kind.begin(sink, Call(None, (url,), {}))


class OfConnect(Raw):
    """`websockets.asyncio.client.connect`."""

    @staticmethod
    def url(call: Call) -> str:
        return str(call.instance.uri)


class OfLegacy(Raw):
    """`websockets.legacy.client.Connect`."""

    @staticmethod
    def url(call: Call) -> str:
        return str(call.instance._uri)


class OfSession(Raw):
    """`aiohttp.ClientSession`, which may have a base URL, and takes a query beside the URL."""

    @staticmethod
    def url(call: Call) -> str:
        url = call.instance._build_url(call.argument(0, "url"))
        params: Any = call.kwargs.get("params")
        return str(url.update_query(params) if params else url)
