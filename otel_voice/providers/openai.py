"""The OpenAI SDK, 1.x to 3.x: the table of its patch points."""

from __future__ import annotations

from otel_voice.capture.ends import aiteration
from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_connection, call, connection
from otel_voice.providers.openai_chat import Chat
from otel_voice.providers.openai_realtime import OpenAIRealtime
from otel_voice.providers.openai_responses import Responses
from otel_voice.providers.openai_speech import Speech
from otel_voice.providers.openai_transcription import Transcription, Translation

_CHAT = "openai.resources.chat.completions.completions"
_BETA_CHAT = "openai.resources.beta.chat.completions"
_RESPONSES = "openai.resources.responses.responses"
_SPEECH = "openai.resources.audio.speech"
_TRANSCRIPTIONS = "openai.resources.audio.transcriptions"
_TRANSLATIONS = "openai.resources.audio.translations"
_REALTIME = "openai.resources.realtime.realtime"
_BETA_REALTIME = "openai.resources.beta.realtime.realtime"

PROVIDER = Provider(
    name="openai",
    package="openai",
    distribution="openai",
    since="1.79",
    before="4",
    points=(
        Point("openai._streaming", "AsyncStream.__aiter__", aiteration, Observer),
        # `stream` of chat and of responses goes through `create`; `parse` goes past it.
        Point(_CHAT, "Completions.create", call, Chat),
        Point(_CHAT, "AsyncCompletions.create", async_call, Chat),
        Point(_CHAT, "Completions.parse", call, Chat, since="1.92"),
        Point(_CHAT, "AsyncCompletions.parse", async_call, Chat, since="1.92"),
        Point(_BETA_CHAT, "Completions.parse", call, Chat, until="1.92"),
        Point(_BETA_CHAT, "AsyncCompletions.parse", async_call, Chat, until="1.92"),
        Point(_RESPONSES, "Responses.create", call, Responses),
        Point(_RESPONSES, "AsyncResponses.create", async_call, Responses),
        Point(_RESPONSES, "Responses.parse", call, Responses),
        Point(_RESPONSES, "AsyncResponses.parse", async_call, Responses),
        Point(_SPEECH, "Speech.create", call, Speech),
        Point(_SPEECH, "AsyncSpeech.create", async_call, Speech),
        Point(_TRANSCRIPTIONS, "Transcriptions.create", call, Transcription),
        Point(_TRANSCRIPTIONS, "AsyncTranscriptions.create", async_call, Transcription),
        Point(_TRANSLATIONS, "Translations.create", call, Translation),
        Point(_TRANSLATIONS, "AsyncTranslations.create", async_call, Translation),
        # `enter` is another name of the same method; from 2.32 on both go through `_connect_ws`, and so does each new
        # connection after a lost one.
        *(
            Point(module, f"{colour}RealtimeConnectionManager.{name}", shape, OpenAIRealtime, since, until)
            for module, since, until in ((_REALTIME, "1.103", "2.32"), (_BETA_REALTIME, "0", "9999"))
            for colour, shape, entering in (("", connection, "__enter__"), ("Async", async_connection, "__aenter__"))
            for name in (entering, "enter")
        ),
        Point(_REALTIME, "RealtimeConnectionManager._connect_ws", connection, OpenAIRealtime, "2.32"),
        Point(_REALTIME, "AsyncRealtimeConnectionManager._connect_ws", async_connection, OpenAIRealtime, "2.32"),
    ),
    surfaces={
        "chat.completions": "create, parse, stream; plain and streamed",
        "responses": "create, parse, stream; plain and streamed",
        "audio.speech": "create; whole, streamed and as events",
        "audio.transcriptions": "create; whole and as events",
        "audio.translations": "create",
        "realtime": "connect, also of beta (one operation for each answer and for each utterance)",
    },
)
