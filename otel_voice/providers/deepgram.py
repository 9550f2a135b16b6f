"""The Deepgram SDK, 5 to 7: the table of its patch points."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_managed, async_session, call, managed, session
from otel_voice.providers.deepgram_agent import Agent
from otel_voice.providers.deepgram_flux import Flux
from otel_voice.providers.deepgram_listen import Listen
from otel_voice.providers.deepgram_prerecorded import Transcription
from otel_voice.providers.deepgram_speak import Generation
from otel_voice.providers.deepgram_speak_socket import Speak

_LISTEN = "deepgram.listen.v1"
_FLUX = "deepgram.listen.v2"
_SPEAK = "deepgram.speak.v1"
_AGENT = "deepgram.agent.v1"

PROVIDER = Provider(
    name="deepgram",
    package="deepgram",
    distribution="deepgram-sdk",
    since="5",
    before="8",
    points=(
        # For a websocket the raw client repeats the code of the client, so neither goes through the other.
        Point(f"{_LISTEN}.client", "V1Client.connect", session, Listen),
        Point(f"{_LISTEN}.client", "AsyncV1Client.connect", async_session, Listen),
        Point(f"{_LISTEN}.raw_client", "RawV1Client.connect", session, Listen),
        Point(f"{_LISTEN}.raw_client", "AsyncRawV1Client.connect", async_session, Listen),
        Point(f"{_FLUX}.client", "V2Client.connect", session, Flux),
        Point(f"{_FLUX}.client", "AsyncV2Client.connect", async_session, Flux),
        Point(f"{_FLUX}.raw_client", "RawV2Client.connect", session, Flux),
        Point(f"{_FLUX}.raw_client", "AsyncRawV2Client.connect", async_session, Flux),
        Point(f"{_SPEAK}.client", "V1Client.connect", session, Speak),
        Point(f"{_SPEAK}.client", "AsyncV1Client.connect", async_session, Speak),
        Point(f"{_SPEAK}.raw_client", "RawV1Client.connect", session, Speak),
        Point(f"{_SPEAK}.raw_client", "AsyncRawV1Client.connect", async_session, Speak),
        Point(f"{_AGENT}.client", "V1Client.connect", session, Agent),
        Point(f"{_AGENT}.client", "AsyncV1Client.connect", async_session, Agent),
        Point(f"{_AGENT}.raw_client", "RawV1Client.connect", session, Agent),
        Point(f"{_AGENT}.raw_client", "AsyncRawV1Client.connect", async_session, Agent),
        # For HTTP the client goes through the raw client.
        Point(f"{_LISTEN}.media.raw_client", "RawMediaClient.transcribe_file", call, Transcription),
        Point(f"{_LISTEN}.media.raw_client", "RawMediaClient.transcribe_url", call, Transcription),
        Point(f"{_LISTEN}.media.raw_client", "AsyncRawMediaClient.transcribe_file", async_call, Transcription),
        Point(f"{_LISTEN}.media.raw_client", "AsyncRawMediaClient.transcribe_url", async_call, Transcription),
        Point(f"{_SPEAK}.audio.raw_client", "RawAudioClient.generate", managed, Generation),
        Point(f"{_SPEAK}.audio.raw_client", "AsyncRawAudioClient.generate", async_managed, Generation),
    ),
    surfaces={
        "listen.v1": "connect (one operation for each utterance), media.transcribe_file, media.transcribe_url",
        "listen.v2": "connect (Flux; one operation for each turn of the user)",
        "speak.v1": "audio.generate, connect (one operation for each flushed text)",
        "agent.v1": "connect (Voice Agent; one operation for each utterance and answer)",
    },
)
