"""The Google GenAI SDK, 1.x to 3.x: the table of its patch points.

The public methods go through the private ones, once for each request: a call with automatic function calling or
continuation is several model calls. Chats go through the public ones.
"""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes import async_call, async_session, call, generator
from otel_voice.capture.shapes.generated import async_generated
from otel_voice.providers.google_genai_content import Generation, GenerationStream
from otel_voice.providers.google_genai_interactions import FirstInteraction, Interaction
from otel_voice.providers.google_genai_live import Live

_MODELS = "google.genai.models"
_FIRST = "google.genai._interactions.resources.interactions"
_INTERACTIONS = "google.genai._gaos.interactions"

PROVIDER = Provider(
    name="google_genai",
    package="google.genai",
    distribution="google-genai",
    since="1",
    before="4",
    points=(
        Point(_MODELS, "Models._generate_content", call, Generation),
        Point(_MODELS, "Models._generate_content_stream", generator, GenerationStream),
        Point(_MODELS, "AsyncModels._generate_content", async_call, Generation),
        Point(_MODELS, "AsyncModels._generate_content_stream", async_generated, GenerationStream),
        Point(_FIRST, "InteractionsResource.create", call, FirstInteraction, "1.55", "2.9"),
        Point(_FIRST, "AsyncInteractionsResource.create", async_call, FirstInteraction, "1.55", "2.9"),
        Point(_INTERACTIONS, "Interactions.create", call, Interaction, "2.9"),
        Point(_INTERACTIONS, "AsyncInteractions.create", async_call, Interaction, "2.9"),
        Point("google.genai.live", "AsyncLive.connect", async_session, Live),
    ),
    surfaces={
        "models": "generate_content, generate_content_stream (one operation for each request); text and speech",
        "chats": "send_message, send_message_stream",
        "interactions": "create; whole and as events",
        "live": "connect (one operation for each answer and for each utterance)",
    },
)
