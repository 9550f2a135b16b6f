"""One request at a time, and what the Collector answers."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.stack.real.stack import Stack

# No answer within the time: the sender is held back.
HELD = 0


@dataclass(frozen=True)
class Answer:
    """The status of an answer, or HELD, and what it says."""

    status: int
    text: str = ""


def ask(stack: Stack, signal: str, body: Mapping[str, Any], timeout: float = 20.0) -> Answer:
    """Post OTLP as JSON."""
    return post(f"{stack.endpoint}/v1/{signal}", json.dumps(body).encode(), "application/json", timeout)


def post(url: str, body: bytes, content_type: str, timeout: float = 20.0) -> Answer:
    """Post any bytes."""
    request = urllib.request.Request(url, body, {"Content-Type": content_type})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            return Answer(answer.status, answer.read().decode(errors="replace"))
    except urllib.error.HTTPError as refusal:
        return Answer(refusal.code, refusal.read().decode(errors="replace"))
    except TimeoutError:
        return Answer(HELD)
