"""The records: one class for each kind of operation a voice agent performs.

A record is created cheaply and filled as things happen, so the defaults live on the class and an instance
holds only what is known. A mark is monotonic nanoseconds (`*_ns`); a fact says its unit in its name or comment;
what is not known stays None and never becomes 0. `content` fields hold what people said: they are filled only
when somebody asked for content.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.observation import clock


class Outcome(enum.Enum):
    """How an operation ended."""

    COMPLETED = "completed"
    INTERRUPTED = "interrupted"  # the caller stopped before the end: closed, cancelled, dropped
    FAILED = "failed"


class Operation:
    """What every operation has: who was asked, where, when, and how it ended."""

    operation: str = ""
    """The GenAI operation name; a service that is known by another than the usual one sets it."""

    conversation: Any = None
    """The conversation of the stream this came from, when it came from one: callbacks run on other threads."""

    provider: str = ""
    request_model: str | None = None
    response_model: str | None = None
    response_id: str | None = None
    request_id: str | None = None
    server_address: str | None = None
    server_port: int | None = None
    streamed: bool = False
    told_by_sdk: bool = False
    """Its SDK tells of it, too, from inside of the call."""

    started_ns: int
    started_unix_ns: int
    first_chunk_ns: int | None = None
    last_chunk_ns: int | None = None
    ended_ns: int | None = None
    chunks: int = 0

    outcome: Outcome | None = None
    error: BaseException | None = None
    error_type: str | None = None
    """The provider's own class or HTTP status of the failure; the exception's class when absent."""
    error_message: str | None = None
    """What was said of a failure of which no exception was seen."""
    status_code: int | None = None
    asked: Any = None
    """The arguments of the call that failed, while it is told and content is not recorded: the error may quote them."""

    cost: float | None = None  # USD, by the prices in use
    unpriced: bool = False
    """It cost something, and what is not known: its model has no price, or its service did not say what it used."""

    def __init__(self, provider: str) -> None:
        self.provider = provider
        self.started_ns = clock.now()
        self.started_unix_ns = clock.unix()

    def rebase(self, started_ns: int) -> None:
        """Move the start to an earlier or later moment, on both clocks."""
        self.started_unix_ns += started_ns - self.started_ns
        self.started_ns = started_ns

    def unix_ns(self, mark_ns: int) -> int:
        """The wall-clock nanoseconds of one of this operation's marks."""
        return self.started_unix_ns + mark_ns - self.started_ns

    @property
    def duration(self) -> float | None:
        """Seconds from start to end."""
        return clock.seconds(self.started_ns, self.ended_ns)

    @property
    def time_to_first_chunk(self) -> float | None:
        """Seconds from start to the first chunk in the caller's hands."""
        return clock.seconds(self.started_ns, self.first_chunk_ns)


class ToolRequest:
    """A tool the model asked for, or the result that was sent back for it."""

    __slots__ = ("arguments", "call_id", "name", "result")

    def __init__(self, call_id: str, name: str | None = None) -> None:
        self.call_id = call_id
        self.name = name
        self.arguments: str | None = None
        self.result: str | None = None


class Inference(Operation):
    """One model call: text in, text out."""

    operation = "chat"

    temperature: float | None = None
    top_p: float | None = None
    max_tokens: int | None = None
    seed: int | None = None
    frequency_penalty: float | None = None
    presence_penalty: float | None = None
    stop_sequences: Sequence[str] | None = None
    choice_count: int | None = None
    output_type: str | None = None

    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_input_tokens: int | None = None  # read from the provider's cache; counted in input_tokens, too
    cache_written_input_tokens: int | None = None  # written to it; counted in input_tokens, too
    reasoning_tokens: int | None = None
    audio_input_tokens: int | None = None
    audio_output_tokens: int | None = None
    finish_reasons: Sequence[str] = ()

    tool_calls: Sequence[ToolRequest] = ()
    """Tools the answer asks for."""
    tool_results: Sequence[ToolRequest] = ()
    """Results this request carries back to the model."""

    system_content: Sequence[Mapping[str, object]] | None = None
    input_content: Sequence[Mapping[str, object]] | None = None
    output_content: Sequence[Mapping[str, object]] | None = None


class Speech(Operation):
    """What speech-to-text and text-to-speech share: audio."""

    language: str | None = None
    audio_format: str | None = None
    sample_rate: int | None = None  # Hz
    channels: int | None = None
    audio_bytes: int = 0
    audio_seconds: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


class SpeechToText(Speech):
    """One utterance of a stream, or one transcription request."""

    operation = "speech_to_text"

    session_id: str | None = None
    speech_ended_ns: int | None = None
    speech_end_source: str | None = None
    first_partial_ns: int | None = None
    transcribed_ns: int | None = None
    """When the last words of the transcript came."""
    endpoint_ns: int | None = None
    """When the recogniser said that the user is done."""
    final_ns: int | None = None
    interim_results: int = 0
    confidence: float | None = None
    words: int | None = None
    transcript_content: str | None = None

    @property
    def finalization(self) -> float | None:
        """Seconds from the end of speech to the final transcript."""
        return clock.seconds(self.speech_ended_ns, self.final_ns)


class TextToSpeech(Speech):
    """One synthesis, to the last audio byte in the caller's hands."""

    operation = "text_to_speech"

    voice: str | None = None
    characters: int | None = None
    connection_seconds: float | None = None
    """How long it took to connect, when a connection was made for it and the SDK tells."""
    audible_ns: int | None = None
    """When its first sound is heard, if it is played as it comes: behind the silence that it begins with."""
    underruns: int | None = None
    """How often its playing would have run dry, waiting for more."""
    dry_seconds: float | None = None
    """For how long together."""
    text_content: str | None = None

    @property
    def time_to_first_sound(self) -> float | None:
        """Seconds from start to the first sound that is no silence."""
        return clock.seconds(self.started_ns, self.audible_ns)

    @property
    def real_time_factor(self) -> float | None:
        """Seconds from start to the last audio for each second of audio; above 1 it comes slower than it plays."""
        spent = clock.seconds(self.started_ns, self.last_chunk_ns or self.ended_ns)
        return spent / self.audio_seconds if spent is not None and self.audio_seconds else None


class RealtimeResponse(Inference, Speech):
    """One answer of a model that listens and speaks itself, over a connection that holds many."""

    operation = "realtime_inference"

    session_id: str | None = None
    agent_id: str | None = None
    voice: str | None = None
    audible: bool = False
    """Whether any of it is sound."""
    heard_seconds: float | None = None
    """How much of it the user heard before it was cut short."""
    interrupted_by: str | None = None

    told_seconds: float | None = None
    """From the end of the user's speech to the first sound, as the service measured it."""
    told_transcription_seconds: float | None = None
    """The part of it that was spent on the transcript."""
    told_inference_seconds: float | None = None
    """The part of it that was spent on the first words."""
    told_synthesis_seconds: float | None = None
    """The part of it that was spent on the voice."""
    round_trip_seconds: float | None = None
    """How long a message took from the service to the program and back, when it was measured last."""

    asked_ns: int | None = None
    """When it was asked for: by the program, or by the user falling silent. Some services do not tell."""
    answers: SpeechToText | None = None
    """The utterance it answers."""
    opens_turn: bool = False
    """It answers what the user put in another way than by an utterance that was told: text, or speech unseen."""

    @property
    def time_to_first_chunk(self) -> float | None:
        """Seconds from when it was asked for to its first sound; to its first word when it is text."""
        return clock.seconds(self.asked_ns, self.first_chunk_ns)


class Step(Operation):
    """What the program does itself between its calls: it asks no provider, and costs nothing."""

    name: str = ""

    def __init__(self, provider: str = "") -> None:
        super().__init__(provider)


class ToolCall(Step):
    """One tool the model asked for and the program executed."""

    operation = "execute_tool"

    call_id: str | None = None
    inferred: bool = False
    """True when the time is inferred: from the model's call to the request that carried the result back."""
    arguments_content: str | None = None
    result_content: str | None = None
