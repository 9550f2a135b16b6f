"""Soniox: streaming recognition in tokens, and text to speech over HTTP and over a websocket of several streams."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from typing import Any

from aiohttp import web

from otel_voice.simulators import soniox_prerecorded, wire
from otel_voice.simulators.audio import EncodingError
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear, Moment, encoded
from otel_voice.simulators.formats import Format, bytes_per_second, speak
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.soniox_errors import ERRORS, SONIOX
from otel_voice.simulators.speech import CONFIDENCE, Word
from otel_voice.simulators.wire import BadRequestError, Route

HEARD = {"pcm_s16le": "linear16", "mulaw": "mulaw"}
SPOKEN = {"pcm_s16le": "pcm", "pcm_f32le": "f32", "pcm_mulaw": "ulaw", "wav": "wav", "mp3": "mp3"}
CHUNK_SECONDS = 0.1
PAUSE_SECONDS = 0.5
LONGEST_TOKEN = 4
Json = dict[str, Any]


def error(status: int, reason: str) -> Json:
    """An error as a message."""
    return {"error_code": status, "error_type": ERRORS[status], "error_message": reason}


class Recognizer:
    """The state of one connection without its socket: audio bytes in, messages out."""

    def __init__(self, asked: Json, script: Script) -> None:
        self._ends = bool(asked.get("enable_endpoint_detection"))
        query = {"encoding": str(asked.get("audio_format")), "sample_rate": str(asked.get("sample_rate") or 16000)}
        self._ear = Ear(encoded(query, HEARD), script, PAUSE_SECONDS if self._ends else None)

    def feed(self, data: bytes) -> list[Json]:
        """Hear more audio."""
        return [message for moment in self._ear.feed(data) for message in self._told(moment, "<end>")]

    def finalize(self) -> list[Json]:
        """What was heard so far is final."""
        return [message for moment in self._ear.finish() for message in self._told(moment, "<fin>")]

    def finish(self) -> list[Json]:
        """The audio has come to its end."""
        rest = [_tokens(moment.words, True) for moment in self._ear.finish()]
        return [_result(tokens) for tokens in rest] + [_result([]) | {"finished": True}]

    def _told(self, moment: Moment, end: str) -> Iterator[Json]:
        if moment.kind == "update":
            yield _result(_tokens(moment.words, False))
        elif moment.kind == "end":
            tokens = _tokens(moment.words, True)
            yield _result(tokens[:1])
            yield _result([*tokens[1:], {"text": end, "is_final": True, "confidence": 1.0}])


def _result(tokens: list[Json]) -> Json:
    return {"tokens": tokens, "final_audio_proc_ms": 0, "total_audio_proc_ms": 0}


def _tokens(words: list[Word], is_final: bool) -> list[Json]:
    """The pieces of words; the first of each begins with a blank."""
    return [token for word in words for token in _pieces(word, is_final)]


def _pieces(word: Word, is_final: bool) -> Iterator[Json]:
    parts = [word.text[:LONGEST_TOKEN], word.text[LONGEST_TOKEN:]]
    for text in (f" {parts[0]}", parts[1]):
        if text:
            start, end = round(word.start * 1000), round(word.end * 1000)
            yield {"text": text, "start_ms": start, "end_ms": end, "confidence": CONFIDENCE, "is_final": is_final}


async def listen(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /transcribe-websocket, upgraded to a websocket."""
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    recognizer: Recognizer | None = None
    async for message in messages(socket):
        if isinstance(message, bytes):
            for told in recognizer.feed(message) if recognizer else ():
                outbox.put(told)
        elif recognizer is None:
            config = decoded(message)
            if config.get("api_key") == "invalid":
                outbox.put({"tokens": [], **error(401, "Invalid API key.")}, 0)
                break
            recognizer = Recognizer(config, Script(asked.transcript))
        elif message == "":
            for told in recognizer.finish():
                outbox.put(told)
            break
        elif decoded(message).get("type") == "finalize":
            for told in recognizer.finalize():
                outbox.put(told)
    await outbox.close()
    return socket


def _wanted(asked: Mapping[str, Any]) -> Format:
    name = SPOKEN.get(str(asked.get("audio_format")))
    if name is None:
        raise BadRequestError(f"The simulator cannot encode {asked.get('audio_format')!r}; it offers {list(SPOKEN)}.")
    return Format(name, int(asked.get("sample_rate") or 24000))


def _spoken(text: str, config: Mapping[str, Any], asked: Behaviour) -> list[bytes]:
    wanted = _wanted(config)
    try:
        audio = speak(text, wanted)
    except EncodingError as wrong:
        raise BadRequestError(str(wrong)) from wrong
    return wire.pieces(audio, asked.chunks, int(bytes_per_second(wanted) * CHUNK_SECONDS) // 4 * 4)


async def generate(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """POST /tts."""
    body = await wire.json_of(request)
    if not body.get("text"):
        raise BadRequestError("The text is empty.")
    audio = b"".join(_spoken(str(body["text"]), body, asked))
    return await wire.whole(request, asked, {"content-type": "audio/wav"}, audio)


class Voices:
    """The streams of one connection; each speaks when its text has come to an end."""

    def __init__(self, request: web.Request, socket: web.WebSocketResponse, asked: Behaviour) -> None:
        self._request, self._socket, self._asked = request, socket, asked
        self._configs: dict[str, Json] = {}
        self._texts: dict[str, str] = {}
        self._outboxes: dict[str, Outbox] = {}

    def handle(self, message: Json) -> None:
        """Act on a client's message."""
        stream = str(message.get("stream_id"))
        if "model" in message:
            self._configs[stream] = message
            self._outboxes[stream] = Outbox(self._request, self._socket, self._asked)
        elif message.get("cancel") and stream in self._outboxes:
            self._outboxes[stream].clear()
            self._put(stream, {"terminated": True}, 0)
        elif "text" in message and stream in self._configs:
            self._texts[stream] = self._texts.get(stream, "") + message["text"]
            if message.get("text_end"):
                self._speak(stream)

    def _speak(self, stream: str) -> None:
        config, asked = self._configs[stream], self._asked
        if config.get("api_key") == "invalid":
            self._put(stream, error(401, "Invalid API key."), 0)
        elif asked.fails(config.get("model"), 0):
            self._put(stream, error(asked.fail or 500, "The stream was refused."), asked.first)
        else:
            parts = _spoken(self._texts.pop(stream), config, asked)
            for index, part in enumerate(parts):
                last = index == len(parts) - 1
                said = {"audio": base64.b64encode(part).decode(), "audio_end": last}
                self._put(stream, said, asked.first + index * asked.interval)
            self._put(stream, {"terminated": True}, asked.first + len(parts[1:]) * asked.interval)

    def _put(self, stream: str, message: Json, after: float) -> None:
        self._outboxes[stream].put({**message, "stream_id": stream}, after)

    async def close(self) -> None:
        """The client has gone: forget what was not said."""
        for outbox in self._outboxes.values():
            await outbox.close()


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /tts-websocket, upgraded to a websocket."""
    socket = websocket()
    await socket.prepare(request)
    voices = Voices(request, socket, asked)
    async for message in messages(socket):
        voices.handle(decoded(str(message)))
    await voices.close()
    return socket


ROUTES = (
    *soniox_prerecorded.ROUTES,
    Route("GET", "/transcribe-websocket", listen, SONIOX),
    Route("GET", "/tts-websocket", converse, SONIOX),
    Route("POST", "/tts", generate, SONIOX),
)
