"""OpenAI's clients: Azure, and the errors that all of them share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from otel_voice.observation.records import Operation, Outcome
from otel_voice.simulators.server import Simulators
from tests.capture_sink import RecordingSink
from tests.providers.openai_calls import COLOURS, MESSAGES, MODEL, RECORDING, azure, client, items, observed, settled

CALLS: dict[str, Callable[[Any], Any]] = {
    "chat": lambda made: made.chat.completions.create(model=MODEL, messages=MESSAGES),
    "chat_stream": lambda made: made.chat.completions.create(model=MODEL, messages=MESSAGES, stream=True),
    "responses": lambda made: made.responses.create(model=MODEL, input="Hello"),
    "speech": lambda made: made.audio.speech.create(model=MODEL, voice="alloy", input="Hello"),
    "transcriptions": lambda made: made.audio.transcriptions.create(model=MODEL, file=RECORDING),
    "translations": lambda made: made.audio.translations.create(model=MODEL, file=RECORDING),
}

pytestmark = pytest.mark.parametrize("colour", COLOURS)


@pytest.fixture
def sink() -> Iterator[RecordingSink]:
    with observed(RecordingSink()) as sink:
        yield sink


async def used(call: str, made: Any) -> None:
    """Make a call and read whatever comes of it."""
    answer = await settled(CALLS[call](made))
    if call.endswith("_stream"):
        await items(answer)


@pytest.mark.parametrize("call", CALLS)
async def test_azure_is_told_apart(colour: str, simulators: Simulators, sink: RecordingSink, call: str) -> None:
    """At Azure the provider is another and the model is the deployment."""
    await used(call, azure(colour, simulators))
    record = sink.only(Operation)
    assert (record.provider, record.request_model) == ("azure.ai.openai", MODEL)
    assert (record.outcome, record.server_port) == (Outcome.COMPLETED, simulators.port)


async def test_the_deployment_of_an_azure_client_is_the_model(
    colour: str, simulators: Simulators, sink: RecordingSink
) -> None:
    """A deployment that the client fixes is what answers, whatever model the call names."""
    await used("chat", azure(colour, simulators, azure_deployment="ours"))
    assert sink.only(Operation).request_model == "ours"


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("status", [401, 429, 500])
async def test_a_refusal_is_told_by_its_status(
    colour: str, simulators: Simulators, sink: RecordingSink, call: str, status: int
) -> None:
    """A refused call fails with the provider's own error, told by its status and request id."""
    import openai

    with pytest.raises(openai.APIStatusError) as raised:
        await used(call, client(colour, simulators, f"fail={status}"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, status, str(status))
    assert record.request_id == raised.value.request_id is not None


async def test_a_slow_answer_is_a_time_out(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A time-out has no status; it is told by its class."""
    import openai

    with pytest.raises(openai.APITimeoutError) as raised:
        await used("chat", client(colour, simulators, "first=5", timeout=0.1))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.status_code, record.error_type) == (Outcome.FAILED, None, None)


async def test_an_unreachable_server_is_a_failure(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A connection that cannot be made has no status; it is told by its class."""
    import openai

    with pytest.raises(openai.APIConnectionError) as raised:
        await used("chat", client(colour, simulators, base_url="http://127.0.0.1:9/v1"))
    record = sink.only(Operation)
    assert sink.errors == [raised.value]
    assert (record.outcome, record.error_type, record.server_port) == (Outcome.FAILED, None, 9)


async def test_the_sdks_own_retries_are_one_record(colour: str, simulators: Simulators, sink: RecordingSink) -> None:
    """A call that the SDK repeats by itself is one operation, from the first try to the answer."""
    await used("chat", client(colour, simulators, "fail=500,retries=1").with_options(max_retries=1))
    assert sink.only(Operation).outcome is Outcome.COMPLETED
