"""Deepgram's streaming recogniser without its socket: audio bytes in, messages out."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from otel_voice.simulators.audio import Frame
from otel_voice.simulators.deepgram_audio import Decoder
from otel_voice.simulators.deepgram_errors import model_uuid
from otel_voice.simulators.hearing import Hearing, Script
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import CREATED_ISO, BadRequestError

INTERIM_SECONDS = 0.3
# A final result is due when this much audio has none, whether anybody spoke or not.
SEGMENT_SECONDS = 5.0
# A gap between words is no pause; the service's own voice detection does not react faster either.
SHORTEST_PAUSE_SECONDS = 0.2
PAUSE_SECONDS = 1.0
Json = dict[str, Any]


@dataclass(frozen=True)
class Options:
    """What the query of a listening connection asked for; durations in seconds."""

    model: str
    interim_results: bool
    vad_events: bool
    punctuate: bool
    endpointing: float | None
    utterance_end: float | None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Options:
        """Read a query. Raises `BadRequestError`."""

        def flag(name: str) -> bool:
            return query.get(name, "").lower() == "true"

        return cls(
            query.get("model", "general"),
            flag("interim_results"),
            flag("vad_events"),
            flag("punctuate") or flag("smart_format"),
            milliseconds(query, "endpointing", "10"),
            milliseconds(query, "utterance_end_ms", "false"),
        )


def milliseconds(query: Mapping[str, str], name: str, default: str) -> float | None:
    """A duration of the query in seconds; None when it is `false`. Raises `BadRequestError`."""
    text = query.get(name, default)
    if text.lower() in ("false", "true"):
        return None if text.lower() == "false" else 0.01
    try:
        return float(text) / 1000
    except ValueError:
        raise BadRequestError(f"Failed to deserialize query parameters: {name}: invalid value {text!r}") from None


class Recognizer:
    """The state of one connection. Every method returns the messages it leads to, in order."""

    def __init__(self, options: Options, decoder: Decoder, script: Script, request_id: str) -> None:
        self._options = options
        self._decoder = decoder
        self._script = script
        self._request_id = request_id
        self._sha = hashlib.sha256()
        self._hearing: Hearing | None = None
        self._covered = 0.0
        self._now = 0.0
        self._interim_at = 0.0
        self._word_end: float | None = None
        self._pause = max(options.endpointing or PAUSE_SECONDS, SHORTEST_PAUSE_SECONDS)

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        self._sha.update(data)
        return [message for frame in self._decoder.frames(data) for message in self._frame(frame)]

    def finalize(self) -> list[Json]:
        """Report at once what was heard and not reported."""
        return [self._final(speech_final=False, from_finalize=True)]

    def close(self) -> list[Json]:
        """Report what is left, and the summary of the connection."""
        last = [self._final(speech_final=False)] if self._hearing else []
        return [*last, self._metadata()]

    def _frame(self, frame: Frame) -> Iterator[Json]:
        self._now = frame.end
        if frame.voiced:
            yield from self._voice(frame)
        elif self._hearing and frame.end - self._hearing.end >= self._pause - 1e-9:
            yield self._final(speech_final=self._options.endpointing is not None)
        if self._hearing and self._options.interim_results and self._now >= self._interim_at:
            self._interim_at = self._now + INTERIM_SECONDS
            yield self._results(self._hearing.words_until(self._now), is_final=False)
        if self._now - self._covered >= SEGMENT_SECONDS:
            yield self._segment()
        yield from self._utterance_end()

    def _voice(self, frame: Frame) -> Iterator[Json]:
        if self._hearing is None:
            self._hearing = Hearing(self._decoder.rate, frame.start, self._script.take())
            self._interim_at = frame.start + INTERIM_SECONDS
            if self._options.vad_events:
                yield {"type": "SpeechStarted", "channel": [0, 1], "timestamp": round(frame.start, 3)}
        self._hearing.listen(frame)
        self._word_end = None

    def _segment(self) -> Json:
        words = self._hearing.words_until(self._now) if self._hearing else []
        if self._hearing:
            self._hearing.report(words)
        return self._results(words, is_final=True)

    def _final(self, speech_final: bool, from_finalize: bool = False) -> Json:
        words = self._hearing.remaining_words() if self._hearing else []
        self._word_end = self._hearing.end if self._hearing else self._word_end
        self._hearing = None
        return self._results(words, is_final=True, speech_final=speech_final, from_finalize=from_finalize)

    def _utterance_end(self) -> Iterator[Json]:
        limit, end = self._options.utterance_end, self._word_end
        if limit is not None and end is not None and self._now - end >= limit - 1e-9:
            self._word_end = None
            yield {"type": "UtteranceEnd", "channel": [0, 1], "last_word_end": round(end, 3)}

    def _results(
        self, words: list[Word], is_final: bool, speech_final: bool = False, from_finalize: bool = False
    ) -> Json:
        start = self._covered
        if is_final:
            self._covered = self._now
        return {
            "type": "Results",
            "channel_index": [0, self._decoder.channels],
            "duration": round(self._now - start, 3),
            "start": round(start, 3),
            "is_final": is_final,
            "speech_final": speech_final,
            "channel": {"alternatives": [alternative(words, self._options.punctuate)]},
            "metadata": {
                "request_id": self._request_id,
                "model_info": model_info(self._options.model),
                "model_uuid": model_uuid(self._options.model),
            },
            "from_finalize": from_finalize,
        }

    def _metadata(self) -> Json:
        return {
            "type": "Metadata",
            "transaction_key": "deprecated",
            "request_id": self._request_id,
            "sha256": self._sha.hexdigest(),
            "created": CREATED_ISO,
            "duration": round(self._decoder.seconds, 3),
            "channels": self._decoder.channels,
            "models": [model_uuid(self._options.model)],
            "model_info": {model_uuid(self._options.model): model_info(self._options.model)},
        }


def model_info(model: str) -> Json:
    """How Deepgram describes a model."""
    return {"name": f"general-{model}", "version": "2025-11-18.0", "arch": model}


def alternative(words: list[Word], punctuate: bool) -> Json:
    """The one alternative of a transcript."""
    return {
        "transcript": " ".join(word.text if punctuate else word.bare for word in words),
        "confidence": CONFIDENCE if words else 0.0,
        "words": [_word(word, punctuate) for word in words],
    }


def _word(word: Word, punctuate: bool) -> Json:
    heard = {"word": word.bare, "start": word.start, "end": word.end, "confidence": CONFIDENCE}
    return {**heard, "punctuated_word": word.text} if punctuate else heard
