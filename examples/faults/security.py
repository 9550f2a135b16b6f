"""Who may what: logins, permissions, and the records that must be there later."""

import otel_voice


async def logins():
    """Logins succeed and fail, and somebody tries what they may not."""
    otel_voice.event("auth.login", user="agent-7", method="sso", outcome="success")
    otel_voice.event("auth.login", user="caller-9", method="voiceprint", outcome="failure", reason="no_match")
    otel_voice.event("auth.permission_denied", user="agent-7", resource="recordings", reason="role")
    otel_voice.event("auth.logout", user="agent-7", method="sso")


async def audited():
    """What was done to whom is put on record."""
    otel_voice.audit("data.access", actor="agent-7", subject="customer-4711", purpose="confirm appointment")
    otel_voice.audit("state.change", actor="agent-7", subject="customer-4711", changed="appointment")
    otel_voice.security("authentication.failure", actor="caller-9", method="voiceprint", attempts=3)
    otel_voice.security("rate_limit.violation", actor="caller-9", limit="5 a minute")
