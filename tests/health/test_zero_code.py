"""A program that knows nothing of otel_voice: its loop, its calls and its provider are watched all the same."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from otel_voice.simulators.server import Simulators
from tests.distro.sink import Sink
from tests.health.test_server import Start, page, start, until  # noqa: F401 - `start` is a fixture
from tests.schema_check import check_sink

PROGRAM = """
import asyncio, time, uuid
import openai

def think(seconds):
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        sum(range(1000))

async def main():
    async with openai.AsyncOpenAI(api_key="simulated") as client:
        asked = {"model": "gpt-4o-mini", "messages": [{"role": "user", "content": "hello"}]}
        await client.chat.completions.create(**asked)
        await asyncio.sleep(1)
        think(2)
        await asyncio.sleep(0.5)
        for _ in range(5):
            try:
                await client.with_options(max_retries=0, base_url="http://127.0.0.1:9/v1").chat.completions.create(**asked)
            except openai.APIConnectionError:
                pass
    print("done", flush=True)
    time.sleep(600)

asyncio.run(main())
"""


@pytest.fixture
def simulators() -> Iterator[Simulators]:
    with Simulators() as simulators:
        yield simulators


def thinking(sink: Sink) -> list[Any]:
    """The blocks whose stack names the function; to import the SDK's types blocks a slow machine's loop, too."""
    blocks = [log for log in sink.logs() if log.event_name == "voice.event_loop.blocked"]
    return [log for log in blocks if "in think" in log.attributes.get("code.stacktrace", "")]


def providers(port: int) -> Any:
    """What the check of providers says on the page."""
    return page(port, "/health/detailed")["checks"]["providers"]


def test_a_blocked_loop_and_a_failing_provider(start: Start, port: int, simulators: Simulators) -> None:  # noqa: F811
    """What blocked the loop arrives as a log event with its stack, the lag as a histogram, and the check names the
    provider that fails."""
    with Sink() as sink:
        program = start(
            PROGRAM,
            OPENAI_BASE_URL=f"{simulators.simulate('first=0,interval=0')}/v1",
            OTEL_EXPORTER_OTLP_ENDPOINT=sink.endpoint,
            OTEL_METRICS_EXPORTER="otlp",
            OTEL_LOGS_EXPORTER="otlp",
            OTEL_METRIC_EXPORT_INTERVAL="500",
        )
        assert program.wait_for_line() == "done"
        until(lambda: thinking(sink))
        until(lambda: [point for point in sink.points() if point.name == "voice.event_loop.lag"])
        [blocked] = thinking(sink)
        check_sink(sink)
    assert blocked.attributes["voice.event_loop.block.duration"] >= 0.25
    assert blocked.attributes["thread.name"] == "MainThread"
    # One examination serves everybody for a second, and the metrics asked a moment ago.
    until(lambda: not providers(port)["ok"])
    assert not providers(port)["critical"]
    assert providers(port)["detail"] == "openai: 5 of 6 failed, the last with APIConnectionError"
