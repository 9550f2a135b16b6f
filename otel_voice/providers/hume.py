"""The Hume SDK, 0.8 to 0.14: the table of its patch points.

The public methods call the raw clients, so one point there covers both. Before 0.13 the SDK cannot be imported beside a
`sounddevice` that finds no PortAudio.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_managed, async_session, call, managed, session
from otel_voice.providers.hume_chat import Chat
from otel_voice.providers.hume_speak import File, FileStream, Generations, JsonStream
from otel_voice.providers.hume_speak_socket import StreamInput

_TTS = "hume.tts.raw_client"
_INPUT, _CHAT = "hume.tts.stream_input", "hume.empathic_voice.chat"

PROVIDER = Provider(
    name="hume",
    package="hume",
    distribution="hume",
    since="0.8",
    before="0.15",
    points=(
        Point(_TTS, "RawTtsClient.synthesize_json", call, Generations),
        Point(_TTS, "RawTtsClient.synthesize_file", managed, File),
        Point(_TTS, "RawTtsClient.synthesize_file_streaming", managed, FileStream),
        Point(_TTS, "RawTtsClient.synthesize_json_streaming", managed, JsonStream),
        Point(_TTS, "AsyncRawTtsClient.synthesize_json", async_call, Generations),
        Point(_TTS, "AsyncRawTtsClient.synthesize_file", async_managed, File),
        Point(_TTS, "AsyncRawTtsClient.synthesize_file_streaming", async_managed, FileStream),
        Point(_TTS, "AsyncRawTtsClient.synthesize_json_streaming", async_managed, JsonStream),
        # Of the websockets, the public methods are copies of the raw ones.
        Point(f"{_INPUT}.client", "StreamInputClient.connect", session, StreamInput, since="0.13"),
        Point(f"{_INPUT}.client", "AsyncStreamInputClient.connect", async_session, StreamInput, since="0.13"),
        Point(f"{_INPUT}.raw_client", "RawStreamInputClient.connect", session, StreamInput, since="0.13"),
        Point(f"{_INPUT}.raw_client", "AsyncRawStreamInputClient.connect", async_session, StreamInput, since="0.13"),
        Point(f"{_CHAT}.client", "ChatClient.connect", session, Chat, since="0.14"),
        Point(f"{_CHAT}.client", "AsyncChatClient.connect", async_session, Chat, since="0.14"),
        Point(f"{_CHAT}.raw_client", "RawChatClient.connect", session, Chat, since="0.14"),
        Point(f"{_CHAT}.raw_client", "AsyncRawChatClient.connect", async_session, Chat, since="0.14"),
    ),
    surfaces={
        "tts": "synthesize_json, synthesize_file, synthesize_file_streaming, synthesize_json_streaming; "
        "with_raw_response",
        "tts.stream_input": "connect; one span for each text that is said",
        "empathic_voice.chat": "connect; one span for each utterance and for each answer",
    },
)
