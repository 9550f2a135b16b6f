"""The Fish Audio SDK, 1.x: the table of its patch points. It holds two clients: `fishaudio`, and the older one.

`convert` collects what `stream` gives. The older client's methods are descriptors, which give an object to be called.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_generator, call
from otel_voice.capture.shapes.generator import generating
from otel_voice.capture.shapes.reciting import async_reciting, reciting
from otel_voice.providers.fish_listen import Transcription
from otel_voice.providers.fish_speak import SessionSpeech, Speech
from otel_voice.providers.fish_speak_socket import Recital, SessionRecital

_TTS, _ASR, _OLD = "fishaudio.resources.tts", "fishaudio.resources.asr", "fish_audio_sdk.io"

PROVIDER = Provider(
    name="fish",
    package="fishaudio",
    distribution="fish-audio-sdk",
    since="1",
    before="2",
    points=(
        Point(_TTS, "TTSClient.stream", call, Speech),
        Point(_TTS, "AsyncTTSClient.stream", async_call, Speech),
        Point(_ASR, "ASRClient.transcribe", call, Transcription),
        Point(_ASR, "AsyncASRClient.transcribe", async_call, Transcription),
        Point(_TTS, "TTSClient.stream_websocket", reciting, Recital),
        Point(_TTS, "AsyncTTSClient.stream_websocket", async_reciting, Recital),
        Point(_OLD, "StreamIOCall.__call__", generating, SessionSpeech),
        Point(_OLD, "StreamIOCall.awaitable", async_generator, SessionSpeech),
        Point("fish_audio_sdk.websocket", "WebSocketSession.tts", reciting, SessionRecital),
        Point("fish_audio_sdk.websocket", "AsyncWebSocketSession.tts", async_reciting, SessionRecital),
    ),
    surfaces={
        "fishaudio": "tts.stream, tts.convert, tts.stream_websocket, asr.transcribe",
        "fish_audio_sdk": "Session.tts, and its awaitable; WebSocketSession.tts, AsyncWebSocketSession.tts",
    },
)
