"""A LiveKit agent on the telephone: Deepgram hears, OpenAI thinks, Cartesia speaks. Nothing in it knows that it may be
observed: `opentelemetry-instrument python examples/livekit_agent.py` is all it takes, with LiveKit Agents 1.8.

The caller is a WAV file that is streamed at the pace of a real call, and the loudspeaker is a clock that takes as long
as the audio lasts. In their place an agent has a room, and a worker that starts a session for each caller.
"""

import asyncio
import logging
import os
import sys
import time
import wave
from pathlib import Path

import aiohttp
from livekit import rtc
from livekit.agents import Agent, AgentSession
from livekit.agents.voice import io
from livekit.plugins import cartesia, deepgram, openai

log = logging.getLogger("agent")

CALLER = Path(__file__).with_name("caller.wav")
FRAME_SECONDS = 0.02
SPEECH_RATE = 24000
GREETING = "Northwind Telecom, hello."
PROMPT = "You answer the telephone of Northwind Telecom. Be brief, and send an engineer when the line is faulty."


def services(http):
    """What hears, thinks and speaks; at other addresses than the providers' when the environment names them."""
    hearing = os.environ.get("DEEPGRAM_BASE_URL", "https://api.deepgram.com")
    speech = os.environ.get("CARTESIA_BASE_URL", "https://api.cartesia.ai")
    return {
        "stt": deepgram.STT(base_url=f"{hearing}/v1/listen", http_session=http),
        "llm": openai.LLM(model="gpt-4o-mini", base_url=os.environ.get("OPENAI_BASE_URL", "https://api.openai.com/v1")),
        "tts": cartesia.TTS(base_url=speech, http_session=http),
    }


class Caller(io.AudioInput):
    """The caller's voice in frames of 20 ms, each at the moment it would arrive, and silence until they hang up."""

    def __init__(self, path, silence=4.0):
        super().__init__(label="caller")
        with wave.open(str(path)) as file:
            self.rate = file.getframerate()
            self.audio = file.readframes(file.getnframes())
        self.size = int(self.rate * FRAME_SECONDS)
        self.due = None
        self.left = silence
        self.hung_up = asyncio.Event()

    async def __anext__(self):
        now = time.monotonic()
        self.due = now if self.due is None else self.due + FRAME_SECONDS
        await asyncio.sleep(max(0.0, self.due - now))
        piece, self.audio = self.audio[: self.size * 2], self.audio[self.size * 2 :]
        if not piece:
            self.left -= FRAME_SECONDS
        if self.left <= 0:
            self.hung_up.set()
        return rtc.AudioFrame(piece.ljust(self.size * 2, b"\0"), self.rate, 1, self.size)


class Loudspeaker(io.AudioOutput):
    """Plays audio by letting the time pass that it lasts, and can be silenced."""

    def __init__(self):
        capabilities = io.AudioOutputCapabilities(pause=False)
        super().__init__(label="loudspeaker", capabilities=capabilities, sample_rate=SPEECH_RATE)
        self.started = None
        self.seconds = 0.0
        self.end = None

    async def capture_frame(self, frame):
        await super().capture_frame(frame)
        if self.started is None:
            self.started = time.time()
            self.on_playback_started(created_at=self.started)
        self.seconds += frame.duration

    def flush(self):
        super().flush()
        if self.started is not None:
            left = max(0.0, self.started + self.seconds - time.time())
            self.end = asyncio.get_running_loop().call_later(left, self.finish, False)

    def clear_buffer(self):
        if self.started is not None:
            self.finish(True)

    def finish(self, interrupted):
        if self.end is not None:
            self.end.cancel()
        played = min(time.time() - self.started, self.seconds)
        self.started, self.seconds, self.end = None, 0.0, None
        self.on_playback_finished(playback_position=played, interrupted=interrupted)


async def take_call(path):
    """Greet the caller, and answer what they say until they hang up."""
    caller = Caller(path)
    async with aiohttp.ClientSession() as http:
        session = AgentSession(**services(http), turn_handling={"turn_detection": "stt"})
        session.input.audio, session.output.audio = caller, Loudspeaker()

        @session.on("conversation_item_added")
        def said(event):
            if getattr(event.item, "role", None) in ("user", "assistant"):
                log.info("%s: %s", {"user": "caller", "assistant": "agent"}[event.item.role], event.item.text_content)

        await session.start(Agent(instructions=PROMPT))
        session.say(GREETING)
        await caller.hung_up.wait()
        await session.aclose()
    log.info("call ended")


def main():
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)-7s %(message)s")
    log.setLevel(logging.INFO)
    asyncio.run(take_call(Path(sys.argv[1]) if len(sys.argv) > 1 else CALLER))


if __name__ == "__main__":
    main()
