"""Hypercorn: any ASGI application that it serves."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.ingress.asgi import calling

PROVIDER = Provider(
    name="hypercorn",
    package="hypercorn",
    distribution="hypercorn",
    since="0.15",
    before="1",
    points=(Point("hypercorn.app_wrappers", "ASGIWrapper.__call__", calling, Observer),),
    part_of="asgi",
)
