"""Amazon Transcribe's streaming recognition: signed event streams over HTTP/2, on a loopback port of its own.

It needs `h2`, and a certificate that its client is told not to verify: the SDK speaks HTTP/2 over TLS only.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import struct
from collections.abc import Iterator, Mapping
from typing import Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import DataReceived, RequestReceived, StreamEnded

from otel_voice.simulators import behaviour
from otel_voice.simulators.aws_errors import event, message
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.looping import HOST, Looping
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import digest, uuid_of

SILENCE_SECONDS = 0.5
PRELUDE = 12
REFUSALS: Mapping[int, tuple[int, str]] = {
    401: (403, "UnrecognizedClientException"),
    429: (429, "LimitExceededException"),
    500: (500, "InternalFailureException"),
    503: (503, "ServiceUnavailableException"),
}
BROKEN = message(
    b'{"Message": "It cannot go on."}', exception_type="InternalFailureException", message_type="exception"
)
Json = dict[str, Any]


class Transcribe(Looping):
    """The server as a context manager; `certificate` and `key` are files."""

    def __init__(self, certificate: str, key: str) -> None:
        super().__init__()
        self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._tls.load_cert_chain(certificate, key)
        self._tls.set_alpn_protocols(["h2"])

    def simulate(self, directives: str) -> str:
        """The endpoint that carries directives."""
        return f"https://{HOST}:{self.port}/{behaviour.PREFIX}/{directives or 'first=0'}"

    async def listen(self) -> asyncio.AbstractServer:
        return await asyncio.get_running_loop().create_server(_Connection, HOST, 0, ssl=self._tls)


class _Connection(asyncio.Protocol):
    """One connection, on which there may be several streams."""

    def __init__(self) -> None:
        self._h2 = H2Connection(H2Configuration(client_side=False, header_encoding="utf-8"))
        self._streams: dict[int, _Stream] = {}
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
                self._answer(happened.stream_id, happened.data)
            elif isinstance(happened, StreamEnded):
                self._end(happened.stream_id)
        self._flush()

    def _begin(self, number: int, headers: Mapping[Any, Any]) -> None:
        asked = behaviour.of_request(headers[":path"], headers)
        name = uuid_of(digest(headers[":path"], str(number)))
        said = [("x-amzn-request-id", name), ("x-amzn-transcribe-session-id", name[:8])]
        if asked.fail is None:
            self._streams[number] = _Stream(headers, asked)
            self._h2.send_headers(number, [(":status", "200"), *said])
            return
        status, code = REFUSALS[asked.fail]
        self._h2.send_headers(number, [(":status", str(status)), ("x-amzn-errortype", code), *said])
        self._h2.send_data(number, json.dumps({"Message": "It was refused."}).encode(), end_stream=True)

    def _answer(self, number: int, data: bytes | None) -> None:
        stream = self._streams.get(number)
        for told in stream.take(data) if stream else ():
            if told is None:
                self._transport.abort()
                return
            self._h2.send_data(number, told)

    def _end(self, number: int) -> None:
        self._answer(number, None)
        if self._streams.pop(number, None) is not None and not self._transport.is_closing():
            self._h2.end_stream(number)

    def _flush(self) -> None:
        self._transport.write(self._h2.data_to_send())


class _Stream:
    """One stream without its connection: bytes of signed events in, messages out; None where it is to be cut."""

    def __init__(self, headers: Mapping[str, str], asked: Behaviour) -> None:
        query = {"encoding": "linear16", "sample_rate": headers["x-amzn-transcribe-sample-rate"]}
        self._ear = Ear(query, Script(asked.transcript), SILENCE_SECONDS)
        self._asked = asked
        self._data = b""
        self._told = 0
        self._result = 0

    def take(self, data: bytes | None) -> Iterator[bytes | None]:
        """Hear more of the stream, or its end."""
        moments = self._ear.finish() if data is None else self._ear.feed(self._audio(data))
        for moment in moments:
            if moment.kind == "start":
                self._result += 1
                continue
            if self._told == self._asked.drop_after:
                yield None
                return
            if self._told == self._asked.error_after:
                yield BROKEN
                continue
            self._told += 1
            yield event("TranscriptEvent", {"Transcript": {"Results": [self._heard(moment)]}})

    def _audio(self, data: bytes) -> bytes:
        self._data += data
        audio = b""
        while len(self._data) >= PRELUDE and len(self._data) >= (size := struct.unpack("!I", self._data[:4])[0]):
            signed, self._data = _payload(self._data[:size]), self._data[size:]
            audio += _payload(signed) if signed else b""
        return audio

    def _heard(self, moment: Moment) -> Json:
        items = [_item(word) for word in moment.words]
        return {
            "ResultId": f"result-{self._result}",
            "StartTime": moment.start,
            "EndTime": moment.now,
            "IsPartial": moment.kind == "update",
            "ChannelId": "ch_0",
            "Alternatives": [{"Transcript": moment.text, "Items": items}],
        }


def _item(word: Word) -> Json:
    said = {"Content": word.text, "Type": "pronunciation", "Confidence": CONFIDENCE}
    return {"StartTime": word.start, "EndTime": word.end, **said}


def _payload(told: bytes) -> bytes:
    """What one message of an event stream carries."""
    headers = struct.unpack("!I", told[4:8])[0]
    return told[PRELUDE + headers : -4]
