"""The server of `aiohttp`, 3.9 to 3.x: an application's websockets and requests."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.ingress.aiohttp_handling import answering, handling

PROVIDER = Provider(
    name="aiohttp_server",
    package="aiohttp",
    distribution="aiohttp",
    since="3.9",
    before="4",
    points=(
        Point("aiohttp.web_app", "Application._handle", handling, Observer),
        Point("aiohttp.web_response", "StreamResponse._prepare_headers", answering, Observer),
    ),
)
