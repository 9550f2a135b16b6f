"""The audio a client streams to Deepgram, decoded by what the query or the WAV header says of it."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping

from otel_voice.simulators.audio import Frame, Frames
from otel_voice.simulators.formats import decode_mulaw
from otel_voice.simulators.wire import BadRequestError

ENCODINGS = ("linear16", "mulaw")
LOWEST_RATE, HIGHEST_RATE = 4000, 192000
MOST_CHANNELS = 16


def _whole(query: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = query.get(name, str(default))
    try:
        number = int(float(text))
    except (ValueError, OverflowError):
        number = -1
    if not low <= number <= high:
        raise BadRequestError(f"{name}={text}: expected a number from {low} to {high}.")
    return number


class Decoder:
    """Turns received bytes into frames. Raises `BadRequestError` for an encoding it cannot read."""

    def __init__(self, query: Mapping[str, str]) -> None:
        self._encoding = query.get("encoding", "linear16")
        if self._encoding not in ENCODINGS:
            raise BadRequestError(
                f"The simulator cannot decode {self._encoding!r}; it offers {', '.join(ENCODINGS)} and WAV."
            )
        rate = _whole(query, "sample_rate", 16000, LOWEST_RATE, HIGHEST_RATE)
        self._frames = Frames(rate, _whole(query, "channels", 1, 1, MOST_CHANNELS))
        self._started = False

    @property
    def rate(self) -> int:
        return self._frames.rate

    @property
    def channels(self) -> int:
        return self._frames.channels

    @property
    def seconds(self) -> float:
        """How much audio was received."""
        return self._frames.received

    def frames(self, data: bytes) -> Iterator[Frame]:
        """The frames that these bytes completed."""
        if not self._started and data:
            self._started = True
            data = self._without_header(data)
        return self._frames.feed(decode_mulaw(data) if self._encoding == "mulaw" else data)

    def _without_header(self, data: bytes) -> bytes:
        start = data.find(b"data", 36)
        if data[:4] != b"RIFF" or start < 0 or len(data) < start + 8:
            return data
        channels, rate = struct.unpack_from("<HI", data, 22)
        self._frames = Frames(rate, channels)
        return data[start + 8 :]
