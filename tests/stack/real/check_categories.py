"""Each category of log reaches Loki under its own label, because retention follows it."""

from __future__ import annotations

import pytest

from tests.stack.real.otlp import TRACE, log, logs
from tests.stack.real.programs import eventually
from tests.stack.real.stack import Stack

pytestmark = pytest.mark.timeout(240)

CATEGORIES = ("app", "access", "error", "security", "audit", "performance")


@pytest.mark.parametrize("category", CATEGORIES)
def test_a_category_is_a_label(stack: Stack, category: str) -> None:
    """A record of the category is found once by its label, with trace and conversation beside it."""
    mark = {"voice.log.category": category, "voice.conversation.id": f"call-{category}"}
    stack.send("logs", logs(log(f"said as {category}", mark)))
    query = f'{{voice_log_category="{category}", service_name="by-hand"}} |= "said as" | trace_id="{TRACE}"'
    [stream] = eventually(lambda: stack.log_streams(query), f"a record of {category}")
    assert stream["stream"]["voice_conversation_id"] == f"call-{category}"
    assert len(stream["values"]) == 1


def test_an_unknown_category_is_app(stack: Stack) -> None:
    """A category that does not exist makes no label of its own."""
    stack.send("logs", logs(log("of no category", {"voice.log.category": "call-4711"})))
    eventually(lambda: stack.log_streams('{voice_log_category="app"} |= "of no category"'), "the record as app")
