"""Messages beside the call: text messages, e-mails, chats."""

from __future__ import annotations

from typing import Any

from otel_voice.capture.guard import guarded
from otel_voice.events import values
from otel_voice.events.telling import event


def message(direction: str, channel: str, status: str, **fields: Any) -> None:
    """A message was received, sent, delivered, or failed: `message("outbound", "sms", "sent", length=142)`.

    `direction` is inbound or outbound; `channel` one of a handful. Fields: message_id, conversation_id, length, and
    of a failed one error and reason. Its text is not told. Never raises.
    """
    name = guarded(values.text, status, 64)
    event(f"message.{name}", **{**fields, "direction": direction, "channel": channel})
