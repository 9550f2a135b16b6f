"""Gemini Live: the websocket BidiGenerateContent on which one model listens and speaks; also on Vertex AI."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import Frame, Frames, synthesize
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.google_genai import (
    AUDIO_TOKENS_PER_SECOND,
    CHUNK_BYTES,
    RATE,
    call_of,
    counted,
    message_of,
    tools_of,
)
from otel_voice.simulators.google_genai_errors import GOOGLE
from otel_voice.simulators.hearing import Hearing, Script
from otel_voice.simulators.language import answer, count_tokens
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import Route

SILENCE_SECONDS = 0.5
Json = dict[str, Any]


def camelled(value: Any) -> Any:
    """The message in one spelling: the service takes either."""
    if isinstance(value, list):
        return [camelled(each) for each in value]
    if not isinstance(value, dict):
        return value
    return {_camel(key): camelled(each) for key, each in value.items()}


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


class Session:
    """One connection: messages in, messages out."""

    def __init__(self, name: str, asked: Behaviour, outbox: Outbox) -> None:
        self._name = name
        self._asked = asked
        self._outbox = outbox
        self._setup: Json = {}
        self._script = Script(asked.transcript)
        self._conversation: list[Json] = []
        self._frames: Frames | None = None
        self._hearing: Hearing | None = None
        self._answering = False
        self._calls = 0

    def take(self, message: Json) -> None:
        """Act on a message of the client."""
        if "setup" in message:
            self._setup = message["setup"]
            self._send({"setupComplete": {"sessionId": f"session-{self._name[:12]}"}})
        self._input(message.get("realtimeInput") or {})
        self._content(message.get("clientContent"))
        results = (message.get("toolResponse") or {}).get("functionResponses")
        if results:
            self._conversation.append(dict(message_of({"parts": [{"functionResponse": each} for each in results]})))
            self._answer()

    def _send(self, message: Json, after: float = 0.0) -> None:
        self._outbox.put(json.dumps(message).encode(), after)

    def _content(self, content: Json | None) -> None:
        if content is None:
            return
        turns = content.get("turns") or []
        self._conversation.extend(dict(message_of(turn)) for turn in ([turns] if isinstance(turns, dict) else turns))
        if content.get("turnComplete"):
            self._answer()

    # -- the user --------------------------------------------------------------------------------------

    def _input(self, given: Json) -> None:
        for chunk in (given.get("audio"), given.get("media"), *(given.get("mediaChunks") or ())):
            if chunk is not None and chunk["mimeType"].startswith("audio/"):
                self._audio(chunk)
        if "activityStart" in given:
            self._interrupted()
        if "activityEnd" in given:
            self._understood(self._script.take() or "Speech.")
        if given.get("text"):
            self._conversation.append({"role": "user", "content": given["text"]})
            self._answer()

    def _audio(self, chunk: Json) -> None:
        if self._frames is None:
            rate = chunk["mimeType"].partition("rate=")[2] or "16000"
            self._frames = Frames(int(rate))
        data = base64.urlsafe_b64decode(chunk["data"].replace("+", "-").replace("/", "_"))  # it may be of either kind
        for frame in self._frames.feed(data):
            if not self._config("automaticActivityDetection", "disabled"):
                self._frame(frame, self._frames.rate)

    def _config(self, *names: str) -> Any:
        found: Any = self._setup.get("realtimeInputConfig") or {}
        for name in names:
            found = (found or {}).get(name)
        return found

    def _frame(self, frame: Frame, rate: int) -> None:
        if frame.voiced:
            if self._hearing is None:
                self._hearing = Hearing(rate, frame.start, self._script.take())
                self._interrupted()
                self._activity("ACTIVITY_START", frame.start)
            self._hearing.listen(frame)
        elif self._hearing is not None and frame.end - self._hearing.end >= SILENCE_SECONDS:
            hearing, self._hearing = self._hearing, None
            self._activity("ACTIVITY_END", hearing.end)
            self._understood(" ".join(word.text for word in hearing.remaining_words()))

    def _activity(self, kind: str, at: float) -> None:
        if self._setup.get("explicitVadSignal"):
            self._send({"voiceActivity": {"voiceActivityType": kind, "audioOffset": f"{at:.3f}s"}})

    def _understood(self, text: str) -> None:
        self._conversation.append({"role": "user", "content": text})
        if "inputAudioTranscription" in self._setup:
            for part in parts_of(text, 2):
                self._send({"serverContent": {"inputTranscription": {"text": part}}})
        self._answer()

    def _interrupted(self) -> None:
        if self._answering:
            self._answering = False
            self._outbox.clear()
            self._send({"serverContent": {"interrupted": True}})
            self._send({"serverContent": {"turnComplete": True}, "usageMetadata": self._usage("", 0.0)})

    # -- the model -------------------------------------------------------------------------------------

    def _answer(self) -> None:
        given = answer(self._asked, self._conversation, tools_of(self._setup.get("tools")))
        if given.tool:
            self._calls += 1
            call = call_of(given, f"{self._calls:04}{self._name}")
            self._send({"toolCall": {"functionCalls": [call]}, "usageMetadata": self._usage(given.tool.name, 0.0)})
            return
        self._answering = True
        self._conversation.append({"role": "assistant", "content": given.text})
        generation = self._setup.get("generationConfig") or {}
        spoken = [str(each).upper() for each in generation.get("responseModalities") or ["AUDIO"]] == ["AUDIO"]
        contents = list(self._sounds(given.text) if spoken else self._words(given.text))
        for index, content in enumerate(contents):
            self._send({"serverContent": content}, self._at(index))
        last = self._at(len(contents))
        self._send({"serverContent": {"generationComplete": True}}, last)
        usage = self._usage(given.text, len(given.text) / 16 if spoken else 0.0)
        self._send({"serverContent": {"turnComplete": True}, "usageMetadata": usage}, last)
        self._outbox.then(self._over)

    def _over(self) -> None:
        self._answering = False

    def _at(self, index: int) -> float:
        return self._asked.first + index * self._asked.interval

    def _sounds(self, text: str) -> Iterator[Json]:
        pieces = wire.pieces(synthesize(text, RATE), self._asked.chunks, CHUNK_BYTES)
        for word, piece in zip(parts_of(text, len(pieces)), pieces, strict=True):
            blob = {"mimeType": f"audio/pcm;rate={RATE}", "data": base64.b64encode(piece).decode()}
            yield {"modelTurn": {"parts": [{"inlineData": blob}]}}
            if "outputAudioTranscription" in self._setup:
                yield {"outputTranscription": {"text": word}}

    def _words(self, text: str) -> Iterator[Json]:
        for part in parts_of(text, self._asked.chunks):
            yield {"modelTurn": {"parts": [{"text": part}]}}

    def _usage(self, text: str, seconds: float) -> Json:
        prompt = sum(count_tokens(said["content"]) for said in self._conversation)
        spoken = round(seconds * AUDIO_TOKENS_PER_SECOND) or max(1, count_tokens(text))
        return {
            "promptTokenCount": prompt,
            "responseTokenCount": spoken,
            "totalTokenCount": prompt + spoken,
            "promptTokensDetails": counted("AUDIO", prompt),
            "responseTokensDetails": counted("AUDIO" if seconds else "TEXT", spoken),
        }


async def live(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET .../BidiGenerateContent, upgraded to a websocket."""
    name = await wire.request_digest(request)
    socket = websocket()
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    session = Session(name, asked, outbox)
    async for message in messages(socket):
        session.take(camelled(decoded(message if isinstance(message, str) else message.decode())))
    await outbox.close()
    return socket


ROUTES = (
    Route("GET", "/ws/google.ai.generativelanguage.{version}.GenerativeService.BidiGenerateContent", live, GOOGLE),
    Route("GET", "/ws/google.cloud.aiplatform.{version}.LlmBidiService/BidiGenerateContent", live, GOOGLE),
)
