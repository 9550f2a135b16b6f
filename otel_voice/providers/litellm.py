"""LiteLLM, 1.106 on: the table of its patch points.

It asks some providers through their own SDKs and the others itself. Either way a completion is told here, once, as one
of the provider that is asked. Its speech and its transcriptions go through OpenAI's SDK, and are told there.
"""

from __future__ import annotations

from otel_voice.capture.observer import Observer
from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.claimed import async_claimed_call, claimed_call
from otel_voice.capture.stepped import async_step, closing, step
from otel_voice.providers.litellm_chat import Chat

_STREAM = "litellm.litellm_core_utils.streaming_handler"

PROVIDER = Provider(
    name="litellm",
    package="litellm",
    distribution="litellm",
    since="1.106",
    before="2",
    points=(
        # The router, and every try of a call with fall-backs, go through these names of the package.
        Point("litellm", "completion", claimed_call, Chat),
        Point("litellm", "acompletion", async_claimed_call, Chat),
        Point(_STREAM, "CustomStreamWrapper.__next__", step, Observer),
        Point(_STREAM, "CustomStreamWrapper.__anext__", async_step, Observer),
        Point(_STREAM, "CustomStreamWrapper.aclose", closing, Observer),
    ),
    surfaces={"completion": "completion, acompletion, Router; plain and streamed"},
)
