"""Google's speech recognition, v1 and v2: recordings, and streams that answer while they are heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from importlib import import_module
from typing import Any

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import Sound, bytes_of
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import BadRequestError

PAUSE_SECONDS = 0.5
ENCODINGS = {"LINEAR16": "linear16", "MULAW": "mulaw", "": "linear16"}
_ENOUGH_WORDS = 2


@dataclass(frozen=True)
class Dialect:
    """What one version of the interface calls things."""

    module: str
    starts: str
    ends: str
    result_ends: str
    event_at: str

    @property
    def types(self) -> Any:
        """The SDK's own messages."""
        return import_module(self.module)

    def words(self, words: list[Word], wanted: bool) -> list[Any]:
        """The words with their times, when they are wanted."""
        return [
            self.types.WordInfo(
                **{
                    "word": word.text,
                    "confidence": CONFIDENCE,
                    self.starts: timedelta(seconds=word.start),
                    self.ends: timedelta(seconds=word.end),
                }
            )
            for word in (words if wanted else ())
        ]


ONE = Dialect("google.cloud.speech_v1", "start_time", "end_time", "result_end_time", "speech_event_time")
TWO = Dialect("google.cloud.speech_v2", "start_offset", "end_offset", "result_end_offset", "speech_event_offset")


@dataclass(frozen=True)
class Asked:
    """What a recognition is asked for, in either version."""

    query: dict[str, str]
    language: str
    word_times: bool
    interim: bool = False
    activity: bool = False
    single: bool = False

    @classmethod
    def of_one(cls, config: Any, stream: Any = None) -> Asked:
        """Read the configuration of v1. Raises `BadRequestError`."""
        query = _query(config.encoding.name, config.sample_rate_hertz, config.audio_channel_count)
        if not config.language_code:
            raise BadRequestError("Invalid recognition 'config': language_code is required.")
        return cls(
            query,
            config.language_code,
            config.enable_word_time_offsets,
            bool(stream and stream.interim_results),
            bool(stream and stream.enable_voice_activity_events),
            bool(stream and stream.single_utterance),
        )

    @classmethod
    def of_two(cls, config: Any, stream: Any = None) -> Asked:
        """Read the configuration of v2. Raises `BadRequestError`."""
        decoding = config.explicit_decoding_config
        query = _query(decoding.encoding.name, decoding.sample_rate_hertz, decoding.audio_channel_count)
        features = stream.streaming_features if stream else None
        return cls(
            query,
            next(iter(config.language_codes), "en-US"),
            config.features.enable_word_time_offsets,
            bool(features and features.interim_results),
            bool(features and features.enable_voice_activity_events),
        )


def _query(encoding: str, rate: int, channels: int) -> dict[str, str]:
    name = "" if encoding.endswith("UNSPECIFIED") else encoding
    if name not in ENCODINGS:
        raise BadRequestError(f"The simulator cannot decode {encoding}; it offers LINEAR16, MULAW and WAV.")
    known = {"encoding": name, "sample_rate": str(rate or 16000), "channels": str(channels or 1)}
    return encoded(known, ENCODINGS)


def _alternative(dialect: Dialect, words: list[Word], text: str, wanted: bool, final: bool) -> Any:
    return dialect.types.SpeechRecognitionAlternative(
        transcript=text, confidence=CONFIDENCE if final else 0.0, words=dialect.words(words, wanted)
    )


# --- recordings


def _recording(dialect: Dialect, asked: Asked, data: bytes, transcript: str | None) -> list[Any]:
    decoder = Decoder(asked.query)
    pcm = b"".join(bytes_of(frame.samples) for frame in decoder.frames(data))
    results = []
    for words in speech.heard(Sound(pcm, decoder.rate, decoder.channels), transcript):
        text = speech.text_of([words])
        result = {
            "alternatives": [_alternative(dialect, words, text, asked.word_times, final=True)],
            "language_code": asked.language,
            dialect.result_ends: timedelta(seconds=words[-1].end if words else 0),
        }
        results.append(dialect.types.SpeechRecognitionResult(**result))
    return results


def recognize_one(requests: Iterator[bytes], behaviour: Behaviour) -> Iterable[Any]:
    """google.cloud.speech.v1.Speech/Recognize"""
    types, request = ONE.types, ONE.types.RecognizeRequest.deserialize(next(requests))
    asked = Asked.of_one(request.config)
    results = _recording(ONE, asked, request.audio.content, behaviour.transcript)
    return [
        types.RecognizeResponse(
            results=results, total_billed_time=timedelta(seconds=1), request_id=_number(request.audio.content)
        )
    ]


def recognize_two(requests: Iterator[bytes], behaviour: Behaviour) -> Iterable[Any]:
    """google.cloud.speech.v2.Speech/Recognize"""
    types, request = TWO.types, TWO.types.RecognizeRequest.deserialize(next(requests))
    asked = Asked.of_two(request.config)
    results = _recording(TWO, asked, request.content, behaviour.transcript)
    return [types.RecognizeResponse(results=results, metadata=_metadata(request.content))]


def _number(data: bytes) -> int:
    return int(wire.digest(data)[:15], 16)


def _metadata(data: bytes) -> Any:
    metadata = TWO.types.RecognitionResponseMetadata(total_billed_duration=timedelta(seconds=1))
    if "request_id" in type(metadata).pb(metadata).DESCRIPTOR.fields_by_name:
        metadata.request_id = wire.uuid_of(wire.digest(data))
    return metadata


# --- streams


class _Stream:
    """The state of one stream: audio in, answers out."""

    def __init__(self, dialect: Dialect, asked: Asked, transcript: str | None, known: dict[str, Any]) -> None:
        self._dialect = dialect
        self._asked = asked
        self._ear = Ear(asked.query, Script(transcript), PAUSE_SECONDS)
        self._known = known
        """What every answer says."""

    def feed(self, data: bytes) -> Iterator[Any]:
        """Hear more audio."""
        for moment in self._ear.feed(data):
            yield from self._told(moment)

    def finish(self) -> Iterator[Any]:
        """The audio has come to its end."""
        for moment in self._ear.finish():
            yield from self._told(moment)

    def _told(self, moment: Moment) -> Iterator[Any]:
        if moment.kind == "start":
            yield from self._event("SPEECH_ACTIVITY_BEGIN", moment)
        elif moment.kind == "update" and self._asked.interim:
            yield self._answer(results=self._interim(moment))
        elif moment.kind == "end":
            yield from self._event("SPEECH_ACTIVITY_END", moment)
            if self._asked.single:
                kind = self._dialect.types.StreamingRecognizeResponse.SpeechEventType.END_OF_SINGLE_UTTERANCE
                yield self._answer(speech_event_type=kind)
            if moment.words:
                yield self._answer(results=[self._final(moment)])

    def _event(self, name: str, moment: Moment) -> Iterator[Any]:
        if self._asked.activity:
            kind = self._dialect.types.StreamingRecognizeResponse.SpeechEventType[name]
            at = timedelta(seconds=moment.now)
            yield self._answer(speech_event_type=kind, **{self._dialect.event_at: at})

    def _interim(self, moment: Moment) -> list[Any]:
        """What will hardly change any more, and the last word, which may."""
        sure, rest = moment.words[:-1], moment.words[-1:]
        if len(moment.words) < _ENOUGH_WORDS:
            sure, rest = [], moment.words
        parts = [(sure, 0.9, ""), (rest, 0.01, " " if sure else "")]
        return [
            self._result(moment, words, lead + speech.text_of([words]), stability=stability)
            for words, stability, lead in parts
            if words
        ]

    def _final(self, moment: Moment) -> Any:
        return self._result(moment, moment.words, moment.text, is_final=True)

    def _result(self, moment: Moment, words: list[Word], text: str, **said: Any) -> Any:
        final = said.get("is_final", False)
        wanted = self._asked.word_times and final
        return self._dialect.types.StreamingRecognitionResult(
            alternatives=[_alternative(self._dialect, words, text, wanted, final)],
            language_code=self._asked.language,
            **{self._dialect.result_ends: timedelta(seconds=moment.now)},
            **said,
        )

    def _answer(self, **said: Any) -> Any:
        return self._dialect.types.StreamingRecognizeResponse(**said, **self._known)


def _streamed(
    requests: Iterator[bytes], dialect: Dialect, audio: str, made: Callable[[bytes, Any], _Stream]
) -> Iterator[Any]:
    kind = dialect.types.StreamingRecognizeRequest
    first = next(requests, b"")
    request = kind.deserialize(first)
    if "streaming_config" not in request:
        raise BadRequestError("Malformed first request: streaming_config is missing.")
    stream = made(first, request.streaming_config)
    for data in requests:
        yield from stream.feed(getattr(kind.deserialize(data), audio))
    yield from stream.finish()


def streaming_recognize_one(requests: Iterator[bytes], behaviour: Behaviour) -> Iterable[Any]:
    """google.cloud.speech.v1.Speech/StreamingRecognize"""

    def made(first: bytes, config: Any) -> _Stream:
        known = {"request_id": _number(first)}
        return _Stream(ONE, Asked.of_one(config.config, config), behaviour.transcript, known)

    return _streamed(requests, ONE, "audio_content", made)


def streaming_recognize_two(requests: Iterator[bytes], behaviour: Behaviour) -> Iterable[Any]:
    """google.cloud.speech.v2.Speech/StreamingRecognize"""

    def made(first: bytes, config: Any) -> _Stream:
        known = {"metadata": _metadata(first)}
        return _Stream(TWO, Asked.of_two(config.config, config), behaviour.transcript, known)

    return _streamed(requests, TWO, "audio", made)


METHODS: dict[str, Callable[[Iterator[bytes], Behaviour], Iterable[Any]]] = {
    "/google.cloud.speech.v1.Speech/Recognize": recognize_one,
    "/google.cloud.speech.v1.Speech/StreamingRecognize": streaming_recognize_one,
    "/google.cloud.speech.v2.Speech/Recognize": recognize_two,
    "/google.cloud.speech.v2.Speech/StreamingRecognize": streaming_recognize_two,
}
