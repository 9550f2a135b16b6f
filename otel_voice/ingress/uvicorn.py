"""uvicorn: any ASGI application that it serves, by whatever protocol."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.ingress.asgi import loading

PROVIDER = Provider(
    name="uvicorn",
    package="uvicorn",
    distribution="uvicorn",
    since="0.20",
    before="1",
    points=(Point("uvicorn.config", "Config.load", loading, Observer),),
    part_of="asgi",
)
