"""Conversations with ElevenLabs Agents over the real SDK, in both colours, against the simulators."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import quote

from elevenlabs.conversational_ai.conversation import (
    AsyncAudioInterface,
    AsyncConversation,
    AudioInterface,
    ClientTools,
    Conversation,
    ConversationInitiationData,
)

from otel_voice.observation import clock
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.contract.exercises import settled
from tests.contract.exercises.elevenlabs import client
from tests.contract.matrix import TIMEOUT, until

RATE = 16000
QUIET = bytes(RATE * 2)
"""One second without a voice."""
SPEECH = synthesize("I would like a table.", RATE)
AGENT = "agent_7"
CAN_WRITE = inspect.signature(Conversation).parameters["audio_interface"].default is None
"""Whether this version can do without audio."""


class _Line:
    """What a telephone line is to a conversation."""

    def __init__(self) -> None:
        self.speak: Any = None
        self.sounds: list[tuple[int, int]] = []
        """Bytes of what is to be played, and when it came."""
        self.interruptions = 0

    def begin(self, speak: Any) -> None:
        self.speak = speak

    def play(self, audio: bytes) -> None:
        self.sounds.append((len(audio), clock.now()))

    def hush(self) -> None:
        self.interruptions += 1


class _Audio(_Line, AudioInterface):
    def start(self, input_callback: Any) -> None:
        self.begin(input_callback)

    def stop(self) -> None:
        pass

    def output(self, audio: bytes) -> None:
        self.play(audio)

    def interrupt(self) -> None:
        self.hush()


class _AsyncAudio(_Line, AsyncAudioInterface):
    async def start(self, input_callback: Any) -> None:
        self.begin(input_callback)

    async def stop(self) -> None:
        pass

    async def output(self, audio: bytes) -> None:
        self.play(audio)

    async def interrupt(self) -> None:
        self.hush()


class Talk:
    """A conversation of either colour."""

    def __init__(self, colour: str, base: str, written: bool = False, **override: Any) -> None:
        self.colour = colour
        self.line: Any = _AsyncAudio() if colour else _Audio()
        self.told: list[str] = []
        """What the callbacks were called with."""
        self.latencies: list[int] = []
        self.tools = ClientTools()
        self.tools.register("book_appointment", lambda asked: "booked")
        config = ConversationInitiationData(conversation_config_override=override)
        kind = AsyncConversation if colour else Conversation
        hear = self._hear if colour else self.told.append
        self.conversation = kind(
            client(colour, base, TIMEOUT),
            AGENT,
            requires_auth=False,
            audio_interface=None if written else self.line,
            config=config,
            client_tools=self.tools,
            callback_agent_response=hear,
            callback_user_transcript=hear,
            callback_latency_measurement=self._measure if colour else self.latencies.append,
        )

    async def _hear(self, text: str) -> None:
        self.told.append(text)

    async def _measure(self, milliseconds: int) -> None:
        self.latencies.append(milliseconds)

    async def says(self, audio: bytes = SPEECH + QUIET) -> None:
        """Audio as a microphone gives it, in pieces of 20 ms."""
        await until(lambda: self.line.speak, "the conversation has begun")
        for at in range(0, len(audio), RATE // 25):
            await settled(self.line.speak(audio[at : at + RATE // 25]))
            await asyncio.sleep(0)

    async def hears(self, times: int = 1) -> tuple[int, int]:
        """The size of a sound of the agent, and when it came."""
        await until(lambda: len(self.line.sounds) >= times, "the agent is heard")
        sound: tuple[int, int] = self.line.sounds[times - 1]
        return sound

    async def over(self) -> None:
        """The conversation has ended."""
        if self.colour:
            await self.conversation.wait_for_session_end()
        else:
            await asyncio.to_thread(self.conversation.wait_for_session_end)


@asynccontextmanager
async def talking(
    colour: str, simulators: Simulators, directives: str = "", written: bool = False, **override: Any
) -> AsyncIterator[Talk]:
    """A conversation that has begun."""
    talk = Talk(colour, simulators.simulate(quote(directives, safe="=,")), written, **override)
    await settled(talk.conversation.start_session())
    try:
        yield talk
    finally:
        await settled(talk.conversation.end_session())
        await talk.over()
