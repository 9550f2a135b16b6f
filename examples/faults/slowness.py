"""Services that answer, and take too long."""

from telephone import Telephone

import otel_voice


async def slow_model():
    """The model thinks for four seconds."""
    with otel_voice.conversation(channel="phone", direction="inbound"):
        await Telephone(thinking={"first": 4.0}).answer()


async def slow_recogniser():
    """The recogniser takes three seconds for what it heard."""
    with otel_voice.conversation(channel="phone", direction="inbound"):
        await Telephone(hearing={"first": 3.0}).answer()


async def slow_voice():
    """The voice begins after three seconds, and then comes slower than it plays."""
    with otel_voice.conversation(channel="web", direction="inbound"):
        await Telephone(speaking={"first": 3.0, "interval": 0.25}).answer()
