"""OpenAI's speech to text: transcriptions and translations in every response format, and as events."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from otel_voice.simulators import speech, wire
from otel_voice.simulators.audio import read_wav
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.language import count_tokens
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.openai_errors import MALFORMED_EVENT, OPENAI, event, headers
from otel_voice.simulators.speech import Word
from otel_voice.simulators.wire import BadRequestError, Route

AUDIO_TOKENS_PER_SECOND = 10
Json = dict[str, Any]


@dataclass(frozen=True)
class Transcript:
    """What a recording says, and how it was asked for."""

    model: str
    task: str
    seconds: float
    utterances: list[list[Word]]
    granularities: tuple[str, ...] = ("segment",)

    @property
    def text(self) -> str:
        return speech.text_of(self.utterances)

    @property
    def usage(self) -> Json:
        """Seconds for whisper, tokens for the newer models, as the service bills them."""
        if self.model.startswith("whisper"):
            return {"type": "duration", "seconds": -int(-self.seconds // 1)}
        heard, said = max(1, round(self.seconds * AUDIO_TOKENS_PER_SECOND)), count_tokens(self.text)
        details = {"text_tokens": 0, "audio_tokens": heard}
        counted = {"input_tokens": heard, "output_tokens": said, "total_tokens": heard + said}
        return {"type": "tokens", **counted, "input_token_details": details}


def _segment(words: list[Word], index: int) -> Json:
    return {
        "id": index,
        "seek": 0,
        "start": words[0].start,
        "end": words[-1].end,
        "text": " " + " ".join(word.text for word in words),
        "tokens": list(range(50364, 50364 + len(words))),
        "temperature": 0.0,
        "avg_logprob": -0.2,
        "compression_ratio": 1.1,
        "no_speech_prob": 0.01,
    }


def _plain(heard: Transcript) -> str:
    return json.dumps({"text": heard.text, "usage": heard.usage})


def _verbose(heard: Transcript) -> str:
    said = [words for words in heard.utterances if words]
    body: Json = {
        "task": heard.task,
        "language": "english",
        "duration": heard.seconds,
        "text": heard.text,
        "usage": heard.usage,
    }
    if "segment" in heard.granularities:
        body["segments"] = [_segment(words, index) for index, words in enumerate(said)]
    if "word" in heard.granularities:
        body["words"] = [{"word": w.bare, "start": w.start, "end": w.end} for words in said for w in words]
    return json.dumps(body)


def _text(heard: Transcript) -> str:
    return heard.text + "\n"


def _clock(seconds: float, point: str) -> str:
    whole, thousandths = divmod(round(seconds * 1000), 1000)
    minutes, second = divmod(whole, 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{second:02}{point}{thousandths:03}"


def _cues(heard: Transcript, point: str) -> Iterator[str]:
    for words in filter(None, heard.utterances):
        span = f"{_clock(words[0].start, point)} --> {_clock(words[-1].end, point)}"
        yield f"{span}\n{' '.join(word.text for word in words)}\n"


def _srt(heard: Transcript) -> str:
    return "\n".join(f"{number}\n{cue}" for number, cue in enumerate(_cues(heard, ","), start=1))


def _vtt(heard: Transcript) -> str:
    return "WEBVTT\n\n" + "\n".join(_cues(heard, "."))


FORMATS: Mapping[str, tuple[str, Callable[[Transcript], str]]] = {
    "json": ("application/json", _plain),
    "verbose_json": ("application/json", _verbose),
    "text": ("text/plain; charset=utf-8", _text),
    "srt": ("text/plain; charset=utf-8", _srt),
    "vtt": ("text/plain; charset=utf-8", _vtt),
}


async def _transcript(request: web.Request, asked: Behaviour, task: str) -> Transcript:
    form = await wire.form_of(request)
    data = form.get("file")
    if not isinstance(data, bytes):
        raise BadRequestError("Missing required parameter: 'file'.")
    sound = read_wav(data)
    utterances = speech.heard(sound, asked.transcript) if sound else speech.heard_bytes(data, asked.transcript)
    seconds = round(sound.seconds, 3) if sound else len(data) / 32000
    model = request.match_info.get("model") or form.get("model", "whisper-1")
    granularities = tuple(form.get("timestamp_granularities[]", ("segment",)))
    return Transcript(model, task, seconds, utterances, granularities)


def _events(heard: Transcript, count: int | None) -> Iterator[bytes]:
    for text in parts_of(heard.text, count):
        yield event({"type": "transcript.text.delta", "delta": text})
    yield event({"type": "transcript.text.done", "text": heard.text, "usage": heard.usage})


async def _reply(request: web.Request, asked: Behaviour, task: str) -> web.StreamResponse:
    heard = await _transcript(request, asked, task)
    form = await wire.form_of(request)
    sent = headers(await wire.request_digest(request))
    if form.get("stream") == "true":
        sent["content-type"] = "text/event-stream; charset=utf-8"
        return await wire.stream(request, asked, sent, _events(heard, asked.chunks), MALFORMED_EVENT)
    wanted = form.get("response_format", "json")
    if wanted not in FORMATS:
        raise BadRequestError(f"Invalid response_format {wanted!r}: expected one of {', '.join(FORMATS)}.")
    content_type, write = FORMATS[wanted]
    return await wire.whole(request, asked, {**sent, "content-type": content_type}, write(heard).encode())


async def transcribe(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../audio/transcriptions."""
    return await _reply(request, asked, "transcribe")


async def translate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST .../audio/translations."""
    return await _reply(request, asked, "translate")


ROUTES = tuple(
    Route("POST", f"{prefix}/audio/{kind}", handler, OPENAI)
    for prefix in ("/v1", "/openai/deployments/{model}", "/openai/v1")
    for kind, handler in (("transcriptions", transcribe), ("translations", translate))
)
