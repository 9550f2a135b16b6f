"""Conversations as cases: who has them, how long they wait, what a business counts."""

import otel_voice


async def queues():
    """A queue grows, and those who could answer have their hands full."""
    otel_voice.event("queue.depth", queue="support", depth=27)
    otel_voice.event("queue.depth", queue="sales", depth=2)
    otel_voice.event("queue.wait", queue="support", duration=840.0, channel="phone")
    otel_voice.event("queue.wait", queue="sales", duration=12.0, channel="web")
    otel_voice.event("agent.load", agent="agent-7", team="support", open=11)
    otel_voice.event("agent.load", agent="agent-9", team="sales", open=2)


async def cases():
    """Cases wait a quarter of an hour for an answer, go from team to team, are closed, and opened again."""
    for team, first, resolved in (("sales", 12.5, 600.0), ("support", 900.0, 7200.0)):
        otel_voice.event("conversation.created", team=team, channel="phone", direction="inbound")
        otel_voice.event("conversation.assigned", team=team, channel="phone", assignee="agent-7")
        otel_voice.event("conversation.first_response", team=team, channel="phone", duration=first)
        otel_voice.event("conversation.resolved", team=team, channel="phone", duration=resolved, resolution="resolved")
        otel_voice.event("conversation.closed", team=team, channel="phone", resolution="resolved")
    otel_voice.event("conversation.transferred", team="support", from_team="sales", channel="phone", reason="technical")
    otel_voice.event("conversation.reopened", team="support", channel="phone", reason="not_solved")


async def messages():
    """Messages go out; some do not arrive."""
    otel_voice.message("inbound", "whatsapp", "received", length=88)
    otel_voice.message("outbound", "sms", "sent", length=142)
    otel_voice.message("outbound", "sms", "delivered", length=142)
    otel_voice.message("outbound", "email", "failed", reason="mailbox_full")


async def business():
    """Appointments, leads, hand-overs, moods and marks."""
    for step in ("booked", "rescheduled", "cancelled", "missed", "completed"):
        otel_voice.event(f"appointment.{step}", service="line_repair", channel="phone")
    otel_voice.event("qualification.completed", outcome="qualified", score=0.8, channel="phone")
    otel_voice.event("qualification.completed", outcome="disqualified", score=0.1, channel="web")
    otel_voice.event("handoff.failed", team="support", reason="nobody_free")
    for mood, score in (("positive", 0.7), ("neutral", 0.0), ("negative", -0.9)):
        otel_voice.event("sentiment.measured", sentiment=mood, score=score, channel="phone")
    otel_voice.event("csat.received", team="support", score=1, channel="phone")
