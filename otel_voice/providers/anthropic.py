"""The Anthropic SDK, 0.70 to 2.x: the table of its patch points.

`create`, `stream` and `parse`, of messages and of their beta, whatever the client, end in one method that sends what
they made. From 1.14 on that method makes a span of its own, which is current in the one it calls.
"""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, call
from otel_voice.capture.shapes.telling import telling
from otel_voice.providers.anthropic_messages import Messages

_CLIENT = "anthropic._base_client"

PROVIDER = Provider(
    name="anthropic",
    package="anthropic",
    distribution="anthropic",
    since="0.70",
    before="3",
    points=(
        Point(_CLIENT, "SyncAPIClient.request", call, Messages),
        Point(_CLIENT, "AsyncAPIClient.request", async_call, Messages),
        Point(_CLIENT, "SyncAPIClient._request", telling, Observer, since="1.14"),
        Point(_CLIENT, "AsyncAPIClient._request", telling, Observer, since="1.14"),
    ),
    surfaces={
        "messages": "create, parse, stream; plain and streamed; also on Bedrock and Vertex AI",
        "beta.messages": "create, parse, stream; plain and streamed",
    },
)
