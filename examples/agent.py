"""A telephone assistant: Deepgram hears, OpenAI thinks, ElevenLabs speaks.

The caller is a WAV file that is streamed at the pace of a real call, and the loudspeaker is a clock that
takes as long as the audio lasts. Nothing in this program knows that it might be observed.
"""

import asyncio
import json
import logging
import os
import re
import sys
import time
import wave
from contextlib import aclosing
from pathlib import Path

from deepgram import AsyncDeepgramClient
from deepgram.environment import DeepgramClientEnvironment
from elevenlabs.client import AsyncElevenLabs
from elevenlabs.core.api_error import ApiError
from openai import AsyncOpenAI

log = logging.getLogger("agent")

CALLER = Path(__file__).with_name("caller.wav")
FRAME_SECONDS = 0.02
GREETING = "Northwind Telecom, hello."
CHAT_MODEL = "gpt-4o-mini"
VOICE = "JBFqnCBsd6RMkjVDRZzb"
SPEECH_MODEL = "eleven_flash_v2_5"
# The fast model reads digits badly, so sentences with numbers go to the one that normalises them.
NUMBERS_MODEL = "eleven_multilingual_v2"
SPEECH_RATE = 16000
# How far ahead of the loudspeaker audio may be fetched.
BUFFER_SECONDS = 0.2
PROMPT = "You answer the telephone of Northwind Telecom. Be brief, and send an engineer when the line is faulty."
BOOK_APPOINTMENT = {
    "type": "function",
    "function": {
        "name": "book_appointment",
        "description": "Book or move the visit of an engineer to a day, like tomorrow or Thursday, and a time.",
        "parameters": {
            "type": "object",
            "properties": {"day": {"type": "string"}, "time": {"type": "string"}},
            "required": ["day", "time"],
        },
    },
}


def deepgram_client():
    """The client, pointed at a self-hosted Deepgram when DEEPGRAM_BASE_URL names one."""
    base = os.environ.get("DEEPGRAM_BASE_URL", "https://api.deepgram.com").rstrip("/")
    socket = base.replace("http", "ws", 1)
    environment = DeepgramClientEnvironment(base=base, production=socket, agent=socket, agent_rest=base)
    return AsyncDeepgramClient(api_key=os.environ["DEEPGRAM_API_KEY"], environment=environment)


def elevenlabs_client():
    base = os.environ.get("ELEVENLABS_BASE_URL", "https://api.elevenlabs.io")
    return AsyncElevenLabs(api_key=os.environ["ELEVENLABS_API_KEY"], base_url=base)


async def caller_audio(path):
    """The caller's voice in frames of 20 ms, each at the moment it would arrive."""
    with wave.open(str(path)) as file:
        size = int(file.getframerate() * FRAME_SECONDS)
        due = time.monotonic()
        while frame := file.readframes(size):
            yield frame
            due += FRAME_SECONDS
            await asyncio.sleep(max(0.0, due - time.monotonic()))


class Loudspeaker:
    """Plays audio by letting the time pass that it lasts."""

    def __init__(self):
        self.playing_until = 0.0

    async def play(self, audio):
        now = time.monotonic()
        self.playing_until = max(now, self.playing_until) + len(audio) / 2 / SPEECH_RATE
        await asyncio.sleep(max(0.0, self.playing_until - now - BUFFER_SECONDS))

    async def drain(self):
        await asyncio.sleep(max(0.0, self.playing_until - time.monotonic()))

    def stop(self):
        self.playing_until = 0.0


class Calendar:
    """The engineer's diary; one visit per caller."""

    def __init__(self):
        self.visit = None

    async def book_appointment(self, day, time):
        await asyncio.sleep(0.15)
        status = "moved" if self.visit else "booked"
        self.visit = (day, time)
        log.info("appointment %s: %s at %s", status, day, time)
        return {"status": status, "day": day, "time": time}


class Agent:
    """One call: the conversation so far, and what is being said at the moment."""

    def __init__(self):
        self.openai = AsyncOpenAI()
        self.elevenlabs = elevenlabs_client()
        self.loudspeaker = Loudspeaker()
        self.calendar = Calendar()
        self.numbers_model = NUMBERS_MODEL
        self.messages = [{"role": "system", "content": PROMPT}]
        self.answering = None
        self.heard = []

    # Hearing

    async def take_call(self, path):
        """Greet the caller, then listen until the line goes quiet."""
        options = {"model": "nova-3", "language": "en", "encoding": "linear16", "sample_rate": "16000"}
        detection = {"interim_results": "true", "punctuate": "true", "vad_events": "true", "endpointing": "300"}
        async with deepgram_client().listen.v1.connect(**options, **detection) as line:
            log.info("call answered")
            self.begin(self.say(GREETING))
            sending = asyncio.create_task(self.send_audio(line, path))
            async for message in line:
                self.on_message(message)
            await sending
        await self.finish_answer()
        log.info("call ended")

    async def send_audio(self, line, path):
        async for frame in caller_audio(path):
            await line.send_media(frame)
        await line.send_close_stream()

    def on_message(self, message):
        if getattr(message, "type", None) != "Results":
            return
        transcript = message.channel.alternatives[0].transcript
        if transcript and self.is_speaking():
            self.interrupt(transcript)
        if transcript and message.is_final:
            self.heard.append(transcript)
        if message.speech_final and self.heard:
            self.on_utterance(" ".join(self.heard))

    def on_utterance(self, text):
        self.heard.clear()
        log.info("caller: %s", text)
        self.messages.append({"role": "user", "content": text})
        self.begin(self.answer())

    # Taking turns

    def begin(self, speaking):
        if self.is_speaking():
            self.interrupt("a new turn")
        self.answering = asyncio.create_task(speaking)

    def is_speaking(self):
        return self.answering is not None and not self.answering.done()

    def interrupt(self, reason):
        """The caller talks while we do: stop at once and listen."""
        log.info("caller talks over the agent (%s), stopping", reason)
        self.answering.cancel()
        self.answering = None
        self.loudspeaker.stop()

    async def finish_answer(self):
        if self.answering is not None:
            await self.answering

    # Thinking

    async def answer(self):
        """Think and speak at the same time: a sentence is spoken while the next one is written."""
        sentences = asyncio.Queue()
        thinking = asyncio.create_task(self.think(sentences))
        try:
            while (sentence := await sentences.get()) is not None:
                await self.say(sentence)
            await thinking
        finally:
            thinking.cancel()

    async def think(self, sentences):
        """Write the answer into the queue, sentence by sentence, calling tools as the model asks."""
        try:
            while (call := await self.ask_model(sentences)) is not None:
                await self.use_tool(call)
        finally:
            sentences.put_nowait(None)

    async def ask_model(self, sentences):
        """One request to the model; returns the tool call it ended in, or None."""
        stream = await self.openai.chat.completions.create(
            model=CHAT_MODEL,
            messages=self.messages,
            tools=[BOOK_APPOINTMENT],
            stream=True,
            stream_options={"include_usage": True},
        )
        text, call = "", None
        async with stream:
            async for chunk in stream:
                for choice in chunk.choices:
                    text = self.emit_sentences(text + (choice.delta.content or ""), sentences)
                    for part in choice.delta.tool_calls or []:
                        call = self.extend_call(call, part)
        if text.strip():
            self.emit(text.strip(), sentences)
        return call

    def emit_sentences(self, text, sentences):
        """Queue every complete sentence of the text and return the rest."""
        *complete, rest = re.split(r"(?<=[.!?]) (?=[A-Z])", text)
        for sentence in complete:
            self.emit(sentence, sentences)
        return rest

    def emit(self, sentence, sentences):
        self.messages.append({"role": "assistant", "content": sentence})
        sentences.put_nowait(sentence)

    @staticmethod
    def extend_call(call, part):
        if call is None:
            call = {"id": part.id, "name": part.function.name, "arguments": ""}
        call["arguments"] += part.function.arguments or ""
        return call

    async def use_tool(self, call):
        log.info("tool %s(%s)", call["name"], call["arguments"])
        result = await self.calendar.book_appointment(**json.loads(call["arguments"]))
        function = {"name": call["name"], "arguments": call["arguments"]}
        asked = {"id": call["id"], "type": "function", "function": function}
        self.messages.append({"role": "assistant", "content": None, "tool_calls": [asked]})
        self.messages.append({"role": "tool", "tool_call_id": call["id"], "content": json.dumps(result)})

    # Speaking

    async def say(self, sentence):
        log.info("agent: %s", sentence)
        model = self.numbers_model if re.search(r"\d", sentence) else SPEECH_MODEL
        try:
            await self.speak(sentence, model)
        except ApiError as error:
            if model == SPEECH_MODEL:
                raise
            log.warning("%s answered %s, speaking with %s from now on", model, error.status_code, SPEECH_MODEL)
            self.numbers_model = SPEECH_MODEL
            await self.speak(sentence, SPEECH_MODEL)
        await self.loudspeaker.drain()

    async def speak(self, sentence, model):
        format = f"pcm_{SPEECH_RATE}"
        speech = self.elevenlabs.text_to_speech.stream(VOICE, text=sentence, model_id=model, output_format=format)
        async with aclosing(speech) as chunks:
            async for chunk in chunks:
                await self.loudspeaker.play(chunk)


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s")
    for library in ("httpx", "httpx2"):
        logging.getLogger(library).setLevel(logging.WARNING)
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else CALLER
    asyncio.run(Agent().take_call(path))


if __name__ == "__main__":
    main()
