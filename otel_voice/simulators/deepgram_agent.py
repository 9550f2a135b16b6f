"""Deepgram's Voice Agent, the websocket /v1/agent/converse on which an agent listens and speaks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.deepgram_errors import DEEPGRAM, request_id
from otel_voice.simulators.ear import Ear, Moment
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.language import answer
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import Route

CHUNK_SECONDS = 0.1
SILENCE_SECONDS = 0.5
STARTED = {"total_latency": 0.9, "ttt_latency": 0.5, "tts_latency": 0.3}
REPORT = {
    "stt_latency": 0.1,
    "ttt_token_latency": 0.4,
    "ttt_text_latency": 0.5,
    "tts_latency": 0.3,
    "total_latency": 0.9,
}
Json = dict[str, Any]


class Agent:
    """One connection without its socket: messages and audio in; the same out, each after so many seconds."""

    def __init__(self, asked: Behaviour, put: Callable[[Json | bytes, float], None]) -> None:
        self._asked = asked
        self._put = put
        self._ear: Ear | None = None
        self._rate = 24000
        self._tools: list[Json] = []
        self._said: list[Json] = []
        self._calls = 0
        self._experimental = False

    def hear(self, audio: bytes) -> None:
        """Take in some of the user's audio."""
        for moment in self._ear.feed(audio) if self._ear else ():
            self._moment(moment)

    def take(self, message: Json) -> None:
        """Act on a message of the client."""
        kind = message.get("type")
        if kind == "Settings":
            self._settings(message)
        elif kind == "InjectUserMessage":
            self._reply({"role": "user", "content": message["content"]}, echo=True)
        elif kind == "FunctionCallResponse":
            self._reply({"role": "tool", "content": message["content"]}, echo=False)
        elif kind not in ("KeepAlive", "UpdatePrompt"):
            self._tell("Error", description=f"Unknown message type {kind}", code="UNPARSABLE_CLIENT_MESSAGE")

    def interrupt(self) -> None:
        """Stop the answer that is being sent."""

    def _tell(self, kind: str, after: float = 0.0, **fields: Any) -> None:
        self._put({"type": kind, **fields}, after)

    def _settings(self, message: Json) -> None:
        audio, agent = message.get("audio") or {}, message.get("agent") or {}
        heard = {"encoding": "linear16", "sample_rate": 24000, **(audio.get("input") or {})}
        query = {name: str(value) for name, value in heard.items()}
        self._ear = Ear(query, Script(self._asked.transcript), SILENCE_SECONDS)
        self._experimental = bool(message.get("experimental"))
        self._rate = (audio.get("output") or {}).get("sample_rate", 24000)
        self._tools = (agent.get("think") or {}).get("functions") or []
        self._tell("SettingsApplied")
        if agent.get("greeting"):
            self._say(agent["greeting"])

    def _moment(self, moment: Moment) -> None:
        if moment.kind == "start":
            self.interrupt()
            self._tell("UserStartedSpeaking")
        elif moment.kind == "end":
            self._reply({"role": "user", "content": moment.text}, echo=True)

    def _reply(self, said: Json, echo: bool) -> None:
        self._said.append(said)
        if echo:
            self._put({"type": "ConversationText", **said}, 0.0)
        given = answer(self._asked, self._said, self._tools)
        if given.tool is None:
            self._say(given.text)
            return
        self._calls += 1
        call = {"id": f"call_{self._calls}", "name": given.tool.name, "arguments": given.tool.arguments}
        self._tell("FunctionCallRequest", functions=[{**call, "client_side": True}])

    def _say(self, text: str) -> None:
        first, pace = self._asked.first, self._asked.interval
        self._said.append({"role": "assistant", "content": text})
        self._tell("ConversationText", first, role="assistant", content=text)
        if self._experimental:
            self._tell("AgentStartedSpeaking", first, **STARTED)
        else:
            self._tell("LatencyReport", first, **REPORT)
        pieces = wire.pieces(synthesize(text, self._rate), self._asked.chunks, int(self._rate * CHUNK_SECONDS) * 2)
        for index, piece in enumerate(pieces):
            self._put(piece, first + index * pace)
        self._tell("AgentAudioDone", first + len(pieces) * pace)


class _Live(Agent):
    """The same on its socket, where an answer that is being sent can be stopped."""

    def __init__(self, asked: Behaviour, outbox: Outbox) -> None:
        self._outbox = outbox
        super().__init__(asked, outbox.put)

    def interrupt(self) -> None:
        self._outbox.clear()


async def converse(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/agent/converse, upgraded to a websocket."""
    identity = request_id(await wire.request_digest(request))
    socket = websocket("token")
    socket.headers["dg-request-id"] = identity
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    outbox.put({"type": "Welcome", "request_id": identity}, 0)
    agent = _Live(asked, outbox)
    async for message in messages(socket):
        if isinstance(message, bytes):
            agent.hear(message)
        else:
            agent.take(decoded(message))
    await outbox.close()
    return socket


ROUTES = (Route("GET", "/v1/agent/converse", converse, DEEPGRAM),)
