"""The LMNT SDK, 2.x: the table of its patch points. 2.6 moved its sessions. 1.x is another one altogether."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_connecting, call
from otel_voice.providers.lmnt_session import Session
from otel_voice.providers.lmnt_speak import Detailed, Generation

_SPEECH = "lmnt.resources.speech"

PROVIDER = Provider(
    name="lmnt",
    package="lmnt",
    distribution="lmnt",
    since="2",
    before="3",
    points=(
        Point(_SPEECH, "SpeechResource.generate", call, Generation),
        Point(_SPEECH, "SpeechResource.generate_detailed", call, Detailed),
        Point(_SPEECH, "AsyncSpeechResource.generate", async_call, Generation),
        Point(_SPEECH, "AsyncSpeechResource.generate_detailed", async_call, Detailed),
        Point("lmnt.resources.sessions", "SpeechSession.connect", async_connecting, Session, since="2.6"),
        Point("lmnt.lib.websocket_streaming", "SpeechSession.connect", async_connecting, Session, until="2.6"),
    ),
    surfaces={
        "speech": "generate, generate_detailed; with_raw_response, with_streaming_response",
        "speech.sessions": "create (one operation for each flushed text)",
    },
)
