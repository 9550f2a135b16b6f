"""How the two interfaces of Google's speech recognition say what they want, and what they heard."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.google_cloud_messages import choice, has, member, seconds

PROVIDER = "gcp.speech"


class Dialect(ABC):
    """One of the interfaces: what its messages call things."""

    audio: str
    """The audio in a request of a stream."""
    ends_at: str
    """Where in the audio a result ends."""
    event_at: str
    """Where in the audio an event happened."""
    word_starts_at: str
    word_ends_at: str

    @abstractmethod
    def asked(self, record: SpeechToText, config: Any) -> None:
        """Read a recognition's configuration."""

    @abstractmethod
    def request_id(self, answer: Any) -> str | None:
        """The id of the request that an answer belongs to."""

    @abstractmethod
    def billed(self, answer: Any) -> float | None:
        """Seconds that the service charges for."""

    def words(self, result: Any) -> list[dict[str, float | None]]:
        """When the words of a result's best transcript are said, as far as that was asked for."""
        return [
            {"start": seconds(word, self.word_starts_at) or 0.0, "end": seconds(word, self.word_ends_at)}
            for word in result.alternatives[0].words
            if has(word, self.word_ends_at)
        ]


class One(Dialect):
    """google.cloud.speech.v1"""

    audio = "audio_content"
    ends_at = "result_end_time"
    event_at = "speech_event_time"
    word_starts_at = "start_time"
    word_ends_at = "end_time"

    def asked(self, record: SpeechToText, config: Any) -> None:
        record.request_model = member(config, "model")
        record.language = member(config, "language_code")
        record.audio_format = choice(config, "encoding")
        record.sample_rate = reading.integer(member(config, "sample_rate_hertz"))
        record.channels = reading.integer(member(config, "audio_channel_count"))

    def request_id(self, answer: Any) -> str | None:
        return str(answer.request_id) if answer.request_id else None

    def billed(self, answer: Any) -> float | None:
        return seconds(answer, "total_billed_time")


class Two(Dialect):
    """google.cloud.speech.v2"""

    audio = "audio"
    ends_at = "result_end_offset"
    event_at = "speech_event_offset"
    word_starts_at = "start_offset"
    word_ends_at = "end_offset"

    def asked(self, record: SpeechToText, config: Any) -> None:
        record.request_model = member(config, "model")
        languages = member(config, "language_codes")
        record.language = str(languages[0]) if languages else None
        decoding = member(config, "explicit_decoding_config")
        if decoding is not None:
            record.audio_format = choice(decoding, "encoding")
            record.sample_rate = reading.integer(member(decoding, "sample_rate_hertz"))
            record.channels = reading.integer(member(decoding, "audio_channel_count"))

    def request_id(self, answer: Any) -> str | None:
        found = member(answer, "metadata", "request_id")  # older SDKs do not know it
        return found if isinstance(found, str) else None

    def billed(self, answer: Any) -> float | None:
        return seconds(answer.metadata, "total_billed_duration")


def best(results: Any) -> Sequence[Any]:
    """The results that hold a transcript."""
    return [result for result in results if result.alternatives]


def confidence(alternative: Any) -> float | None:
    """The service's confidence; 0 says that there is none."""
    return float(alternative.confidence) or None
