"""OpenAI Realtime, the websocket /v1/realtime on which one model listens and speaks; also on the paths of Azure."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

from aiohttp import web

from otel_voice.simulators import wire
from otel_voice.simulators.audio import Frame, Frames, synthesize
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.formats import decode_mulaw, encode_mulaw
from otel_voice.simulators.hearing import Hearing, Script
from otel_voice.simulators.language import answer, count_tokens
from otel_voice.simulators.openai import parts_of
from otel_voice.simulators.openai_errors import OPENAI
from otel_voice.simulators.openai_realtime_words import BETA, GENERAL, Json, Words, merged
from otel_voice.simulators.sockets import Outbox, decoded, messages, websocket
from otel_voice.simulators.wire import BadRequestError, Route

CHUNK_SECONDS = 0.1
# A second of speech costs the model so many tokens, heard and spoken.
HEARD_TOKENS, SPOKEN_TOKENS = 10, 20
_RATES = {"audio/pcm": 24000, "pcm16": 24000, "audio/pcmu": 8000, "g711_ulaw": 8000}


class Session:
    """One connection without its socket: messages in; messages out, each after so many seconds."""

    def __init__(
        self, model: str, name: str, words: Words, asked: Behaviour, put: Callable[[Json, float], None]
    ) -> None:
        self._words = words
        self._asked = asked
        self._put = put
        self._name = name
        self._count = 0
        self._session = words.session(model, name)
        self._script = Script(asked.transcript)
        self._conversation: list[Json] = []
        self._hearing: Hearing | None = None
        self._item = ""
        self._frames = Frames(24000)
        self._heard_seconds = 0.0
        self._buffered = 0.0
        self.responding: Json | None = None
        """The answer that is being sent."""

    def created(self) -> None:
        """Greet a new connection."""
        self._send({"type": "session.created", "session": self._session})

    def take(self, message: Json) -> None:
        """Act on a message of the client."""
        kind = str(message.get("type"))
        act = getattr(self, "_on_" + kind.replace(".", "_"), None)
        if act is None:
            self._error(message, "invalid_value", f"Invalid value: '{kind}'.")
        else:
            act(message)

    def _send(self, message: Json, after: float = 0.0) -> None:
        self._count += 1
        self._put({"type": message["type"], "event_id": f"event_{self._name[:12]}{self._count:04}", **message}, after)

    def _error(self, message: Json, code: str, said: str) -> None:
        error = {"type": "invalid_request_error", "code": code, "message": said, "event_id": message.get("event_id")}
        self._send({"type": "error", "error": error})

    def _id(self, kind: str) -> str:
        self._count += 1
        return f"{kind}_{self._name[:16]}{self._count:04}"

    # -- the session -----------------------------------------------------------------------------------

    def _on_session_update(self, message: Json) -> None:
        self._session = merged(self._session, message.get("session") or {})
        self._frames = Frames(self._rate)
        self._send({"type": "session.updated", "session": self._session})

    _on_transcription_session_update = _on_session_update

    @property
    def _rate(self) -> int:
        given = self._words.heard(self._session)["format"]["type"]
        if given not in _RATES:
            raise BadRequestError(f"the simulator does not decode {given}")
        return _RATES[given]

    @property
    def _detection(self) -> Json:
        return self._words.heard(self._session)["turn_detection"] or {}

    # -- the user --------------------------------------------------------------------------------------

    def _on_input_audio_buffer_append(self, message: Json) -> None:
        data = base64.b64decode(message["audio"])
        pcm = decode_mulaw(data) if self._rate == 8000 else data
        self._buffered += len(pcm) / 2 / self._rate
        for frame in self._frames.feed(pcm):
            self._frame(frame)

    def _frame(self, frame: Frame) -> None:
        detection = self._detection
        if not detection:
            return
        if frame.voiced:
            self._voice(frame, detection)
        elif self._hearing is not None:
            silence = detection.get("silence_duration_ms", 500)
            if frame.end - self._hearing.end >= silence / 1000:
                self._silence(frame, detection)

    def _voice(self, frame: Frame, detection: Json) -> None:
        if self._hearing is None:
            self._hearing = Hearing(self._rate, frame.start, self._script.take())
            self._item = self._id("item")
            if self.responding is not None and detection.get("interrupt_response", True):
                self.cancel("turn_detected")
            start = max(0, round(frame.start * 1000) - detection.get("prefix_padding_ms", 300))
            self._send({"type": "input_audio_buffer.speech_started", "audio_start_ms": start, "item_id": self._item})
        self._hearing.listen(frame)

    def _silence(self, frame: Frame, detection: Json) -> None:
        assert self._hearing is not None
        end = round(frame.end * 1000)
        self._send({"type": "input_audio_buffer.speech_stopped", "audio_end_ms": end, "item_id": self._item})
        text = " ".join(word.text for word in self._hearing.remaining_words())
        self._heard_seconds, self._hearing = frame.end - self._hearing.start, None
        self._commit(text)
        if detection.get("create_response", True):
            self._respond({})

    def _on_input_audio_buffer_commit(self, message: Json) -> None:
        if not self._buffered:
            said = "Error committing input audio buffer: the buffer is empty."
            self._error(message, "input_audio_buffer_commit_empty", said)
            return
        self._item = self._id("item")
        self._heard_seconds = self._buffered
        self._commit(self._script.take() or f"Speech of {self._buffered:.1f} seconds.")

    def _on_input_audio_buffer_clear(self, message: Json) -> None:
        self._hearing, self._buffered = None, 0.0
        self._send({"type": "input_audio_buffer.cleared"})

    def _commit(self, text: str) -> None:
        self._buffered = 0.0
        self._conversation.append({"role": "user", "content": text})
        item = {"id": self._item, "type": "message", "role": "user", "content": [{"type": "input_audio"}]}
        self._send({"type": "input_audio_buffer.committed", "item_id": self._item, "previous_item_id": None})
        self._send({"type": self._words.added, "item": item, "previous_item_id": None})
        if self._words.heard(self._session)["transcription"]:
            self._transcribe(text)

    def _transcribe(self, text: str) -> None:
        about = {"item_id": self._item, "content_index": 0}
        kind = "conversation.item.input_audio_transcription"
        if not text:
            error = {"type": "transcription_error", "code": "audio_unintelligible", "message": "The audio is empty."}
            self._send({"type": f"{kind}.failed", **about, "error": error})
            return
        for part in parts_of(text, 2):
            self._send({"type": f"{kind}.delta", **about, "delta": part})
        heard = max(1, round(self._heard_seconds * HEARD_TOKENS))
        usage = {"type": "tokens", "input_tokens": heard, "output_tokens": count_tokens(text)}
        usage["total_tokens"] = heard + count_tokens(text)
        self._send({"type": f"{kind}.completed", **about, "transcript": text, "usage": usage})

    # -- the model -------------------------------------------------------------------------------------

    def _on_conversation_item_create(self, message: Json) -> None:
        item = {"id": self._id("item"), **(message.get("item") or {})}
        if item.get("type") == "function_call_output":
            self._conversation.append({"role": "tool", "content": item.get("output") or ""})
        else:
            said = " ".join(part.get("text") or "" for part in item.get("content") or [])
            self._conversation.append({"role": item.get("role", "user"), "content": said})
        self._send({"type": self._words.added, "item": item, "previous_item_id": None})

    def _on_conversation_item_truncate(self, message: Json) -> None:
        kept = {key: message.get(key) for key in ("item_id", "content_index", "audio_end_ms")}
        self._send({"type": "conversation.item.truncated", **kept})

    def _on_response_create(self, message: Json) -> None:
        if self.responding is not None:
            said = "Conversation already has an active response in progress."
            self._error(message, "conversation_already_has_active_response", said)
        elif self._asked.fail is not None:
            self._respond(message.get("response") or {}, failing=True)
        else:
            self._respond(message.get("response") or {})

    def _on_response_cancel(self, message: Json) -> None:
        if self.responding is None:
            self._error(message, "response_cancel_not_active", "Cancellation failed: no active response found.")
        else:
            self.cancel("client_cancelled")

    def cancel(self, reason: str) -> None:
        """Stop the answer that is being sent."""

    def _respond(self, given: Json, failing: bool = False) -> None:
        response: Json = {"id": self._id("resp"), "object": "realtime.response", "output": [], "status_details": None}
        session = merged(self._session, given)
        self.responding = response
        self._send({"type": "response.created", "response": {**response, "status": "in_progress", "usage": None}})
        if failing:
            error = {"type": "server_error", "code": "server_error", "message": "The server had an error."}
            self._done({**response, "status": "failed", "status_details": {"type": "failed", "error": error}})
            return
        said = answer(self._asked, self._conversation, session.get("tools") or [])
        if said.tool:
            call = {"call_id": self._id("call"), "name": said.tool.name, "arguments": said.tool.arguments}
            self._finish(response, {"id": self._id("item"), "type": "function_call", **call}, said.tool.arguments, 0.0)
            return
        item = {"id": self._id("item"), "type": "message", "role": "assistant"}
        audible = "audio" in self._words.modalities(session)
        steps = list(self._spoken(said.text) if audible else self._written(said.text))
        about = {"response_id": response["id"], "item_id": item["id"], "output_index": 0, "content_index": 0}
        self._send(
            {"type": "response.output_item.added", "response_id": response["id"], "output_index": 0, "item": item}
        )
        for index, (kind, delta) in enumerate(steps):
            self._send({"type": f"{kind}.delta", **about, "delta": delta}, self._at(index // 2 if audible else index))
        part = {"type": "audio", "transcript": said.text} if audible else {"type": "text", "text": said.text}
        last = len(steps) // 2 if audible else len(steps)
        self._conversation.append({"role": "assistant", "content": said.text})
        self._finish(response, {**item, "content": [part]}, said.text, self._at(last), audible)

    def _at(self, index: int) -> float:
        return self._asked.first + index * self._asked.interval

    def _spoken(self, text: str) -> Iterator[tuple[str, str]]:
        rate = self._rate
        sound = synthesize(text, rate)
        sound = encode_mulaw(sound) if rate == 8000 else sound
        width = 1 if rate == 8000 else 2
        size = int(rate * CHUNK_SECONDS) * width
        chunks = wire.pieces(sound, self._asked.chunks, size)
        for word, chunk in zip(parts_of(text, len(chunks)), chunks, strict=True):
            yield self._words.audio, base64.b64encode(chunk).decode()
            yield self._words.transcript, word

    def _written(self, text: str) -> Iterator[tuple[str, str]]:
        for part in parts_of(text, self._asked.chunks):
            yield self._words.text, part

    def _finish(self, response: Json, item: Json, text: str, after: float, audible: bool = False) -> None:
        heard, words = round(self._heard_seconds * HEARD_TOKENS), max(1, count_tokens(text))
        spoken = round(len(text) / 16 * SPOKEN_TOKENS) if audible else 0
        prompt = sum(count_tokens(said["content"]) for said in self._conversation)
        usage = {
            "total_tokens": prompt + heard + words + spoken,
            "input_tokens": prompt + heard,
            "output_tokens": words + spoken,
            "input_token_details": {"cached_tokens": 0, "text_tokens": prompt, "audio_tokens": heard},
            "output_token_details": {"text_tokens": words, "audio_tokens": spoken},
        }
        self._done({**response, "status": "completed", "output": [item], "usage": usage}, after)

    def _done(self, response: Json, after: float = 0.0) -> None:
        self._send({"type": "response.done", "response": response}, after)


class _Live(Session):
    """The same on its socket, where an answer that is being sent can be stopped."""

    def __init__(self, model: str, name: str, words: Words, asked: Behaviour, outbox: Outbox) -> None:
        self._outbox = outbox
        super().__init__(model, name, words, asked, self._queue)

    def _queue(self, message: Json, after: float) -> None:
        self._outbox.put(message, after)
        if message["type"] == "response.done":
            self._outbox.then(self._over)

    def _over(self) -> None:
        self.responding = None

    def cancel(self, reason: str) -> None:
        response, self.responding = self.responding, None
        self._outbox.clear()
        details = {"type": "cancelled", "reason": reason}
        self._done({**(response or {}), "status": "cancelled", "status_details": details, "usage": None})


async def realtime(request: web.Request, asked: Behaviour) -> web.StreamResponse:
    """GET /v1/realtime, upgraded to a websocket."""
    model = request.query.get("model") or request.query.get("deployment")
    if not model:
        raise BadRequestError("you must provide a model parameter")
    name = await wire.request_digest(request)
    words = BETA if "realtime=v1" in request.headers.get("openai-beta", "") else GENERAL
    socket = websocket()
    socket.headers["x-request-id"] = f"req_{name[:32]}"
    await socket.prepare(request)
    outbox = Outbox(request, socket, asked)
    session = _Live(model, name, words, asked, outbox)
    session.created()
    async for message in messages(socket):
        session.take(decoded(message if isinstance(message, str) else message.decode()))
    await outbox.close()
    return socket


ROUTES = tuple(
    Route("GET", path, realtime, OPENAI) for path in ("/v1/realtime", "/openai/realtime", "/openai/v1/realtime")
)
