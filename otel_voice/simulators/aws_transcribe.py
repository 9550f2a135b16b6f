"""Amazon Transcribe's streaming recognition: signed event streams over HTTP/2, on a loopback port of its own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from otel_voice.simulators.aws_errors import event, message
from otel_voice.simulators.aws_streams import Headers, Service
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import digest, uuid_of

SILENCE_SECONDS = 0.5
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


class Transcribe(Service):
    """The server as a context manager; `certificate` and `key` are files."""

    refusals = REFUSALS

    def said(self, headers: Headers, number: int) -> list[tuple[str, str]]:
        name = uuid_of(digest(headers[":path"], str(number)))
        return [("x-amzn-request-id", name), ("x-amzn-transcribe-session-id", name[:8])]

    def begin(self, headers: Headers, asked: Behaviour) -> _Stream:
        return _Stream(headers, asked)


class _Stream:
    """One stream without its connection: audio in, messages out; None where it is to be cut."""

    def __init__(self, headers: Headers, asked: Behaviour) -> None:
        query = {"encoding": "linear16", "sample_rate": headers["x-amzn-transcribe-sample-rate"]}
        self._ear = Ear(query, Script(asked.transcript), SILENCE_SECONDS)
        self._asked = asked
        self._told = 0
        self._result = 0

    def take(self, payloads: Iterator[bytes], *, ended: bool) -> Iterator[bytes | None]:
        """Hear more of the stream, or its end."""
        moments = self._ear.finish() if ended else self._ear.feed(b"".join(payloads))
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
