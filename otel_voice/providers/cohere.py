"""The Cohere SDK, 5.16 to 7.x: the table of its patch points, of the second version of its API.

Its clients ask through raw ones. Before 5.16 they did not, and a stream that was closed there read on.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_managed, call, managed
from otel_voice.providers.cohere_chat import Chat, Stream

_RAW = "cohere.v2.raw_client"

PROVIDER = Provider(
    name="cohere",
    package="cohere",
    distribution="cohere",
    since="5.16",
    before="8",
    points=(
        Point(_RAW, "RawV2Client.chat", call, Chat),
        Point(_RAW, "AsyncRawV2Client.chat", async_call, Chat),
        Point(_RAW, "RawV2Client.chat_stream", managed, Stream),
        Point(_RAW, "AsyncRawV2Client.chat_stream", async_managed, Stream),
    ),
    surfaces={"v2.chat": "chat, chat_stream; ClientV2 and AsyncClientV2"},
)
