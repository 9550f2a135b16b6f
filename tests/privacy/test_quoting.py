"""A provider that refuses a request may quote it: while content is not recorded, the quotation does not leave."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from otel_voice.observation.records import Inference
from otel_voice.privacy import unchecked
from otel_voice.privacy.quoting import QUOTED, READ, Said, TooLongError
from otel_voice.telemetry import failing
from otel_voice.telemetry.content import ContentPolicy
from tests.distro.conftest import Run, run_against, sink
from tests.distro.sink import Sink
from tests.privacy.planted.provider import REFUSED, repeating

__all__ = ["run_against", "sink"]

PROMPT = "My name is Anna Schmidt.\nI was tested positive, and it's urgent"
ASKED = ((), {"model": "gpt-4o", "messages": [{"role": "user", "content": PROMPT}], "user": "Ann"})


def test_what_is_quoted_is_taken_out() -> None:
    """In quotation marks, whole or a word of it, escaped as in JSON; and in words that follow each other."""
    said = Said(ASKED)
    error = {"error": {"message": f"Invalid content: '{PROMPT}'", "type": "invalid_request_error", "code": None}}
    for message in (str(error), json.dumps(error), f"refused: {PROMPT.upper()}", "flagged: my name is Anna Sch..."):
        told = said.out_of(message)
        assert QUOTED in told
        assert not any(word in told.casefold() for word in ("anna", "schmidt", "tested", "positive"))
    assert said.out_of("the word 'Schmidt' is flagged") == f"the word '{QUOTED}' is flagged"


@pytest.mark.parametrize(
    "message",
    [
        "The model `gpt-4o` does not exist or you do not have access to it.",
        "Rate limit reached for gpt-4o in organization org-1 on requests per min (RPM): Limit 500, Used 500",
        "Error code: 429 - {'error': {'message': 'You exceeded your current quota', 'type': 'insufficient_quota'}}",
        "Connection error.",
    ],
)
def test_what_the_provider_says_of_its_own_stays(message: str) -> None:
    """Parameters are no content, and neither are words that both happen to use."""
    assert Said(ASKED).out_of(message) == message


def test_a_short_answer_is_known_too() -> None:
    """Less than four words, when that is all that was said."""
    assert Said(((), {"text": "Anna Schmidt"})).out_of("cannot speak Anna Schmidt") == f"cannot speak {QUOTED}"
    assert Said((("Schmidt",), {})).out_of("cannot speak Schmidt") == f"cannot speak {QUOTED}"


def test_a_request_that_is_too_long_is_not_compared() -> None:
    """Nor one that is too deep or holds itself: who asks learns that nothing is known."""
    endless: list[Any] = ["a b"]
    endless += [endless] * 9
    for asked in ({"text": "a " * READ}, [f"{number} x" for number in range(10_000)], endless):
        with pytest.raises(TooLongError):
            Said(asked)


class Unreadable(dict[str, Any]):
    def items(self) -> Any:
        raise KeyError("Anna Schmidt")


@pytest.mark.parametrize(
    ("asked", "counted"), [({"text": "x" * (READ + 1)}, []), ({"text": Unreadable()}, [("text", "KeyError")])]
)
def test_what_cannot_be_compared_is_left_out(
    asked: dict[str, Any], counted: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message does not leave. A long request is no fault; one that cannot be read is counted."""
    told: list[tuple[str, str]] = []
    monkeypatch.setattr(unchecked, "_listener", lambda what, kind: told.append((what, kind)))
    record = Inference("openai")
    record.asked, record.error = ((), asked), ValueError("refused: Anna Schmidt")
    assert failing.description(record, ContentPolicy()) == failing.UNTOLD
    assert told == counted


@given(prompt=st.text(max_size=200), message=st.text(max_size=200))
def test_any_text_can_be_compared(prompt: str, message: str) -> None:
    """Nothing raises; and of the words of a prompt, between quotation marks, none is left."""
    said = Said(((f"it is {prompt}",), {}))
    said.out_of(message)
    words = " ".join(re.findall(r"\w+", f"it is {prompt}"))
    assert said.out_of(f'"{words}"') == f'"{QUOTED}"'


def test_time_grows_with_the_length() -> None:
    """Of what was said and of the message: four times of both takes nowhere near sixteen times as long."""

    def cost(times: int) -> float:
        said, message = "so I said to her " * times, "so I said to him " * times
        started = time.thread_time()
        Said(((said,), {})).out_of(message)
        return time.thread_time() - started

    short, long = (min(cost(times) for _ in range(3)) for times in (500, 2000))
    assert long < short * 10 + 0.002


@pytest.fixture
def address() -> Iterator[str]:
    """Of a provider that refuses what it is asked in the words of whoever asks."""
    with repeating() as address:
        yield address


PROGRAM = f"""
import asyncio, openai

def asked(stream):
    said = "My name " + {PROMPT.removeprefix("My name ")!r}
    return {{"model": {REFUSED!r}, "messages": [{{"role": "user", "content": said}}], "stream": stream}}

async def main():
    async with openai.AsyncOpenAI(api_key="simulated", max_retries=0) as client:
        for stream in (False, True):
            try:
                await client.chat.completions.create(**asked(stream))
            except openai.BadRequestError as error:
                assert "Schmidt" in str(error)

for stream in (False, True):
    try:
        openai.OpenAI(api_key="simulated", max_retries=0).chat.completions.create(**asked(stream))
    except openai.BadRequestError as error:
        assert "Schmidt" in str(error)
asyncio.run(main())
"""


@pytest.mark.parametrize(("mode", "quoted"), [("NO_CONTENT", False), ("SPAN_ONLY", True)])
def test_a_refusal_quotes_nobody(mode: str, quoted: bool, address: str, sink: Sink, run_against: Run) -> None:
    """In status, event, stack and body, plain and streamed, in both colours; who records content has it anyway."""
    env = {"OPENAI_BASE_URL": address, "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT": mode}
    ended = run_against(sink.endpoint, PROGRAM, **env)
    assert (ended.status, ended.telemetry_lines()) == (0, [])
    failures = [log for log in sink.logs() if log.event_name == "gen_ai.client.operation.exception"]
    assert len(failures) == 4
    assert all("is refused" in log.attributes["exception.message"] for log in failures)
    assert all("BadRequestError" in log.attributes["exception.stacktrace"] for log in failures)
    assert (b"tested positive" in sink.raw()) is quoted
    assert (b"Schmidt" in sink.raw()) is quoted
