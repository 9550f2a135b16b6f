"""The three services of one call, each as well or as badly as its directives say: see otel_voice/simulators."""

import asyncio
import os
import time
import wave
from contextlib import aclosing
from functools import cache
from pathlib import Path
from urllib.parse import quote

from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs.client import AsyncElevenLabs
from openai import AsyncOpenAI

CALLER = Path(__file__).parents[1] / "caller.wav"
# A piece of the recording that is no utterance the recogniser knows: the directives say which words it is.
SPEECH_BEGINS, SPEECH_SECONDS, SILENCE_SECONDS = 3.0, 0.8, 0.5
FRAME_SECONDS = 0.02
RATE = 16000
VOICE = "JBFqnCBsd6RMkjVDRZzb"
WORDS = "I would like to move my appointment"
REPLY = "All right, it is moved to Monday."


def behaving(url, directives):
    """The URL of a simulated service that does as it is told."""
    pairs = ",".join(f"{name}={quote(str(value))}" for name, value in directives)
    return f"{url.rstrip('/')}/simulate/{pairs}" if pairs else url


@cache
def deepgram(directives):
    url = behaving(os.environ["DEEPGRAM_BASE_URL"], directives)
    socket = url.replace("http", "ws", 1)
    environment = DeepgramClientEnvironment(base=url, production=socket, agent=socket, agent_rest=url)
    return AsyncDeepgramClient(api_key=os.environ["DEEPGRAM_API_KEY"], environment=environment)


@cache
def openai(directives, retries):
    url = behaving(os.environ["OPENAI_BASE_URL"].removesuffix("/v1"), directives)
    return AsyncOpenAI(base_url=f"{url}/v1", max_retries=retries)


@cache
def elevenlabs(directives):
    url = behaving(os.environ["ELEVENLABS_BASE_URL"], directives)
    return AsyncElevenLabs(api_key=os.environ["ELEVENLABS_API_KEY"], base_url=url)


@cache
def caller_frames():
    """What the caller says, and the silence after it, in frames of 20 ms."""
    with wave.open(str(CALLER)) as file:
        file.setpos(int(SPEECH_BEGINS * RATE))
        sound = file.readframes(int(SPEECH_SECONDS * RATE)) + bytes(2 * int(SILENCE_SECONDS * RATE))
    size = 2 * int(FRAME_SECONDS * RATE)
    return [sound[at : at + size] for at in range(0, len(sound), size)]


def prepare():
    """Load what the SDKs load at their first use, before there is a caller who would wait for it."""
    _ = deepgram(()).listen.v1, openai((), 0).chat.completions, elevenlabs(()).text_to_speech


class Telephone:
    """Hears with Deepgram, thinks with OpenAI, speaks with ElevenLabs."""

    def __init__(self, hearing=None, thinking=None, speaking=None, language="en", model="gpt-4o-mini", retries=0):
        self.hearing = {"first": 0.1, **(hearing or {})}
        self.thinking = {"first": 0.2, "interval": 0.01, "reply": REPLY, **(thinking or {})}
        self.speaking = {"first": 0.15, "interval": 0.02, **(speaking or {})}
        self.language = language
        self.model = model
        self.retries = retries

    async def answer(self, words=WORDS):
        """One turn: the caller speaks, and is answered."""
        await self.say(await self.think(await self.hear(words)))

    async def hear(self, words=WORDS):
        client = deepgram(tuple({"transcript": words, **self.hearing}.items()))
        options = {"model": "nova-3", "language": self.language, "encoding": "linear16", "sample_rate": str(RATE)}
        detection = {"interim_results": "true", "vad_events": "true", "endpointing": "300"}
        heard = []
        async with client.listen.v1.connect(**options, **detection) as line:
            sending = asyncio.create_task(self._speak_into(line))
            async for message in line:
                if getattr(message, "type", None) == "Results" and message.is_final:
                    heard.append(message.channel.alternatives[0].transcript)
            await sending
        return " ".join(filter(None, heard))

    async def _speak_into(self, line):
        for frame in caller_frames():
            await line.send_media(frame)
            await asyncio.sleep(FRAME_SECONDS)
        await line.send_close_stream()

    async def think(self, text):
        client = openai(tuple(self.thinking.items()), self.retries)
        answer = ""
        async with await client.chat.completions.create(
            model=self.model,
            messages=[{"role": "user", "content": text}],
            stream=True,
            stream_options={"include_usage": True},
        ) as stream:
            async for chunk in stream:
                answer += "".join(choice.delta.content or "" for choice in chunk.choices)
        return answer

    async def say(self, text, at_most=None):
        """Speak until it was heard; no more than so many pieces of sound, where somebody talks over it."""
        client = elevenlabs(tuple(self.speaking.items()))
        speech = client.text_to_speech.stream(VOICE, text=text, model_id="eleven_flash_v2_5", output_format="pcm_16000")
        pieces, played_until = 0, 0.0
        async with aclosing(speech) as sound:
            async for piece in sound:
                played_until = max(played_until, time.monotonic()) + len(piece) / 2 / RATE
                pieces += 1
                if pieces == at_most:
                    return
        await asyncio.sleep(max(0.0, played_until - time.monotonic()))
