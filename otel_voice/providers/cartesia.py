"""The Cartesia SDK, 2 to 4: the table of its patch points.

2 was written around a generated client; 3 is another one altogether; 3.1 moved its websockets into `cartesia.lib`, and
3.2 gave recognition a package and websockets of its own. `bytes` calls `generate`; `sse` is a second name of
`generate_sse`, and so is `enter` of `__enter__`.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import (
    async_call,
    async_connecting,
    async_connection,
    async_generator,
    call,
    connecting,
    connection,
    generator,
)
from otel_voice.capture.shapes.part import async_part, part
from otel_voice.providers.cartesia_listen import ListenOfTwo, ListenOnDemand, ListenToTurns
from otel_voice.providers.cartesia_speak import Events, Generation, Pieces
from otel_voice.providers.cartesia_speak_socket import Part, PartOfTwo, Speak, SpeakOfTwo, TextOfTwo
from otel_voice.providers.cartesia_transcribe import Transcription

_TTS = "cartesia.resources.tts"
_SOCKET = "cartesia.lib._tts"
_STT = "cartesia.resources.stt.stt"
_TURNS = "cartesia.resources.stt.auto_finalize"
_DEMAND = "cartesia.resources.stt.manual_finalize"
_STT_3 = "cartesia.resources.stt"
_MANAGER = "TTSResourceConnectionManager"
_TTS_2, _STT_2 = "cartesia.tts", "cartesia.stt"

PROVIDER = Provider(
    name="cartesia",
    package="cartesia",
    distribution="cartesia",
    since="2",
    before="5",
    points=(
        Point(_TTS, "TTSResource.generate", call, Generation, since="3"),
        Point(_TTS, "TTSResource.generate_sse", call, Events, since="3"),
        Point(_TTS, "TTSResource.sse", call, Events, since="3.1"),
        Point(_TTS, "AsyncTTSResource.generate", async_call, Generation, since="3"),
        Point(_TTS, "AsyncTTSResource.generate_sse", async_call, Events, since="3"),
        Point(_TTS, "AsyncTTSResource.sse", async_call, Events, since="3.1"),
        Point(_SOCKET, f"{_MANAGER}.__enter__", connection, Speak, since="3.1"),
        Point(_SOCKET, f"{_MANAGER}.enter", connection, Speak, since="3.1"),
        Point(_SOCKET, f"Async{_MANAGER}.__aenter__", async_connection, Speak, since="3.1"),
        Point(_SOCKET, f"Async{_MANAGER}.enter", async_connection, Speak, since="3.1"),
        Point(_SOCKET, "WebSocketContext.receive", part, Part, since="3.1"),
        Point(_SOCKET, "AsyncWebSocketContext.receive", async_part, Part, since="3.1"),
        Point(_STT, "STTResource.transcribe", call, Transcription, since="3.2"),
        Point(_STT, "AsyncSTTResource.transcribe", async_call, Transcription, since="3.2"),
        Point(_DEMAND, "ManualFinalizeResourceConnectionManager._connect_ws", connection, ListenOnDemand, "3.2"),
        Point(
            _DEMAND, "AsyncManualFinalizeResourceConnectionManager._connect_ws", async_connection, ListenOnDemand, "3.2"
        ),
        Point(_TURNS, "AutoFinalizeResourceConnectionManager._connect_ws", connection, ListenToTurns, "3.2"),
        Point(_TURNS, "AsyncAutoFinalizeResourceConnectionManager._connect_ws", async_connection, ListenToTurns, "3.2"),
        Point(_TTS, f"{_MANAGER}.__enter__", connection, Speak, "3", "3.1"),
        Point(_TTS, f"{_MANAGER}.enter", connection, Speak, "3", "3.1"),
        Point(_TTS, f"Async{_MANAGER}.__aenter__", async_connection, Speak, "3", "3.1"),
        Point(_TTS, f"Async{_MANAGER}.enter", async_connection, Speak, "3", "3.1"),
        Point(_TTS, "WebSocketContext.receive", part, Part, "3", "3.1"),
        Point(_TTS, "AsyncWebSocketContext.receive", async_part, Part, "3", "3.1"),
        Point(_STT_3, "SttResource.transcribe", call, Transcription, "3", "3.1"),
        Point(_STT_3, "AsyncSttResource.transcribe", async_call, Transcription, "3", "3.1"),
        Point(_STT_3, "STTResource.transcribe", call, Transcription, "3.1", "3.2"),
        Point(_STT_3, "AsyncSTTResource.transcribe", async_call, Transcription, "3.1", "3.2"),
        Point(f"{_TTS_2}.client", "TtsClient.bytes", generator, Pieces, until="3"),
        Point(f"{_TTS_2}.client", "TtsClient.sse", generator, Events, until="3"),
        Point(f"{_TTS_2}.client", "AsyncTtsClient.bytes", async_generator, Pieces, until="3"),
        Point(f"{_TTS_2}.client", "AsyncTtsClient.sse", async_generator, Events, until="3"),
        Point(f"{_TTS_2}._websocket", "TtsWebsocket.connect", connecting, SpeakOfTwo, until="3"),
        Point(f"{_TTS_2}._async_websocket", "AsyncTtsWebsocket.connect", async_connecting, SpeakOfTwo, until="3"),
        Point(f"{_TTS_2}._websocket", "TtsWebsocket._websocket_generator", part, TextOfTwo, until="3"),
        Point(f"{_TTS_2}._websocket", "_TTSContext.send", part, PartOfTwo, until="3"),
        Point(f"{_TTS_2}._async_websocket", "_AsyncTTSContext.receive", async_part, PartOfTwo, until="3"),
        Point(f"{_STT_2}.client", "SttClient.transcribe", call, Transcription, "2.0.7", "3"),
        Point(f"{_STT_2}.client", "AsyncSttClient.transcribe", async_call, Transcription, "2.0.7", "3"),
        Point(f"{_STT_2}._websocket", "SttWebsocket.connect", connecting, ListenOfTwo, "2.0.5", "3"),
        Point(f"{_STT_2}._async_websocket", "AsyncSttWebsocket.connect", async_connecting, ListenOfTwo, "2.0.5", "3"),
    ),
    surfaces={
        "text_to_speech": "generate, generate_sse (bytes, sse); with_raw_response, with_streaming_response",
        "text_to_speech.websocket": "many contexts on one connection",
        "speech_to_text": "transcribe",
        "speech_to_text.websocket": "manual_finalize, auto_finalize; websocket of SDK 2",
    },
)
