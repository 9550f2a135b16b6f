"""The ElevenLabs SDK over an in-memory transport: chunks of audio and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
from elevenlabs.client import ElevenLabs

from benchmarks.subjects import SOUND


class Audio(httpx.SyncByteStream):
    """A body of `count` chunks of 200 ms at 24 kHz."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __iter__(self) -> Iterator[bytes]:
        for _ in range(self.count):
            yield SOUND


def answer(request: httpx.Request) -> httpx.Response:
    """Answer like the provider would, at once; the text says how many chunks."""
    return httpx.Response(200, stream=Audio(int(request.headers["x-chunks"])))


def elevenlabs_stream(chunks: int) -> None:
    """One streamed synthesis of so many chunks of audio."""
    client = ElevenLabs(api_key="k", httpx_client=httpx.Client(transport=httpx.MockTransport(answer)))
    audio = client.text_to_speech.stream(
        voice_id="v",
        text="hello",
        model_id="eleven_flash_v2_5",
        output_format="pcm_24000",
        request_options={"additional_headers": {"x-chunks": str(chunks)}, "chunk_size": len(SOUND)},
    )
    for _ in audio:
        pass
