"""What the Collector has to remove wherever it is planted, and what looks like it and has to stay."""

from __future__ import annotations

SECRETS = (
    "ann@example.com",
    "+49 170 1234567",
    "+1 (415) 555-0123",
    "(415) 555-0123",
    "0170 1234567",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
    "4111111111111111",
    "5500005555555559",
    "4111111111111111 5500005555555559",
    "card_4111111111111111",
    "visa.4111111111111111",
    "3782 822463 10005",
    "sk-abcdefghijklmnopqrstuv",
    "AKIAIOSFODNN7EXAMPLE",
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.abc",
    "Bearer abcdefghijklmnop",
    "Token 0123456789abcdef",
    "postgres://bob:hunter22@db:5432",
    "api_key=hunter22",
    '"password": "hunter22"',
)

# What of a secret must not be found anywhere afterwards.
LEFTOVERS = (*SECRETS, "hunter22")

LOOK_ALIKES = (
    "0af7651916cd43dd8448eb211c80319c",  # a trace id
    "4111111111111111111111111111111a",  # a trace id that begins like a card
    "4bf92f35-77b3-4da6-a3ce-929d0e0e4736",  # a UUID
    "41111111-1111-4111-8111-111111111111",  # a UUID of digits only
    "CA0123456789abcdef0123456789abcdef",  # the id of a telephone call
    "1763722800123",  # milliseconds since 1970
    "1763722800123456789",  # nanoseconds since 1970
    "140735553214080",  # a thread
    "4500000000000",  # 75 minutes in nanoseconds
    "4155550123",  # a numeric id
    "987654321012",
    "0.4142135623730951",  # a duration in seconds with all its digits
    "12.512345678901234",
    "4.111111111111111e-05",
    "192.168.100.200",
    "10.0.0.1:4317",
    "2001:db8::4111:1111:1111:1111",
    "1.45.1",
    "0.66b1+build.20261121",
    "gpt-4o-mini-2024-07-18",
    "2026-11-21T10:00:00.123456+00:00",
    "2026-11-21 10:00:00 +0100",
    "pip install opentelemetry-sdk==1.45.1",
    "POST /v1/audio/speech 200 in 1.234 s",
    "max_tokens=4096",
    "token 12",
)
