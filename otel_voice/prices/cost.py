"""The price of one record: what it used, times the rates. None where the usage or its rate is not known, never 0."""

from __future__ import annotations

import math

from otel_voice.observation.records import Inference, Operation, Outcome, SpeechToText, Step, TextToSpeech
from otel_voice.prices.rates import Rates

_IN_PROCESS = frozenset(
    ("faster_whisper", "kokoro_onnx", "piper", "pocketsphinx", "pyttsx3", "sherpa_onnx", "vosk", "whisper")
)
"""Engines that run in the program's process: nobody sends a bill for them."""


def cost(record: Operation, rates: Rates, at_least_seconds: float = 0.0) -> float | None:
    """USD of an ended operation; audio shorter than `at_least_seconds` is billed as that long."""
    if isinstance(record, Inference):
        tokens = of_inference(record, rates)
        return None if tokens is None else tokens + rates.request
    if isinstance(record, SpeechToText):
        return _of_recognition(record, rates, at_least_seconds)
    if isinstance(record, TextToSpeech):
        return _of_synthesis(record, rates)
    return None


def is_billed(record: Operation) -> bool:
    """Whether the operation cost something, as far as can be told: it was answered, or its service counted."""
    if isinstance(record, Step) or (isinstance(record, SpeechToText) and _is_paid_with_its_answer(record)):
        return False
    if record.provider in _IN_PROCESS:
        return False
    if record.outcome is not Outcome.FAILED:
        return True
    return getattr(record, "input_tokens", None) is not None or getattr(record, "output_tokens", None) is not None


def _is_paid_with_its_answer(record: SpeechToText) -> bool:
    """A realtime model hears the user itself; a transcription is billed apart only where another model makes it."""
    if record.provider in ("gcp.gemini", "gcp.vertex_ai", "aws.bedrock"):
        return True
    return record.provider in ("openai", "azure.ai.openai") and record.request_model is None


def input_tokens(record: Operation) -> int:
    """What the tiers of a price go by."""
    return _count(getattr(record, "input_tokens", None)) or 0


def of_inference(record: Inference, rates: Rates) -> float | None:
    """USD of the tokens that a model read and wrote."""
    read, wrote = _count(record.input_tokens), _count(record.output_tokens)
    if read is None and wrote is None:
        return None
    paid = _of_input(record, read or 0, rates)
    written = _of_output(wrote or 0, _count(record.audio_output_tokens) or 0, rates)
    return None if paid is None or written is None else paid + written


def _count(told: object) -> int | None:
    """What a service counted. It comes from outside: what is no number of things is not known."""
    return told if type(told) is int and told >= 0 else None


def _amount(told: object) -> float | None:
    """Seconds, in the same way."""
    return told if isinstance(told, float | int) and 0 <= told < math.inf else None


def _of_input(record: Inference, total: int, rates: Rates) -> float | None:
    if rates.input is None:
        return None if total else 0.0
    if not (record.cached_input_tokens or record.cache_written_input_tokens or record.audio_input_tokens):
        return total * rates.input
    cached = min(_count(record.cached_input_tokens) or 0, total)
    written = min(_count(record.cache_written_input_tokens) or 0, total - cached)
    audio = min(_count(record.audio_input_tokens) or 0, total)
    if not total:
        return 0.0
    # How much of the cache is sound is not told: as much as of the whole.
    cached_audio = cached * audio / total
    fresh_audio = min(audio - cached_audio, total - cached - written)
    return (
        (total - cached - written - fresh_audio) * rates.input
        + fresh_audio * (rates.input_audio or 0.0)
        + (cached - cached_audio) * (rates.cache_read or 0.0)
        + cached_audio * (rates.cache_audio_read or 0.0)
        + written * (rates.cache_write or 0.0)
    )


def _of_output(total: int, audio: int, rates: Rates) -> float | None:
    if rates.output is None:
        return None if total else 0.0
    audio = min(audio, total)
    return (total - audio) * rates.output + audio * (rates.output_audio or 0.0)


def _of_recognition(record: SpeechToText, rates: Rates, at_least_seconds: float) -> float | None:
    seconds = _amount(record.audio_seconds)
    if rates.audio is not None and seconds is not None:
        return max(seconds, at_least_seconds) * rates.audio
    # A recogniser reads sound: of its prompt, its services do not tell.
    return _of_tokens(record, rates.input_audio, rates.output)


def _of_synthesis(record: TextToSpeech, rates: Rates) -> float | None:
    if record.outcome is Outcome.FAILED and record.first_chunk_ns is None:
        return None
    characters = _count(record.characters)
    if rates.character is not None and characters is not None:
        return characters * rates.character
    seconds = _amount(record.audio_seconds)
    if rates.audio is not None and seconds is not None:
        return seconds * rates.audio
    return _of_tokens(record, rates.input, rates.output_audio)


def _of_tokens(record: SpeechToText | TextToSpeech, read: float | None, wrote: float | None) -> float | None:
    heard, said = _count(record.input_tokens), _count(record.output_tokens)
    if (heard is None and said is None) or (heard and read is None) or (said and wrote is None):
        return None
    return (heard or 0) * (read or 0.0) + (said or 0) * (wrote or 0.0)
