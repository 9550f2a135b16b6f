"""Keys, tokens and passwords, drawn by the rules of those who give them out."""

from __future__ import annotations

import base64
import json
import random
import string
import uuid
from collections.abc import Iterator

Row = tuple[str, str, str, str]
"""Kind, group, what is private, the text that it stands in."""

PLAIN = ("{}", "it was {} again", "with {}", "key={}", '{{"value": "{}"}}', "it is {}, thanks.", "({})")

DRAW = random.Random(20261121)


def within(kind: str, group: str, private: str, templates: tuple[str, ...] = PLAIN) -> Row:
    return kind, group, private, DRAW.choice(templates).format(private)


WORD = string.ascii_letters + string.digits
HEX = "0123456789abcdef"
BASE64 = WORD + "-_"


def drawn(alphabet: str, length: int) -> str:
    return "".join(DRAW.choice(alphabet) for _ in range(length))


def keys() -> dict[str, str]:
    """One key of each provider."""
    return {
        "openai": f"sk-proj-{drawn(BASE64, 120)}",
        "openai, old": f"sk-{drawn(WORD, 48)}",
        "anthropic": f"sk-ant-api03-{drawn(BASE64, 93)}AA",
        "elevenlabs": f"sk_{drawn(HEX, 48)}",
        "cartesia": f"sk_car_{drawn(WORD, 22)}",
        "google": f"AIza{drawn(BASE64, 35)}",
        "google oauth": f"ya29.{drawn(BASE64, 100)}",
        "groq": f"gsk_{drawn(WORD, 52)}",
        "hugging face": f"hf_{drawn(string.ascii_letters, 34)}",
        "xai": f"xai-{drawn(WORD, 80)}",
        "aws": f"AKIA{drawn(string.ascii_uppercase + '234567', 16)}",
        "aws, for a session": f"ASIA{drawn(string.ascii_uppercase + '234567', 16)}",
        "github": f"ghp_{drawn(WORD, 36)}",
        "slack": f"xoxb-{drawn('0123456789', 12)}-{drawn('0123456789', 12)}-{drawn(WORD, 24)}",
        "stripe": f"sk_live_{drawn(WORD, 24)}",
        "twilio": f"SK{drawn(HEX, 32)}",
        "sendgrid": f"SG.{drawn(BASE64, 22)}.{drawn(BASE64, 43)}",
        "jwt": ".".join(
            (
                base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "typ": "JWT"}).encode()).decode().rstrip("="),
                base64.urlsafe_b64encode(json.dumps({"sub": drawn(WORD, 8)}).encode()).decode().rstrip("="),
                drawn(BASE64, 43),
            )
        ),
    }


UNMARKED = ("Authorization: Token {}", "'Authorization': 'Token {}'", "xi-api-key: {}", "api_key={}", '"apiKey": "{}"')
UNMARKED += (
    "?api_key={}&model=nova-3",
    "x-gladia-key: {}",
    "Ocp-Apim-Subscription-Key: {}",
    "--api-key {}",
    "token={}",
)
PASSWORDS = ("password={}", "'password': '{}'", '\\"password\\": \\"{}\\"', "PGPASSWORD={}", "Pwd={};", "--password {}")
ADDRESSES = ("postgres://agent:{}@db:5432/calls", "redis://:{}@cache:6379/0", "amqps://bot:{}@mq.example/vhost")
ADDRESSES += ("https://user:{}@example.com/x", "mongodb+srv://u:{}@c0.example.net/?w=majority")


def secrets() -> Iterator[Row]:
    for _ in range(20):
        for provider, key in keys().items():
            yield within("secret", f"key: {provider}", key)
    for template in UNMARKED:
        for _ in range(12):
            key = DRAW.choice(
                (drawn(HEX, 40), drawn(HEX, 32), drawn(WORD, 32), str(uuid.UUID(int=DRAW.getrandbits(128))))
            )
            yield within("secret", "key without a sign, named", key, (template,))
    for template in (*PASSWORDS, *ADDRESSES):
        for _ in range(12):
            password = drawn(WORD, DRAW.randint(8, 16))
            yield within("secret", "password", password, (template,))
    for scheme in ("Bearer", "bearer", "Basic", "Token"):
        for _ in range(12):
            yield within("secret", "scheme", drawn(WORD, DRAW.choice((20, 32, 64))), (f"{scheme} {{}}",))
    for label in ("RSA ", "", "EC ", "OPENSSH "):
        body = "\n".join(drawn(WORD + "+/", 64) for _ in range(4))
        block = f"-----BEGIN {label}PRIVATE KEY-----\n{body}\n-----END {label}PRIVATE KEY-----"
        yield "secret", "private key", json.dumps(body)[1:-1], json.dumps(block)[1:-1]
