"""AWS's event streams in both directions, over HTTP/2 and TLS, on a loopback port of their own.

It needs `h2`, and a certificate that its client is told not to verify: the SDKs speak HTTP/2 over TLS only.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import struct
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from otel_voice.simulators import behaviour
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.looping import HOST, Looping

PRELUDE = 12
Headers = Mapping[str, str]


class Stream(Protocol):
    """One stream without its connection: the payloads of events in, messages out; None where it is to be cut."""

    def take(self, payloads: Iterator[bytes], *, ended: bool) -> Iterator[bytes | None]:
        """Hear more of the stream, or its end."""


class Service(Looping):
    """The server as a context manager; `certificate` and `key` are files."""

    refusals: Mapping[int, tuple[int, str]]
    """The status that a request asks for -> the status and the error with which the service refuses."""

    def __init__(self, certificate: str, key: str) -> None:
        super().__init__()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._tls.set_alpn_protocols(["h2"])

    @abstractmethod
    def said(self, headers: Headers, number: int) -> list[tuple[str, str]]:
        """The headers of every answer."""

    @abstractmethod
    def begin(self, headers: Headers, asked: Behaviour) -> Stream:
        """A stream that is let in."""

    def simulate(self, directives: str) -> str:
        """The endpoint that carries directives."""
        return f"https://{HOST}:{self.port}/{behaviour.PREFIX}/{directives or 'first=0'}"

    async def listen(self) -> asyncio.AbstractServer:
        return await asyncio.get_running_loop().create_server(lambda: _Connection(self), HOST, 0, ssl=self._tls)


class _Connection(asyncio.Protocol):
    """One connection, on which there may be several streams."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._streams: dict[int, tuple[Stream, Frames]] = {}
        self._waiting: dict[int, bytes] = {}
        self._ended: set[int] = set()
        self._transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._h2.initiate_connection()
        self._flush()

    def data_received(self, data: bytes) -> None:
        for happened in self._h2.receive_data(data):
            if isinstance(happened, RequestReceived):
                self._begin(happened.stream_id, dict(happened.headers))
            elif isinstance(happened, DataReceived):
                self._h2.acknowledge_received_data(happened.flow_controlled_length, happened.stream_id)
                self._answer(happened.stream_id, happened.data, ended=False)
            elif isinstance(happened, StreamEnded):
                self._answer(happened.stream_id, b"", ended=True)
                self._ended.add(happened.stream_id)
        self._flush()

    def _begin(self, number: int, headers: Mapping[Any, Any]) -> None:
        asked = behaviour.of_request(headers[":path"], headers)
        said = self._service.said(headers, number)
        if asked.fail is None:
            self._streams[number] = (self._service.begin(headers, asked), Frames())
            self._h2.send_headers(number, [(":status", "200"), *said])
            return
        status, code = self._service.refusals[asked.fail]
        self._h2.send_headers(number, [(":status", str(status)), ("x-amzn-errortype", code), *said])
        self._h2.send_data(number, json.dumps({"message": "It was refused."}).encode(), end_stream=True)

    def _answer(self, number: int, data: bytes, *, ended: bool) -> None:
        stream, frames = self._streams.get(number, (None, Frames()))
        for told in stream.take(frames.feed(data), ended=ended) if stream else ():
            if told is None:
                self._flush()
                self._transport.close()  # the stream was not ended, and that is what is wrong with it
                return
            self._waiting[number] = self._waiting.get(number, b"") + told

    def _flush(self) -> None:
        """Send as much as the client lets us, and the end behind the last of it."""
        if self._transport.is_closing():
            return
        for number in list(self._streams):
            waiting = self._waiting.pop(number, b"")
            while waiting and (room := self._h2.local_flow_control_window(number)) > 0:
                size = min(room, self._h2.max_outbound_frame_size)
                self._h2.send_data(number, waiting[:size])
                waiting = waiting[size:]
            if waiting:
                self._waiting[number] = waiting
            elif number in self._ended:
                del self._streams[number]
                self._h2.end_stream(number)
        self._transport.write(self._h2.data_to_send())


class Frames:
    """The frames of a stream of signed events, put together from the bytes that come."""

    def __init__(self) -> None:
        self._data = b""

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The payloads of the events that are complete now; a signature signs one event, or the end."""
        self._data += data
        while len(self._data) >= PRELUDE and len(self._data) >= (size := struct.unpack("!I", self._data[:4])[0]):
            signed, self._data = _payload(self._data[:size]), self._data[size:]
            if signed:
                yield _payload(signed)


def _payload(told: bytes) -> bytes:
    """What one message of an event stream carries."""
    headers = struct.unpack("!I", told[4:8])[0]
    return told[PRELUDE + headers : -4]
