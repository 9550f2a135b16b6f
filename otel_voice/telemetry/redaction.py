"""What is said has nothing private in it, and is bounded in size."""

from __future__ import annotations

from otel_voice.privacy.process import redact

__all__ = ["bounded", "redact"]


def bounded(text: str, length: int) -> str:
    """At most `length` characters. Cut only after redaction: half a secret is still one."""
    return text if len(text) <= length else text[:length] + "…"
