"""The Cohere SDK, 5.15 to 7.x: the table of its patch points.

From 5.16 on its clients ask through raw ones, which give the headers, too; the second version of its API only.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_generator, async_managed, call, generator, managed
from otel_voice.providers.cohere_chat import Chat, RawChat, RawStream, Stream

_OLD, _RAW = "cohere.v2.client", "cohere.v2.raw_client"

PROVIDER = Provider(
    name="cohere",
    package="cohere",
    distribution="cohere",
    since="5.15",
    before="8",
    points=(
        Point(_OLD, "V2Client.chat", call, Chat, until="5.16"),
        Point(_OLD, "AsyncV2Client.chat", async_call, Chat, until="5.16"),
        Point(_OLD, "V2Client.chat_stream", generator, Stream, until="5.16"),
        Point(_OLD, "AsyncV2Client.chat_stream", async_generator, Stream, until="5.16"),
        Point(_RAW, "RawV2Client.chat", call, RawChat, since="5.16"),
        Point(_RAW, "AsyncRawV2Client.chat", async_call, RawChat, since="5.16"),
        Point(_RAW, "RawV2Client.chat_stream", managed, RawStream, since="5.16"),
        Point(_RAW, "AsyncRawV2Client.chat_stream", async_managed, RawStream, since="5.16"),
    ),
    surfaces={"v2.chat": "chat, chat_stream; ClientV2 and AsyncClientV2"},
)
