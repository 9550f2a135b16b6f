"""The ElevenLabs SDK, 1.9 to 2.x: the table of its patch points.

From 2.0 on the public methods call the raw clients, so one point there covers both; 1.x has no raw clients.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import (
    async_call,
    async_connection,
    async_generator,
    async_managed,
    call,
    generator,
    managed,
)
from otel_voice.capture.shapes.dialogue import dialogue, dialogue_connection
from otel_voice.capture.shapes.hosted import async_hosting, departing, hosted, hosting
from otel_voice.providers.elevenlabs_agent import AgentOfSDK
from otel_voice.providers.elevenlabs_listen import Transcription
from otel_voice.providers.elevenlabs_realtime import Realtime
from otel_voice.providers.elevenlabs_scribe import ScribeOfSDK
from otel_voice.providers.elevenlabs_speak import Speech, TimedSpeech, TimedStream

_SPEAK = "elevenlabs.text_to_speech.raw_client"
_LISTEN = "elevenlabs.speech_to_text.raw_client"
_REALTIME = "elevenlabs.realtime_tts"
_SCRIBE = "elevenlabs.realtime.scribe"
_AGENT = "elevenlabs.conversational_ai.conversation"
_SPEAK_1 = "elevenlabs.text_to_speech.client"
_LISTEN_1 = "elevenlabs.speech_to_text.client"

PROVIDER = Provider(
    name="elevenlabs",
    package="elevenlabs",
    distribution="elevenlabs",
    since="1.9",
    before="3",
    points=(
        Point(_SPEAK, "RawTextToSpeechClient.convert", managed, Speech, since="2"),
        Point(_SPEAK, "RawTextToSpeechClient.stream", managed, Speech, since="2"),
        Point(_SPEAK, "RawTextToSpeechClient.convert_with_timestamps", call, TimedSpeech, since="2"),
        Point(_SPEAK, "RawTextToSpeechClient.stream_with_timestamps", managed, TimedStream, since="2"),
        Point(_SPEAK, "AsyncRawTextToSpeechClient.convert", async_managed, Speech, since="2"),
        Point(_SPEAK, "AsyncRawTextToSpeechClient.stream", async_managed, Speech, since="2"),
        Point(_SPEAK, "AsyncRawTextToSpeechClient.convert_with_timestamps", async_call, TimedSpeech, since="2"),
        Point(_SPEAK, "AsyncRawTextToSpeechClient.stream_with_timestamps", async_managed, TimedStream, since="2"),
        Point(_LISTEN, "RawSpeechToTextClient.convert", call, Transcription, since="2"),
        Point(_LISTEN, "AsyncRawSpeechToTextClient.convert", async_call, Transcription, since="2"),
        Point(_REALTIME, "RealtimeTextToSpeechClient.convert_realtime", dialogue, Realtime),
        Point(_REALTIME, "connect", dialogue_connection, Realtime),
        Point(_SCRIBE, "ScribeRealtime.connect", async_connection, ScribeOfSDK, since="2.19"),
        Point(_AGENT, "Conversation.start_session", departing, AgentOfSDK, since="2.11"),
        Point(_AGENT, "Conversation._run", hosting, AgentOfSDK, "2.11", "2.75"),
        Point(_AGENT, "Conversation._run_session", hosting, AgentOfSDK, since="2.75"),
        Point(_AGENT, "AsyncConversation._run", async_hosting, AgentOfSDK, "2.11", "2.75"),
        Point(_AGENT, "AsyncConversation._run_session", async_hosting, AgentOfSDK, since="2.75"),
        Point(_AGENT, "BaseConversation._create_initiation_message", hosted, AgentOfSDK, since="2.11"),
        Point(_SPEAK_1, "TextToSpeechClient.convert", generator, Speech, until="2"),
        Point(_SPEAK_1, "TextToSpeechClient.convert_as_stream", generator, Speech, until="2"),
        Point(_SPEAK_1, "TextToSpeechClient.convert_with_timestamps", call, TimedSpeech, until="2"),
        # Before 1.13.5 it made the request and threw the answer away.
        Point(_SPEAK_1, "TextToSpeechClient.stream_with_timestamps", generator, TimedStream, "1.13.5", "2"),
        Point(_SPEAK_1, "AsyncTextToSpeechClient.convert", async_generator, Speech, until="2"),
        Point(_SPEAK_1, "AsyncTextToSpeechClient.convert_as_stream", async_generator, Speech, until="2"),
        Point(_SPEAK_1, "AsyncTextToSpeechClient.convert_with_timestamps", async_call, TimedSpeech, until="2"),
        Point(_SPEAK_1, "AsyncTextToSpeechClient.stream_with_timestamps", async_generator, TimedStream, "1.13.5", "2"),
        Point(_LISTEN_1, "SpeechToTextClient.convert", call, Transcription, "1.50.7", "2"),
        Point(_LISTEN_1, "AsyncSpeechToTextClient.convert", async_call, Transcription, "1.50.7", "2"),
    ),
    surfaces={
        "text_to_speech": "convert, stream, convert_with_timestamps, stream_with_timestamps; with_raw_response",
        "text_to_speech.convert_realtime": "over its websocket",
        "speech_to_text": "convert; realtime.connect (Scribe; one operation for each committed transcript)",
        "conversational_ai": "Conversation, AsyncConversation (Agents; one operation for each utterance and answer)",
    },
)
