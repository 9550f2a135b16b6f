"""AWS in aiobotocore 2.23 to 3.x: the table of its patch points. Each release pins the botocore that it is made for."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.chosen import async_chosen_call
from otel_voice.providers.botocore import SURFACES, Operations

PROVIDER = Provider(
    name="aiobotocore",
    package="aiobotocore",
    distribution="aiobotocore",
    since="2.23",
    before="4",
    points=(Point("aiobotocore.client", "AioBaseClient._make_api_call", async_chosen_call, Operations),),
    surfaces=SURFACES,
)
