"""A LiveKit session without a room: a microphone that plays a recording, and a loudspeaker that keeps time."""

from __future__ import annotations

import asyncio
import inspect
import time
from contextlib import AsyncExitStack
from typing import Any
from urllib.parse import quote

from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice import io
from livekit.plugins import cartesia, deepgram, openai

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators

RATE = 16000
FRAME = RATE // 50


class Microphone(io.AudioInput):  # type: ignore[misc]
    """Plays what the user says in real time, then silence."""

    def __init__(self) -> None:
        super().__init__(label="microphone")
        self._audio = b""
        self._next = 0.0
        self.silent_ns = 0
        """When the last voiced frame of what was said had been spoken."""

    def say(self, text: str) -> None:
        self._audio = synthesize(text, RATE)

    async def __anext__(self) -> rtc.AudioFrame:
        now = time.monotonic()
        self._next = max(self._next + 0.02, now)
        await asyncio.sleep(self._next - now)
        piece, self._audio = self._audio[: FRAME * 2], self._audio[FRAME * 2 :]
        if any(piece):
            self.silent_ns = time.perf_counter_ns() + 20_000_000
        return rtc.AudioFrame(piece.ljust(FRAME * 2, b"\0"), RATE, 1, FRAME)


class Loudspeaker(io.AudioOutput):  # type: ignore[misc]
    """Plays in real time, and can be silenced."""

    def __init__(self) -> None:
        super().__init__(label="loudspeaker", capabilities=io.AudioOutputCapabilities(pause=False), sample_rate=24000)
        self._started: float | None = None
        self._seconds = 0.0
        self._end: asyncio.TimerHandle | None = None
        self.heard_ns: list[int] = []
        """When each answer began to be heard."""
        self.played = asyncio.Event()

    async def capture_frame(self, frame: rtc.AudioFrame) -> None:
        await super().capture_frame(frame)
        if self._started is None:
            self._started = time.time()
            self.heard_ns.append(time.perf_counter_ns())
            self.on_playback_started(created_at=self._started)
        self._seconds += frame.duration

    def flush(self) -> None:
        super().flush()
        if self._started is not None:
            left = max(self._started + self._seconds - time.time(), 0)
            self._end = asyncio.get_running_loop().call_later(left, self._finish, False)

    def clear_buffer(self) -> None:
        if self._started is not None:
            self._finish(True)

    def _finish(self, interrupted: bool) -> None:
        if self._end is not None:
            self._end.cancel()
        played, self._started, self._end = time.time() - (self._started or 0), None, None
        self.on_playback_finished(playback_position=min(played, self._seconds), interrupted=interrupted)
        self._seconds = 0.0
        self.played.set()


class Caller:
    """Somebody who talks with an agent of Deepgram, OpenAI and Cartesia."""

    def __init__(self, simulators: Simulators, transcript: str, reply: str, model: str = "gpt-4o-mini") -> None:
        self._simulators, self._transcript, self._reply, self._model = simulators, transcript, reply, model
        self._stack = AsyncExitStack()
        self.microphone, self.loudspeaker = Microphone(), Loudspeaker()

    def _base(self, directives: str) -> str:
        return self._simulators.simulate(quote(directives, safe="=,|"))

    async def __aenter__(self) -> Caller:
        from aiohttp import ClientSession

        http = await self._stack.enter_async_context(ClientSession())
        listening: Any = deepgram.STT(
            base_url=f"{self._base(f'first=0,transcript={self._transcript}')}/v1/listen", api_key="k", http_session=http
        )
        thinking: Any = openai.LLM(
            base_url=f"{self._base(f'first=0.1,reply={self._reply}')}/v1", api_key="k", model=self._model
        )
        speech = self._base("first=0.1").replace("127.0.0.1", "localhost")
        speaking: Any = cartesia.TTS(base_url=speech, api_key="k", http_session=http)
        options: dict[str, Any] = {"turn_detection": "stt"}
        if "aec_warmup_duration" in inspect.signature(AgentSession).parameters:
            # LiveKit does not listen in the first seconds of an answer, until an echo would be cancelled.
            options["aec_warmup_duration"] = None
        self.session = AgentSession(stt=listening, llm=thinking, tts=speaking, **options)
        self.session.input.audio, self.session.output.audio = self.microphone, self.loudspeaker
        await self.session.start(Agent(instructions="Be polite."))
        return self

    async def __aexit__(self, *error: Any) -> None:
        await self.session.aclose()
        await self._stack.aclose()

    async def says(self, text: str) -> None:
        """Say something, and listen to the whole answer, or to what is left of it."""
        self.loudspeaker.played.clear()
        self.microphone.say(text)
        await self.loudspeaker.played.wait()
