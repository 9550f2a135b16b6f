"""The real Bedrock SDK against the simulator: a stream of Nova Sonic, and what a program says and hears on it."""

from __future__ import annotations

import base64
import json
from typing import Any
from urllib.parse import quote

import aws_sdk_bedrock_runtime.client as sdk
from aws_sdk_bedrock_runtime import config as sdk_config
from aws_sdk_bedrock_runtime import models
from awscrt import io
from smithy_aws_core.identity import AWSCredentialsIdentity
from smithy_http.aio import crt

from otel_voice.simulators.audio import synthesize
from otel_voice.simulators.aws_nova_sonic import NovaSonic

MODEL = "amazon.nova-2-sonic-v1:0"
RATE = 16000
SAID = "I would like a table"
SPEECH = synthesize("I would like a table.", RATE)
QUIET = bytes(RATE * 2)
BOOKING = {
    "name": "book_appointment",
    "description": "Book an appointment",
    "inputSchema": {"json": json.dumps({"type": "object", "properties": {"day": {"type": "string"}}})},
}
SPOKEN = {"mediaType": "audio/lpcm", "sampleRateHertz": 24000, "sampleSizeBits": 16, "channelCount": 1}
HEARD = {**SPOKEN, "sampleRateHertz": RATE, "audioType": "SPEECH", "encoding": "base64"}


class Trusting(crt.AWSCRTHTTPClient):
    """A transport that believes any certificate, also where the SDK copies its configuration."""

    def __init__(self) -> None:
        super().__init__()
        options = io.TlsContextOptions()
        options.verify_peer = False
        self._tls_ctx = io.ClientTlsContext(options)

    def __deepcopy__(self, memo: Any) -> Trusting:
        return self


class Known:
    """Credentials that are there."""

    async def get_identity(self, *, properties: Any) -> AWSCredentialsIdentity:
        return AWSCredentialsIdentity(access_key_id="key", secret_access_key="simulated")


async def streaming(server: NovaSonic, directives: str = "", port: int | None = None) -> Talk:
    """A stream that is on its way; the service has not said whether it is let in."""
    endpoint = server.simulate(quote(directives, safe="=,"))
    if port is not None:
        endpoint = endpoint.replace(str(server.port), str(port))
    given = {
        "endpoint_uri": endpoint,
        "region": "us-east-1",
        "transport": Trusting(),
        "aws_credentials_identity_resolver": Known(),
    }
    make = getattr(sdk_config, "AsyncBedrockRuntimeConfig", None)
    config = await make.resolve(**given) if make is not None else sdk_config.Config(**given)
    client = getattr(sdk, "AsyncBedrockRuntimeClient", None) or sdk.BedrockRuntimeClient
    asked = models.InvokeModelWithBidirectionalStreamOperationInput(model_id=MODEL)
    return Talk(await client(config=config).invoke_model_with_bidirectional_stream(asked))


class Talk:
    """What a program does on a stream."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.receiver: Any = None

    async def begin(self, **prompt: Any) -> None:
        """Set up the session, as every program does."""
        await self.send("sessionStart", inferenceConfiguration={"maxTokens": 1024, "topP": 0.9, "temperature": 0.7})
        voice = {**SPOKEN, "voiceId": "matthew", "encoding": "base64", "audioType": "SPEECH"}
        await self.send("promptStart", promptName="p", audioOutputConfiguration=voice, **prompt)
        await self.write("Answer in one sentence.", "SYSTEM", interactive=False)
        _, self.receiver = await self.stream.await_output()
        about = {"promptName": "p", "contentName": "microphone", "type": "AUDIO", "role": "USER", "interactive": True}
        await self.send("contentStart", **about, audioInputConfiguration=HEARD)

    async def send(self, kind: str, **content: Any) -> None:
        """One event of the client."""
        said = json.dumps({"event": {kind: content}}).encode()
        part = models.BidirectionalInputPayloadPart(bytes_=said)
        await self.stream.input_stream.send(models.InvokeModelWithBidirectionalStreamInputChunk(value=part))

    async def write(self, text: str, role: str = "USER", interactive: bool = True) -> None:
        """Say something in writing."""
        about = {"promptName": "p", "contentName": f"text {role}"}
        await self.send("contentStart", **about, type="TEXT", role=role, interactive=interactive)
        await self.send("textInput", **about, content=text)
        await self.send("contentEnd", **about)

    async def gives(self, tool: str, result: str) -> None:
        """What a tool gave."""
        about = {"promptName": "p", "contentName": f"result {tool}"}
        asked = {"toolUseId": tool, "type": "TEXT"}
        await self.send("contentStart", **about, type="TOOL", role="TOOL", toolResultInputConfiguration=asked)
        await self.send("toolResult", **about, content=result)
        await self.send("contentEnd", **about)

    async def says(self, audio: bytes = SPEECH + QUIET) -> None:
        """Audio as a microphone gives it, in pieces of 100 ms."""
        size = RATE // 5
        for at in range(0, len(audio), size):
            content = base64.b64encode(audio[at : at + size]).decode()
            await self.send("audioInput", promptName="p", contentName="microphone", content=content)

    async def event(self) -> tuple[str, Any]:
        """The next event of the service; `("", None)` at the end."""
        told = await self.receiver.receive()
        if told is None:
            return "", None
        ((kind, content),) = json.loads(told.value.bytes_)["event"].items()
        return kind, content

    async def until(self, kind: str, **facts: Any) -> Any:
        """The next event of this kind with these members."""
        while True:
            found, content = await self.event()
            assert found, f"the stream ended without {kind}"
            if found == kind and facts.items() <= content.items():
                return content

    async def end(self) -> None:
        """Say good-bye, and hear what is left."""
        await self.send("promptEnd", promptName="p")
        await self.send("sessionEnd")
        await self.stream.input_stream.close()
        while (await self.event())[0]:
            pass
