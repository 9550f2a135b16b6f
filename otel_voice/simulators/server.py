"""All provider servers on one loopback port, in a thread of their own."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from types import TracebackType

from aiohttp import web

from otel_voice.simulators import (
    anthropic,
    assemblyai,
    assemblyai_socket,
    aws_bedrock,
    aws_polly,
    azure_speech_listen,
    azure_speech_speak,
    behaviour,
    cartesia,
    cartesia_listen,
    cartesia_socket,
    cohere,
    deepgram_agent,
    deepgram_flux,
    deepgram_listen,
    deepgram_prerecorded,
    deepgram_speak,
    elevenlabs,
    elevenlabs_agent,
    elevenlabs_scribe,
    elevenlabs_socket,
    fish,
    gladia,
    google_genai,
    google_genai_interactions,
    google_genai_live,
    groq,
    hume,
    lmnt,
    mistral,
    ollama,
    openai,
    openai_audio,
    openai_realtime,
    openai_responses,
    soniox,
    speechmatics,
    wire,
)
from otel_voice.simulators.wire import Route

HOST = "127.0.0.1"
START_SECONDS = 10.0
# How long a request under way may take to end when the servers are told to stop.
STOP_SECONDS = 0.2
MAX_BODY_BYTES = 64 * 1024 * 1024


def _routes() -> Iterator[Route]:
    yield from anthropic.ROUTES
    yield from groq.ROUTES
    yield from mistral.ROUTES
    yield from cohere.ROUTES
    yield from ollama.ROUTES
    yield from openai.ROUTES
    yield from openai_responses.ROUTES
    yield from openai_audio.ROUTES
    yield from openai_realtime.ROUTES
    yield from deepgram_listen.ROUTES
    yield from deepgram_flux.ROUTES
    yield from deepgram_prerecorded.ROUTES
    yield from deepgram_speak.ROUTES
    yield from deepgram_agent.ROUTES
    yield from elevenlabs.ROUTES
    yield from elevenlabs_socket.ROUTES
    yield from elevenlabs_scribe.ROUTES
    yield from elevenlabs_agent.ROUTES
    yield from speechmatics.ROUTES
    yield from soniox.ROUTES
    yield from fish.ROUTES
    yield from hume.ROUTES
    yield from gladia.ROUTES
    yield from lmnt.ROUTES
    yield from assemblyai.ROUTES
    yield from assemblyai_socket.ROUTES
    yield from cartesia.ROUTES
    yield from cartesia_socket.ROUTES
    yield from cartesia_listen.ROUTES
    yield from google_genai.ROUTES
    yield from google_genai_interactions.ROUTES
    yield from google_genai_live.ROUTES
    yield from azure_speech_listen.ROUTES
    yield from azure_speech_speak.ROUTES
    yield from aws_bedrock.ROUTES
    yield from aws_polly.ROUTES


def application() -> web.Application:
    """The web application of all providers; every path exists with and without the directive prefix."""
    app = web.Application(client_max_size=MAX_BODY_BYTES)
    for route in _routes():
        handler = wire.guarded(route)
        for prefix in ("", f"/{behaviour.PREFIX}/{{directives}}"):
            app.router.add_route(route.method, prefix + route.path, handler)
    return app


async def serve(port: int, started: asyncio.Future[int], stopping: asyncio.Event) -> None:
    """Serve until told to stop; `started` becomes the port, which is a free one when 0 was asked for."""
    runner = web.AppRunner(application(), access_log=None, shutdown_timeout=STOP_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, HOST, port).start()
        started.set_result(runner.addresses[0][1])
        await stopping.wait()
    finally:
        await runner.cleanup()


class Simulators:
    """The servers as a context manager: `with Simulators() as s: ...` with their addresses in `s`.

    Raises `OSError` when the port asked for is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._loop = asyncio.new_event_loop()
        self._stopping = asyncio.Event()
        self._thread = threading.Thread(target=self._run, name="simulators", daemon=True)
        self._ready = threading.Event()
        self._error: OSError | None = None

    def __enter__(self) -> Simulators:
        self._thread.start()
        self._ready.wait(START_SECONDS)
        if self._error is not None:
            raise self._error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        except OSError as error:
            self._error = error
            self._ready.set()
        finally:
            self._loop.close()

    async def _serve(self) -> None:
        started = self._loop.create_future()
        started.add_done_callback(self._announce)
        await serve(self.port, started, self._stopping)

    def _announce(self, started: asyncio.Future[int]) -> None:
        if not started.cancelled():
            self.port = started.result()
            self._ready.set()

    @property
    def url(self) -> str:
        """`http://127.0.0.1:<port>`, the base of Deepgram's and ElevenLabs' REST interfaces."""
        return f"http://{HOST}:{self.port}"

    @property
    def websocket_url(self) -> str:
        """`ws://127.0.0.1:<port>`."""
        return f"ws://{HOST}:{self.port}"

    @property
    def openai_url(self) -> str:
        """The base URL of OpenAI's interface."""
        return f"{self.url}/v1"

    def simulate(self, directives: str) -> str:
        """The base URL that carries directives, such as `fail=503,first=0.3`."""
        return f"{self.url}/{behaviour.PREFIX}/{directives}"

    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to talk to these servers instead of the providers."""
        return environment(self.url)


def environment(url: str, openai: str = "", deepgram: str = "", elevenlabs: str = "") -> dict[str, str]:
    """The addresses and keys of the servers at `url`, each provider's URL carrying its directives."""

    def base(directives: str) -> str:
        return f"{url}/{behaviour.PREFIX}/{directives}" if directives else url

    return {
        "OPENAI_BASE_URL": f"{base(openai)}/v1",
        "OPENAI_API_KEY": "simulated",
        "DEEPGRAM_BASE_URL": base(deepgram),
        "DEEPGRAM_API_KEY": "simulated",
        "ELEVENLABS_BASE_URL": base(elevenlabs),
        "ELEVENLABS_API_KEY": "simulated",
    }
