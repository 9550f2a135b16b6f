"""How late an event loop is that reads two hundred streams of mixed providers as speech comes, of what it is bare."""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
from collections.abc import AsyncIterator
from typing import Any

import httpx as httpx_of_elevenlabs
import openai
from elevenlabs.client import AsyncElevenLabs

import otel_voice
from benchmarks import subjects
from benchmarks.result import BenchmarkError, Result

STREAMS = 201
PIECES = 100
PACE = 0.02
"""Seconds from one piece to the next: a packet of telephony."""
BEAT = 0.005
ROUNDS = 5
TRIES = 4
LIMIT = 2.0


def measure() -> list[Result]:
    """Again where it is too much: what is wrong with us is wrong each time, what the machine does beside is not."""
    ratio = _in_child()
    for _ in range(TRIES - 1):
        ratio = ratio if ratio <= LIMIT else min(ratio, _in_child())
    return [Result(f"lag of the event loop under {STREAMS} paced streams, of bare", ratio, "x", limit=LIMIT)]


def _in_child() -> float:
    """In a process of its own, with the instrumentation on and off in turn."""
    done = subprocess.run((sys.executable, "-m", "benchmarks.lag"), capture_output=True, text=True, check=False)
    if done.returncode:
        raise BenchmarkError(f"the lag benchmark failed:\n{done.stderr[-3000:]}")
    return float(done.stdout)


def lag() -> float:
    """How late the loop is with us, of how late it is without: the least of each, as other work only ever adds."""
    bare, ours = [], []
    _lateness()
    for _ in range(ROUNDS):
        bare.append(_lateness())
        subjects.instrumented()
        ours.append(_lateness())
        otel_voice.uninstrument()
    return min(ours) / min(bare)


def _lateness() -> float:
    """Seconds that a heartbeat comes late, on average."""
    return asyncio.run(_beating())


async def _beating() -> float:
    """Measured while all streams are open: two hundred calls that begin at one moment are not what a loop sees."""
    kinds = (_thinking, _speaking, _speaking_of_elevenlabs)
    opened: list[int] = []
    streams = asyncio.gather(*(kinds[number % len(kinds)](opened) for number in range(STREAMS)))
    late = []
    now = asyncio.get_running_loop().time
    while not streams.done():
        due = now() + BEAT
        await asyncio.sleep(BEAT)
        if len(opened) == STREAMS:
            late.append(now() - due)
    await streams
    return statistics.mean(late)


async def _read(stream: Any, opened: list[int]) -> None:
    await anext(stream)
    opened.append(1)
    async for _ in stream:
        pass


class Paced:
    """A body of pieces that come at the pace of speech."""

    def __init__(self, piece: bytes, tail: bytes = b"") -> None:
        self._piece, self._tail = piece, tail

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for _ in range(PIECES):
            await asyncio.sleep(PACE)
            yield self._piece
        yield self._tail


def _body(kind: type, paced: Paced) -> Any:
    return type("Body", (kind,), {"__aiter__": lambda self: aiter(paced)})()


def _answer(request: Any) -> Any:
    http = subjects.httpx
    if request.url.path.endswith("/speech"):
        return http.Response(200, stream=_body(http.AsyncByteStream, Paced(subjects.SOUND)))
    events = Paced(subjects.chunk(), subjects.chunk("stop") + b"data: [DONE]\n\n")
    return http.Response(200, headers={"content-type": "text/event-stream"}, stream=_body(http.AsyncByteStream, events))


def _answer_of_elevenlabs(request: Any) -> Any:
    body = _body(httpx_of_elevenlabs.AsyncByteStream, Paced(subjects.SOUND))
    return httpx_of_elevenlabs.Response(200, stream=body)


def _openai() -> openai.AsyncOpenAI:
    transport = subjects.httpx.AsyncClient(transport=subjects.httpx.MockTransport(_answer))
    return openai.AsyncOpenAI(api_key="k", http_client=transport, max_retries=0)


async def _thinking(opened: list[int]) -> None:
    stream: Any = await _openai().chat.completions.create(model="gpt-4o-mini", messages=subjects.MESSAGES, stream=True)
    await _read(aiter(stream), opened)


async def _speaking(opened: list[int]) -> None:
    speech = _openai().audio.speech.with_streaming_response
    async with speech.create(model="tts-1", voice="alloy", input="hello", response_format="pcm") as sound:
        await _read(aiter(sound.iter_bytes()), opened)


async def _speaking_of_elevenlabs(opened: list[int]) -> None:
    transport = httpx_of_elevenlabs.MockTransport(_answer_of_elevenlabs)
    client = AsyncElevenLabs(api_key="k", httpx_client=httpx_of_elevenlabs.AsyncClient(transport=transport))
    sound = client.text_to_speech.stream(voice_id="v", text="hello", output_format="pcm_24000")
    await _read(aiter(sound), opened)


if __name__ == "__main__":
    subjects.pipeline()
    sys.stdout.write(f"{lag()}\n")
