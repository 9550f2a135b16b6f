"""What never leaves the process, what does, and at what price."""

from __future__ import annotations

import time

import pytest

from otel_voice.telemetry.redaction import redact

SECRETS = {
    "sk-proj-abcdefghij0123456789ABCDEF": "[secret]",
    "Authorization: Bearer abcdef0123456789abcdef": "abcdef0123456789abcdef",
    "Token 0123456789abcdef0123456789abcdef": "0123456789abcdef0123456789abcdef",
    "api_key=supersecretvalue": "supersecretvalue",
    "headers: {'Authorization': 'Token short1'}": "short1",
    '{"xi-api-key": "0a1b2c3d4e5f"}': "0a1b2c3d4e5f",
    "postgres://agent:hunter22@db:5432/calls": "hunter22",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N": "dozjgNryP4J3jVmNHl0w5N",
    "call me at +49 170 1234567": "1234567",
    "my number is (555) 123-4567": "123-4567",
    "ring 555-123-4567 please": "123-4567",
    "write to jane.doe@example.co.uk": "jane.doe",
    "card 4111 1111 1111 1111": "1111 1111",
    "5500005555555559": "5500005555555559",
    "AKIAIOSFODNN7EXAMPLE": "AKIAIOSFODNN7EXAMPLE",
}
LOOK_ALIKES = [
    "the request took 1234567 microseconds",
    "at 2026-11-21 04:10:33.860 the turn began",
    "chatcmpl-1234567890123456",
    "version 1.45.0.1",
    "request 8f14e45f-ceea-467f-a0b2-95e5d0f7a1c2",
    "0.123456789 seconds",
    "meet @noon at the desk",
    "Thursday at 3 p.m., order 12345",
]


@pytest.mark.parametrize(("text", "secret"), SECRETS.items())
def test_a_secret_does_not_survive(text: str, secret: str) -> None:
    """Keys, tokens, passwords, phone numbers, addresses and cards are gone."""
    if secret != "[secret]":
        assert secret not in redact(text)
    assert "[" in redact(text)


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_what_only_looks_like_one_stays(text: str) -> None:
    """Times, ids and versions stay readable."""
    assert redact(text) == text


HOSTILE = [("1 ", ""), ("a.", "@"), ("api_key", "="), ("eyJ", "="), ("+1-", "")]


@pytest.mark.parametrize(("repeated", "tail"), HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(repeated: str, tail: str) -> None:
    """Ten times the text takes about ten times as long, and nowhere near a hundred: no pattern can blow up."""

    def cost(times: int) -> float:
        text = repeated * times + tail
        started = time.thread_time()
        redact(text)
        return time.thread_time() - started

    short = min(cost(5_000) for _ in range(3))
    long = min(cost(50_000) for _ in range(3))
    assert long < short * 40
