"""AWS in botocore 1.38 to 1.44, which boto3 is made of: the table of its patch points.

Every operation of every service goes through one method; those that are observed are in a table of their own. Polly's
StartSpeechSynthesisStream and Bedrock's InvokeModelWithBidirectionalStream are not among them: they need HTTP/2, which
botocore has not got, so that it takes their methods off its clients.
"""

from __future__ import annotations

from typing import Any

from otel_voice.capture.points import Point, Provider
from otel_voice.capture.shapes.chosen import ChosenObserver, chosen_call
from otel_voice.providers.aws_converse import Converse, ConverseStream
from otel_voice.providers.aws_invoke import InvokeModel, InvokeModelStream
from otel_voice.providers.aws_polly import SynthesizeSpeech


class Operations(ChosenObserver):
    """Reads one operation of one of these services."""

    observers = {
        ("bedrock-runtime", "Converse"): Converse,
        ("bedrock-runtime", "ConverseStream"): ConverseStream,
        ("bedrock-runtime", "InvokeModel"): InvokeModel,
        ("bedrock-runtime", "InvokeModelWithResponseStream"): InvokeModelStream,
        ("polly", "SynthesizeSpeech"): SynthesizeSpeech,
    }
    name = "operation_name"

    def service(self, client: Any) -> str:
        service: str = client.meta.service_model.service_name
        return service


SURFACES = {
    "bedrock-runtime": "converse, converse_stream; invoke_model and invoke_model_with_response_stream with messages "
    "(model, tokens, times)",
    "polly": "synthesize_speech, however its AudioStream is read",
}

PROVIDER = Provider(
    name="botocore",
    package="botocore",
    distribution="botocore",
    since="1.38",
    before="2",
    points=(Point("botocore.client", "BaseClient._make_api_call", chosen_call, Operations),),
    surfaces=SURFACES,
)
