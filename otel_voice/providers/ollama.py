"""The Ollama SDK, 0.4 on: the table of its patch points.

Everything it asks of a server goes through one method, also what the functions of the module ask, which are bound to a
client when it is imported.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.asked import asked, async_asked
from otel_voice.providers.ollama_answers import Answer

_CLIENT = "ollama._client"

PROVIDER = Provider(
    name="ollama",
    package="ollama",
    distribution="ollama",
    since="0.4",
    before="1",
    points=(
        Point(_CLIENT, "Client._request", asked, Answer),
        Point(_CLIENT, "AsyncClient._request", async_asked, Answer),
    ),
    surfaces={"chat, generate": "plain and streamed; clients and the functions of the module"},
)
