"""Agents without SDKs: a provider's websocket is read by whoever reads it for the SDK, whichever client opens it."""

from __future__ import annotations

import asyncio
import base64
import json
import warnings
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Outcome, RealtimeResponse, SpeechToText, TextToSpeech
from otel_voice.providers import services
from otel_voice.settings.parsing import SPOKEN
from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.raw_calls import CLIENTS, KEYS, by_aiohttp, by_asyncio, observed

RATE = 16000
SAID = "I would like a table."
AUDIO = synthesize(SAID, RATE) + bytes(RATE * 2)
LISTEN = {"model": "nova-3", "encoding": "linear16", "sample_rate": RATE, "smart_format": "true", "endpointing": 300}
VERTEX = "/ws/google.cloud.aiplatform.v1.LlmBidiService/BidiGenerateContent"
BOTH = pytest.mark.parametrize("client", [by_asyncio, by_aiohttp], ids=lambda client: client.__name__)


def address(simulators: Simulators, path: str, directives: str = "first=0", **query: Any) -> str:
    """Where the service is, with the query of a request."""
    base = simulators.simulate(quote(directives, safe="=,|")).replace("http", "ws", 1)
    return f"{base}{path}?{urlencode(query)}"


def pieces(audio: bytes = AUDIO) -> list[bytes]:
    """As a microphone gives it."""
    return [audio[at : at + 640] for at in range(0, len(audio), 640)]


async def until(socket: Any, kind: str, key: str = "type") -> dict[str, Any]:
    """The first message of a kind."""
    while True:
        message = await socket.receive()
        if isinstance(message, str | bytes):
            try:
                content = json.loads(message)
            except ValueError:
                continue
            if content.get(key) == kind:
                return content


@pytest.fixture(autouse=True)
def quiet() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of the legacy client
        yield


@pytest.mark.parametrize("client", CLIENTS, ids=lambda client: client.__name__)
async def test_deepgram_by_every_client(client: Any, simulators: Simulators) -> None:
    """One record for the utterance, with what the URL asked for, in a conversation that the connection opens."""
    sink = RecordingSink(wants_content=True)
    url = address(simulators, "/v1/listen", f"first=0,transcript={SAID}", **LISTEN)
    with observed(sink, simulators, "deepgram"):
        async with client(url, KEYS) as socket:
            for piece in pieces():
                await socket.send(piece)
            await socket.send(json.dumps({"type": "CloseStream"}))
            await until(socket, "Metadata")
    told = sink.only(SpeechToText)
    assert (told.outcome, told.provider, told.request_model) == (Outcome.COMPLETED, "deepgram", "nova-3")
    assert (told.transcript_content, told.sample_rate, told.audio_format) == (SAID, RATE, "linear16")
    assert (told.server_address, told.server_port) == ("127.0.0.1", simulators.port)
    assert told.speech_ended_ns is not None
    assert told.session_id
    assert sink.opened == sink.closed == [told.conversation]


@BOTH
async def test_deepgram_speaks(client: Any, simulators: Simulators) -> None:
    """One record for each flushed text."""
    sink = RecordingSink()
    url = address(simulators, "/v1/speak", model="aura-2-thalia-en", encoding="linear16", sample_rate=24000)
    with observed(sink, simulators, "deepgram"):
        async with client(url, KEYS) as socket:
            await socket.send(json.dumps({"type": "Speak", "text": "Good morning."}))
            await socket.send(json.dumps({"type": "Flush"}))
            await until(socket, "Flushed")
    told = sink.only(TextToSpeech)
    assert (told.outcome, told.voice, told.characters) == (Outcome.COMPLETED, "aura-2-thalia-en", 13)
    assert told.audio_seconds == 13 / 16


@BOTH
async def test_assemblyai(client: Any, simulators: Simulators) -> None:
    """One record for each turn."""
    sink = RecordingSink(wants_content=True)
    url = address(simulators, "/v3/ws", f"first=0,transcript={SAID}", sample_rate=RATE, encoding="pcm_s16le")
    with observed(sink, simulators, "assemblyai"):
        async with client(url, KEYS) as socket:
            for piece in pieces():
                await socket.send(piece)
            await socket.send(json.dumps({"type": "Terminate"}))
            await until(socket, "Termination")
    told = sink.only(SpeechToText)
    assert (told.outcome, told.provider) == (Outcome.COMPLETED, "assemblyai")
    assert told.transcript_content


@BOTH
async def test_cartesia_speaks(client: Any, simulators: Simulators) -> None:
    """One record for each context."""
    sink = RecordingSink()
    asked = {
        "model_id": "sonic-3",
        "transcript": "Good morning.",
        "voice": {"mode": "id", "id": "katie"},
        "output_format": {"container": "raw", "encoding": "pcm_s16le", "sample_rate": RATE},
    }
    with observed(sink, simulators, "cartesia"):
        async with client(address(simulators, "/tts/websocket", cartesia_version="2025-04-16"), KEYS) as socket:
            for context in ("a", "b"):
                await socket.send(json.dumps({**asked, "context_id": context}))
            for _ in range(2):
                await until(socket, "done")
    assert [record.outcome for record in sink.records] == [Outcome.COMPLETED] * 2
    assert {record.characters for record in sink.records} == {13}  # type: ignore[attr-defined]
    assert {record.response_id for record in sink.records} == {"a", "b"}


@BOTH
async def test_cartesia_listens(client: Any, simulators: Simulators) -> None:
    """What was asked for stands in the URL."""
    sink = RecordingSink(wants_content=True)
    asked = {"model": "ink-whisper", "language": "en", "encoding": "pcm_s16le", "sample_rate": RATE}
    url = address(simulators, "/stt/websocket", f"first=0,transcript={SAID}", **asked)
    with observed(sink, simulators, "cartesia"):
        async with client(url, KEYS) as socket:
            for piece in pieces():
                await socket.send(piece)
            await socket.send("finalize")
            await until(socket, "flush_done")
    told = sink.only(SpeechToText)
    assert (told.request_model, told.transcript_content) == ("ink-whisper", SAID)


@BOTH
async def test_elevenlabs_speaks(client: Any, simulators: Simulators) -> None:
    """One record for the connection, whose text is what was sent and whose length is what came."""
    sink = RecordingSink(wants_content=True)
    path = "/v1/text-to-speech/rachel/stream-input"
    url = address(simulators, path, model_id="eleven_flash_v2_5", output_format="pcm_16000")
    with observed(sink, simulators, "elevenlabs"):
        async with client(url, KEYS) as socket:
            for text in (" ", "Good ", "morning. ", ""):
                await socket.send(json.dumps({"text": text}))
            await until(socket, True, "isFinal")  # type: ignore[arg-type]
    told = sink.only(TextToSpeech)
    assert (told.outcome, told.voice, told.request_model) == (Outcome.COMPLETED, "rachel", "eleven_flash_v2_5")
    assert (told.characters, told.text_content) == (14, "Good morning. ")
    assert told.audio_seconds == 13 / 16
    assert told.first_chunk_ns is not None


@BOTH
async def test_openai_realtime(client: Any, simulators: Simulators) -> None:
    """One record for the utterance and one for the answer."""
    sink = RecordingSink()
    url = address(simulators, "/v1/realtime", f"first=0,transcript={SAID}", model="gpt-realtime")
    audio = synthesize(SAID, 24000) + bytes(48000)
    with observed(sink, simulators, "openai"):
        async with client(url, {"Authorization": "Bearer simulated"}) as socket:
            for at in range(0, len(audio), 960):
                encoded = base64.b64encode(audio[at : at + 960]).decode()
                await socket.send(json.dumps({"type": "input_audio_buffer.append", "audio": encoded}))
            await until(socket, "response.done")
    answer = next(record for record in sink.records if isinstance(record, RealtimeResponse))
    assert (answer.request_model, answer.provider) == ("gpt-realtime", "openai")
    assert (answer.audio_seconds or 0) > 0
    assert isinstance(answer.answers, SpeechToText)


@BOTH
async def test_gemini_live(client: Any, simulators: Simulators) -> None:
    """The first message says what the SDK's arguments would."""
    sink = RecordingSink()
    path = "/ws/google.ai.generativelanguage.v1beta.GenerativeService.BidiGenerateContent"
    setup = {
        "model": "models/gemini-live-2.5-flash",
        "generationConfig": {"responseModalities": ["AUDIO"]},
        "inputAudioTranscription": {},
    }
    with observed(sink, simulators, "google_genai"):
        async with client(address(simulators, path, f"first=0,transcript={SAID}", key="simulated"), KEYS) as socket:
            await socket.send(json.dumps({"setup": setup}))
            for piece in pieces():
                blob = {"data": base64.b64encode(piece).decode(), "mimeType": f"audio/pcm;rate={RATE}"}
                await socket.send(json.dumps({"realtimeInput": {"audio": blob}}))
            while True:
                content = json.loads(await socket.receive())
                if (content.get("serverContent") or {}).get("turnComplete"):
                    break
    answer = next(record for record in sink.records if isinstance(record, RealtimeResponse))
    assert (answer.provider, answer.request_model) == ("gcp.gemini", "gemini-live-2.5-flash")
    assert isinstance(answer.answers, SpeechToText)


@BOTH
async def test_a_refusal_is_a_failure(client: Any, simulators: Simulators) -> None:
    """The client's own error reaches the program, and one record says what it was."""
    sink = RecordingSink()
    with observed(sink, simulators, "deepgram"), pytest.raises(Exception) as raised:
        async with client(address(simulators, "/v1/listen", "fail=401", **LISTEN), KEYS):
            pass
    assert sink.outcomes == [Outcome.FAILED]
    assert sink.errors == [raised.value]
    assert sink.records[0].status_code == 401


@BOTH
async def test_a_connection_that_breaks_is_a_failure(client: Any, simulators: Simulators) -> None:
    """What was being said then has failed, and the conversation is over."""
    sink = RecordingSink()
    url = address(simulators, "/v1/listen", f"first=0,drop_after=2,transcript={SAID}", interim_results="true", **LISTEN)
    with observed(sink, simulators, "deepgram"):
        async with client(url, KEYS) as socket:
            with pytest.raises(Exception):  # noqa: B017 - each client's own
                for piece in pieces():
                    await socket.send(piece)
                while True:
                    await socket.receive()
    assert sink.outcomes == [Outcome.FAILED]
    assert len(sink.opened) == len(sink.closed) == 1


@BOTH
async def test_everybody_elses_websockets_are_left_alone(client: Any, simulators: Simulators) -> None:
    """Another host, or another path: the object is the client's own, and nothing is told."""
    sink = RecordingSink()
    with observed(sink, simulators, "elevenlabs"):
        async with client(address(simulators, "/v1/listen", **LISTEN), KEYS) as socket:
            assert "tapped" not in socket.receive.__qualname__ or client is by_aiohttp
            await socket.send(json.dumps({"type": "CloseStream"}))
            await until(socket, "Metadata")
    assert not sink.started
    assert not sink.opened


async def test_an_sdk_is_told_once(simulators: Simulators) -> None:
    """Deepgram's SDK opens its websocket with `websockets`; only the SDK's observer speaks."""
    pytest.importorskip("deepgram", reason="its SDK is not installed in this environment")
    from tests.providers.deepgram_calls import async_client

    sink = RecordingSink()
    with observed(sink, simulators, "deepgram", "deepgram"):
        sdk = async_client(simulators, f"first=0,transcript={SAID}")
        async with sdk.listen.v1.connect(**LISTEN) as connection:
            for piece in pieces():
                await connection._websocket.send(piece)
            await connection._websocket.send(json.dumps({"type": "CloseStream"}))
            async for _ in connection:
                pass
    sink.only(SpeechToText)
    assert len(sink.opened) == len(sink.closed) == 1


async def test_what_an_sdks_reader_opens_is_seen(simulators: Simulators) -> None:
    """A task that was started while an SDK connected belongs to the program again once the connection stands."""
    from otel_voice.capture.claim import Claim, is_claimed

    claim = Claim()
    claimed = asyncio.create_task(_claimed(is_claimed))
    assert is_claimed()
    assert await claimed
    later = asyncio.create_task(_claimed(is_claimed))
    claim.end()
    assert not await later
    assert not is_claimed()


async def _claimed(is_claimed: Any) -> bool:
    return bool(is_claimed())


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("wss://api.deepgram.com/v1/listen?model=nova-3", "Listen"),
        ("wss://api.eu.deepgram.com/v2/listen", "Flux"),
        ("wss://streaming.assemblyai.com/v3/ws?sample_rate=16000", "Turns"),
        ("wss://api.cartesia.ai/tts/websocket?api_key=x", "Speaking"),
        ("wss://api.elevenlabs.io/v1/text-to-speech/rachel/multi-stream-input", "Speaking"),
        ("wss://api.openai.com/v1/realtime?model=gpt-realtime", "Realtime"),
        ("wss://mine.openai.azure.com/openai/v1/realtime?model=d", "Realtime"),
        (f"wss://us-central1-aiplatform.googleapis.com{VERTEX}", "Live"),
        ("wss://api.deepgram.com.evil.example/v1/listen", None),
        ("wss://api.deepgram.com/v1/listen/more", None),
        ("wss://example.com/v1/listen", None),
        ("ws://", None),
    ],
)  # fmt: skip
def test_whose_it_is(url: str, name: str | None) -> None:
    """By the whole host and the end of the path."""
    found = services.observer_of(url)
    assert (found and found.__name__) == name


def test_the_setting_knows_every_provider() -> None:
    """A host of one's own can speak any protocol that is read."""
    assert services.HOSTS.keys() == services.PATHS.keys() == SPOKEN


def test_many_contexts_on_one_connection() -> None:
    """ElevenLabs' multi-stream-input, message by message: each context is a synthesis, and ends by itself."""
    sink = RecordingSink()
    url = "wss://api.elevenlabs.io/v1/text-to-speech/rachel/multi-stream-input?output_format=pcm_16000"
    kind = services.observer_of(url)
    assert kind is not None
    reader = kind.begin(sink, Call(None, (url,), {}))
    assert reader is not None
    for context in ("a", "b"):
        reader.sent(json.dumps({"text": f"Good morning {context}. ", "context_id": context}))
        reader.received(json.dumps({"audio": base64.b64encode(bytes(3200)).decode(), "contextId": context}))
    reader.received(json.dumps({"isFinal": True, "contextId": "b"}))
    reader.closed()
    assert [(record.outcome, record.audio_seconds) for record in sink.records] == [  # type: ignore[attr-defined]
        (Outcome.COMPLETED, 0.1),
        (Outcome.INTERRUPTED, 0.1),
    ]
