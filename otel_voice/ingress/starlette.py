"""Starlette and FastAPI, under whatever serves them; a server that is known has been there before."""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.ingress.asgi import calling

PROVIDER = Provider(
    name="starlette",
    package="starlette",
    distribution="starlette",
    since="0.27",
    before="2",
    points=(Point("starlette.applications", "Starlette.__call__", calling, Observer),),
    part_of="asgi",
)
