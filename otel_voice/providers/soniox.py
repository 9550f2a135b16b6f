"""The Soniox SDK, 2.x: the table of its patch points. 1.x spoke gRPC and is another one altogether.

Sessions open their websocket through a function of their module, whichever way they are entered. A recognition's
`close` says that the audio is over, and leaves the websocket to itself.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, awaited_connection, call, connection
from otel_voice.capture.shapes.claimed import async_claimed_call, claimed_call
from otel_voice.capture.shapes.leaving import async_leaving, leaving
from otel_voice.providers.soniox_listen import Leave, Listen
from otel_voice.providers.soniox_prerecorded import Transcript, Transcription
from otel_voice.providers.soniox_speak import Generation, Speak

_STT, _ASYNC_STT = "soniox.api.stt", "soniox.api.async_stt"

PROVIDER = Provider(
    name="soniox",
    package="soniox",
    distribution="soniox",
    since="2",
    before="3",
    points=(
        Point("soniox.realtime.stt", "sync_ws_connect", connection, Listen),
        Point("soniox.realtime.stt", "RealtimeSTTSession.close", leaving, Leave),
        Point("soniox.realtime.async_stt", "async_ws_connect", awaited_connection, Listen),
        Point("soniox.realtime.async_stt", "AsyncRealtimeSTTSession.close", async_leaving, Leave),
        Point("soniox.realtime.tts", "sync_ws_connect", connection, Speak, since="2.3"),
        Point("soniox.realtime.async_tts", "async_ws_connect", awaited_connection, Speak, since="2.3"),
        Point("soniox.api.tts", "TtsAPI.generate", call, Generation, since="2.3"),
        Point("soniox.api.async_tts", "AsyncTtsAPI.generate", async_call, Generation, since="2.3"),
        # The second calls the first, and a translation calls either.
        Point(_STT, "SttAPI.transcribe_and_wait", call, Transcription, since="2.1"),
        Point(_STT, "SttAPI.transcribe_and_wait_with_tokens", claimed_call, Transcript, since="2.1"),
        Point(_ASYNC_STT, "AsyncSttAPI.transcribe_and_wait", async_call, Transcription, since="2.1"),
        Point(_ASYNC_STT, "AsyncSttAPI.transcribe_and_wait_with_tokens", async_claimed_call, Transcript, since="2.1"),
    ),
    surfaces={
        "realtime.stt": "connect; one span an utterance",
        "realtime.tts": "connect, connect_multi_stream; one span a stream",
        "stt": "transcribe_and_wait, transcribe_and_wait_with_tokens, and the same of translate (one operation to the "
        "transcript)",
        "tts": "generate, generate_to_file",
    },
)
