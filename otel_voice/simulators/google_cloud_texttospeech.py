"""Google's text to speech, v1: a whole text, and text in pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from otel_voice.simulators import wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.wire import BadRequestError

CHUNK_SECONDS = 0.1
DEFAULT_RATE = 24000
# What comes in one piece has a WAV header, unless it is called PCM.
WHOLE = {"LINEAR16": "wav", "PCM": "pcm", "MP3": "mp3"}
STREAMED = {"PCM": "pcm", "MULAW": "ulaw", "AUDIO_ENCODING_UNSPECIFIED": "pcm"}
SENTENCE_ENDS = (".", "!", "?")


def _types() -> Any:
    from google.cloud import texttospeech_v1

    return texttospeech_v1


def _spoken(text: str, audio: Any, offered: dict[str, str]) -> tuple[Format, bytes]:
    name = audio.audio_encoding.name
    if name not in offered:
        raise BadRequestError(f"The simulator cannot encode {name}; it offers {', '.join(offered)}.")
    wanted = Format(offered[name], audio.sample_rate_hertz or DEFAULT_RATE)
    try:
        return wanted, speak(text, wanted)
    except EncodingError as error:
        raise BadRequestError(str(error)) from error


def synthesize_speech(requests: Iterator[bytes], behaviour: Behaviour) -> Iterable[Any]:
    """google.cloud.texttospeech.v1.TextToSpeech/SynthesizeSpeech"""
    types = _types()
    request = types.SynthesizeSpeechRequest.deserialize(next(requests))
    text = request.input.text or request.input.ssml
    if not text:
        raise BadRequestError("Either `input.text` or `input.ssml` must be set.")
    _, audio = _spoken(text, request.audio_config, WHOLE)
    return [types.SynthesizeSpeechResponse(audio_content=audio)]


def streaming_synthesize(requests: Iterator[bytes], behaviour: Behaviour) -> Iterator[Any]:
    """google.cloud.texttospeech.v1.TextToSpeech/StreamingSynthesize: each sentence is spoken when it is whole."""
    types = _types()
    first = types.StreamingSynthesizeRequest.deserialize(next(requests, b""))
    if "streaming_config" not in first:
        raise BadRequestError("The first message must contain streaming_config.")
    audio = first.streaming_config.streaming_audio_config

    def said(text: str) -> Iterator[Any]:
        wanted, sound = _spoken(text, audio, STREAMED)
        for piece in wire.pieces(sound, behaviour.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS)):
            yield types.StreamingSynthesizeResponse(audio_content=piece)

    pending = ""
    for data in requests:
        pending += types.StreamingSynthesizeRequest.deserialize(data).input.text
        if pending.rstrip().endswith(SENTENCE_ENDS):
            yield from said(pending)
            pending = ""
    if pending:
        yield from said(pending)


METHODS: dict[str, Callable[[Iterator[bytes], Behaviour], Iterable[Any]]] = {
    "/google.cloud.texttospeech.v1.TextToSpeech/SynthesizeSpeech": synthesize_speech,
    "/google.cloud.texttospeech.v1.TextToSpeech/StreamingSynthesize": streaming_synthesize,
}
