"""OpenAI speech to text: transcriptions and translations of a recording, whole or as events."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import SpeechToText
from otel_voice.providers import reading
from otel_voice.providers.openai_common import OpenAIObserver, client
from otel_voice.providers.stainless import Fields


class Transcription(OpenAIObserver):
    """Reads the transcription of one recording."""

    record: SpeechToText

    def request(self, call: Call) -> SpeechToText:
        record = self.record = SpeechToText(self.provider)
        client(record, call)
        record.streamed = call.kwargs.get("stream") is True
        record.language = reading.given(call.kwargs, "language", str)
        record.audio_bytes = reading.size(call.kwargs.get("file"))
        self._text: list[str] = []
        return record

    def result(self, result: Any) -> None:
        record = self.record
        if isinstance(result, str):
            record.transcript_content = result if self.wants_content else None
            return
        seconds = getattr(result, "duration", None)
        if seconds is not None:
            record.audio_seconds = float(seconds)
        self.language(result)
        words = getattr(result, "words", None)
        if words is not None:
            record.words = len(words)
        _usage(record, getattr(result, "usage", None))
        if self.wants_content:
            record.transcript_content = result.text

    def language(self, result: Any) -> None:
        """Read the language that was heard; one that was asked for stays as it was named."""
        self.record.language = self.record.language or getattr(result, "language", None)

    def chunk(self, item: Any) -> None:
        kind = getattr(item, "type", None)
        record = self.record
        if kind == "transcript.text.delta":
            record.interim_results += 1
            if record.first_partial_ns is None:
                record.first_partial_ns = record.last_chunk_ns
            if self.wants_content:
                self._text.append(item.delta)
        elif kind == "transcript.text.done":
            record.final_ns = record.last_chunk_ns
            self.result(item)

    def end(self) -> None:
        super().end()
        if self._text and self.record.transcript_content is None:
            self.record.transcript_content = "".join(self._text)


class Translation(Transcription):
    """Reads the translation of one recording into English."""

    def language(self, result: Any) -> None:
        """The language of the answer is that of the translation; what was heard is not told."""


def _usage(record: SpeechToText, usage: Any) -> None:
    """Read what was billed: seconds of audio, or tokens."""
    if usage is None:
        return
    if isinstance(usage, dict):  # the models of older SDKs do not know it
        usage = Fields(usage)
    seconds = getattr(usage, "seconds", None)
    if seconds is not None and record.audio_seconds is None:
        record.audio_seconds = float(seconds)
    record.input_tokens = getattr(usage, "input_tokens", None)
    record.output_tokens = getattr(usage, "output_tokens", None)
