"""Amazon Nova Sonic by aws-sdk-bedrock-runtime, 0.4 to 0.12: the table of its patch points. Python 3.12 on."""

from __future__ import annotations

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.duplex_events import async_duplex_events
from otel_voice.providers.nova_sonic_talk import Talk

_CLIENT = "aws_sdk_bedrock_runtime.client"
_STREAM = "invoke_model_with_bidirectional_stream"

PROVIDER = Provider(
    name="nova_sonic",
    package="aws_sdk_bedrock_runtime",
    distribution="aws-sdk-bedrock-runtime",
    since="0.4",
    before="1",
    points=(
        Point(_CLIENT, f"BedrockRuntimeClient.{_STREAM}", async_duplex_events, Talk, until="0.8"),
        Point(_CLIENT, f"AsyncBedrockRuntimeClient.{_STREAM}", async_duplex_events, Talk, since="0.8"),
    ),
    surfaces={_STREAM: "Nova Sonic (one operation for each answer and for each utterance)"},
)
