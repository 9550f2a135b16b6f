"""Amazon Nova Sonic on Bedrock: one model that listens and speaks, over signed event streams of HTTP/2.

Whole answers come at once, so that one is cut short when the user begins to speak before it would have been heard.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from otel_voice.simulators import wire
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.aws_errors import event, exception
from otel_voice.simulators.aws_streams import Headers, Service
from otel_voice.simulators.behaviour import Behaviour
from otel_voice.simulators.ear import Ear
from otel_voice.simulators.hearing import Script
from otel_voice.simulators.language import answer, count_tokens
from otel_voice.simulators.wire import digest, uuid_of

SILENCE_SECONDS = 0.5
SPEECH_TOKENS_PER_SECOND = 25
CHUNK_BYTES = 1920
INTERRUPTED = '{ "interrupted" : true }'
BROKEN = exception("modelStreamErrorException", "It cannot go on.")
MALFORMED = event("chunk", {"bytes": ""})[:-4] + b"\0\0\0\0"
Json = dict[str, Any]


class NovaSonic(Service):
    """The server as a context manager; `certificate` and `key` are files."""

    refusals: Mapping[int, tuple[int, str]] = {
        401: (403, "AccessDeniedException"),
        429: (429, "ThrottlingException"),
        500: (500, "InternalServerException"),
        503: (503, "ServiceUnavailableException"),
    }

    def said(self, headers: Headers, number: int) -> list[tuple[str, str]]:
        name = uuid_of(digest(headers[":path"], str(number)))
        return [("x-amzn-requestid", name), ("content-type", "application/vnd.amazon.eventstream")]

    def begin(self, headers: Headers, asked: Behaviour) -> _Stream:
        return _Stream(asked)


class _Stream:
    """One stream without its connection: events of the client in, messages out; None where it is to be cut."""

    def __init__(self, asked: Behaviour) -> None:
        self._asked = asked
        self._session = _Session(asked)
        self._told = 0

    def take(self, payloads: Iterator[bytes], *, ended: bool) -> Iterator[bytes | None]:
        """Hear more of the stream, or its end."""
        for payload in payloads:
            given = json.loads(base64.b64decode(json.loads(payload)["bytes"]))["event"]
            for told in self._session.take(given):
                yield from self._send(told)

    def _send(self, told: Json) -> Iterator[bytes | None]:
        said = base64.b64encode(json.dumps({"event": told}, sort_keys=True).encode()).decode()
        if self._told == self._asked.drop_after:
            yield None
        elif self._told == self._asked.error_after:
            yield BROKEN
        elif self._told == self._asked.malformed_after:
            yield MALFORMED
        else:
            yield event("chunk", {"bytes": said})
        self._told += 1


class _Session:
    """What is said on one stream, as the events of either side."""

    def __init__(self, asked: Behaviour) -> None:
        self._asked = asked
        self._prompt: Json = {}
        self._ear: Ear | None = None
        self._conversation: list[Json] = []
        self._contents: dict[str, Json] = {}
        self._about: Json = {}
        self._number = 0
        self._heard_seconds = 0.0
        self._used = {"input": {"speechTokens": 0, "textTokens": 0}, "output": {"speechTokens": 0, "textTokens": 0}}
        self._speaks_until = 0.0
        """Where in the user's audio the answer ends, if both are heard at once."""

    def take(self, given: Json) -> Iterator[Json]:
        """Act on an event of the client."""
        ((kind, content),) = given.items()
        handler: Callable[[Json], Iterator[Json]] | None = getattr(self, f"_on_{kind}", None)
        if handler is not None:
            yield from handler(content)

    def _on_promptStart(self, given: Json) -> Iterator[Json]:  # noqa: N802 - the service's names
        self._prompt = given
        name = wire.digest(given["promptName"])
        ids = {"sessionId": uuid_of(name), "completionId": uuid_of(name[::-1])}
        self._about = {**ids, "promptName": given["promptName"]}
        yield {"completionStart": self._about}

    def _on_contentStart(self, given: Json) -> Iterator[Json]:  # noqa: N802
        self._contents[given["contentName"]] = given
        audio = given.get("audioInputConfiguration")
        if audio is not None:
            query = {"encoding": "linear16", "sample_rate": str(audio["sampleRateHertz"])}
            self._ear = Ear(query, Script(self._asked.transcript), SILENCE_SECONDS)
        yield from ()

    def _on_textInput(self, given: Json) -> Iterator[Json]:  # noqa: N802
        content = self._contents[given["contentName"]]
        self._conversation.append({"role": content["role"].lower(), "content": given["content"]})
        if content["role"] == "USER" and content.get("interactive"):
            yield from self._respond()

    def _on_toolResult(self, given: Json) -> Iterator[Json]:  # noqa: N802
        self._conversation.append({"role": "tool", "content": given["content"]})
        yield from self._respond()

    def _on_audioInput(self, given: Json) -> Iterator[Json]:  # noqa: N802
        assert self._ear is not None, "audio before its content was started"
        for moment in self._ear.feed(base64.b64decode(given["content"])):
            if moment.kind == "start" and moment.now < self._speaks_until:
                self._speaks_until = 0.0
                yield from self._text("ASSISTANT", "FINAL", INTERRUPTED, "INTERRUPTED")
            elif moment.kind == "end":
                self._conversation.append({"role": "user", "content": moment.text})
                yield self._usage(round(self._listened() * SPEECH_TOKENS_PER_SECOND), 0, 0, 0)
                yield from self._text("USER", "FINAL", moment.text, "PARTIAL_TURN")
                yield from self._respond()

    def _on_promptEnd(self, given: Json) -> Iterator[Json]:  # noqa: N802
        yield {"completionEnd": {**self._about, "stopReason": "END_TURN"}}

    def _respond(self) -> Iterator[Json]:
        said = answer(self._asked, self._conversation, self._tools())
        written = sum(count_tokens(each["content"]) for each in self._conversation)
        if said.tool:
            use = {"toolUseId": uuid_of(digest(str(self._number))), "toolName": said.tool.name}
            yield self._usage(0, written, 0, count_tokens(said.tool.arguments))
            yield from self._content(
                "TOOL", "TOOL", {}, "toolUse", [{**use, "content": said.tool.arguments}], "TOOL_USE"
            )
            return
        self._conversation.append({"role": "assistant", "content": said.text})
        yield from self._text("ASSISTANT", "SPECULATIVE", said.text, "PARTIAL_TURN")
        audio = self._prompt["audioOutputConfiguration"]
        sound = synthesize(said.text, audio["sampleRateHertz"])
        chunks = [{"content": base64.b64encode(each).decode()} for each in _cut(sound)]
        yield from self._content(
            "AUDIO", "ASSISTANT", {"audioOutputConfiguration": audio}, "audioOutput", chunks, "END_TURN"
        )
        seconds = len(sound) / 2 / audio["sampleRateHertz"]
        yield self._usage(0, written, round(seconds * SPEECH_TOKENS_PER_SECOND), count_tokens(said.text))
        yield from self._text("ASSISTANT", "FINAL", said.text, "END_TURN")
        self._speaks_until = (self._ear.now if self._ear else 0.0) + seconds

    def _tools(self) -> list[Json]:
        tools = (self._prompt.get("toolConfiguration") or {}).get("tools") or ()
        specified = (tool["toolSpec"] for tool in tools)
        return [{**each, "parameters": json.loads(each["inputSchema"]["json"])} for each in specified]

    def _text(self, role: str, stage: str, text: str, reason: str) -> Iterator[Json]:
        about = {"additionalModelFields": json.dumps({"generationStage": stage})}
        yield from self._content("TEXT", role, about, "textOutput", [{"content": text, "role": role}], reason)

    def _content(self, type: str, role: str, about: Json, kind: str, parts: list[Json], reason: str) -> Iterator[Json]:
        self._number += 1
        named = {**self._about, "contentId": uuid_of(digest(str(self._number)))}
        yield {"contentStart": {**named, **about, "type": type, "role": role}}
        for part in parts:
            yield {kind: {**named, **part}}
        yield {"contentEnd": {**named, "type": type, "stopReason": reason}}

    def _listened(self) -> float:
        assert self._ear is not None
        seconds, self._heard_seconds = self._ear.seconds - self._heard_seconds, self._ear.seconds
        return seconds

    def _usage(self, heard: int, read: int, spoken: int, written: int) -> Json:
        delta = {
            "input": {"speechTokens": heard, "textTokens": read},
            "output": {"speechTokens": spoken, "textTokens": written},
        }
        for way, told in delta.items():
            for tokens, count in told.items():
                self._used[way][tokens] += count
        total = {way: dict(told) for way, told in self._used.items()}
        sums = {way: sum(told.values()) for way, told in total.items()}
        counted = {"totalInputTokens": sums["input"], "totalOutputTokens": sums["output"]}
        return {"usageEvent": {**self._about, **counted, "details": {"delta": delta, "total": total}}}


def _cut(sound: bytes) -> list[bytes]:
    return [sound[at : at + CHUNK_BYTES] for at in range(0, len(sound), CHUNK_BYTES)]
