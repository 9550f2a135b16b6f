"""Cartesia's text to speech over HTTP: audio as bytes, or as server-sent events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.capture.follow import Following
from otel_voice.capture.observer import Call
from otel_voice.observation.audio import decoded_size
from otel_voice.observation.records import TextToSpeech
from otel_voice.providers import cartesia_common as common
from otel_voice.providers import reading
from otel_voice.providers.connection import parsed
from otel_voice.providers.sound import Sound
from otel_voice.providers.stainless import StainlessObserver

_WAV_HEADER_BYTES = 44
_RAW_RESPONSE = "X-Stainless-Raw-Response"


class Generation(StainlessObserver):
    """Reads one synthesis whose audio is bytes. From 3.0 on the SDK is one of Stainless."""

    record: TextToSpeech

    def request(self, call: Call) -> TextToSpeech:
        record = self.record = common.synthesis(call.kwargs)
        reading.server(record, base_url(call.instance))
        record.streamed = self.is_streamed(call)
        self._sound = Sound(record, _header_bytes(call.kwargs.get("output_format")))
        text = call.kwargs.get("transcript")
        if isinstance(text, str):
            record.characters = len(text)
            record.text_content = text if self.wants_content else None
        return record

    def is_streamed(self, call: Call) -> bool:
        """Whether the program reads the audio as it comes, which `with_streaming_response` says in a header."""
        headers = call.kwargs.get("extra_headers")
        return isinstance(headers, Mapping) and headers.get(_RAW_RESPONSE) == "stream"

    def whole(self, content_type: str, body: bytes) -> None:
        self._sound.add(body)

    def body(self, data: bytes) -> None:
        self._sound.add(data)

    def end(self) -> None:
        self._sound.settle()


class Pieces(Generation):
    """Reads one synthesis of SDK 2, a generator of bytes."""

    def is_streamed(self, call: Call) -> bool:
        return True

    def chunk(self, item: bytes) -> None:
        self._sound.add(item)


class Events(Generation):
    """Reads one synthesis whose audio comes in server-sent events."""

    def is_streamed(self, call: Call) -> bool:
        return True

    def response(self, result: Any) -> Sequence[Following]:
        response: Any = getattr(result, "response", None)
        if hasattr(response, "_content"):  # 3.0 reads all events before it gives the first
            self._count(response.content)
            return ()
        return super().response(result)

    def _count(self, events: bytes) -> None:
        for line in events.splitlines():
            said = parsed(line.removeprefix(b"data:")) if line.startswith(b"data:") else {}
            self.record.audio_bytes += decoded_size(said.get("data") or "")

    def whole(self, content_type: str, body: bytes) -> None:
        """The events of a body that has come whole are read when the program parses them."""

    def body(self, data: bytes) -> None:
        """A body that the program reads by itself is not parsed for it."""

    def chunk(self, item: Any) -> None:
        kind = getattr(item, "type", None)
        if kind == "chunk":
            self._sound.add_encoded(item.data)
        elif kind == "error":  # the SDK raises nothing for it
            said = item.model_dump() if hasattr(item, "model_dump") else vars(item)
            self.record.error_type = common.error_type(said)
            self.record.status_code = reading.integer(said.get("status_code"))
            self.record.request_id = said.get("request_id") or self.record.request_id


def base_url(resource: Any) -> object:
    """Where a resource sends its requests."""
    client = getattr(resource, "_client", None)
    return resource._client_wrapper.get_base_url() if client is None else client._base_url


def _header_bytes(wanted: Any) -> int:
    return _WAV_HEADER_BYTES if isinstance(wanted, Mapping) and wanted.get("container") == "wav" else 0
