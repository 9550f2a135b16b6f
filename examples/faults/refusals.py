"""Services that refuse, fail, and break off."""

from elevenlabs.core.api_error import ApiError
from openai import APIError
from telephone import Telephone

import otel_voice


async def exhausted_model():
    """The model refuses every request for its rate limit, and there is nobody else to ask."""
    with otel_voice.conversation(channel="phone", direction="outbound"):
        await Telephone(thinking={"fail": 429}, model="gpt-4.1", retries=1).answer()


async def refused_model_with_fallback():
    """One model is over its limit: asked again, and then another one."""
    with otel_voice.conversation(channel="phone", direction="inbound") as call:
        telephone = Telephone(thinking={"fail": 429})
        text = await telephone.hear()
        for _ in range(2):
            try:
                await telephone.think(text)
            except APIError:
                call.retry("rate_limit")
        call.fallback("rate_limit")
        other = Telephone(model="gpt-4o")
        await other.say(await other.think(text))


async def broken_model():
    """The model answers 500."""
    with otel_voice.conversation(channel="web", direction="inbound"):
        await Telephone(thinking={"fail": 500}).answer()


async def broken_stream():
    """The connection to the model breaks in the middle of a sentence."""
    with otel_voice.conversation(channel="web", direction="inbound"):
        await Telephone(thinking={"drop_after": 3}).answer()


async def refusing_recogniser():
    """The recogniser has no room for another stream."""
    with otel_voice.conversation(channel="phone", direction="inbound"):
        await Telephone(hearing={"fail": 429}).answer()


async def refusing_voice():
    """The voice is unavailable; the caller hears another one."""
    with otel_voice.conversation(channel="phone", direction="inbound") as call:
        telephone = Telephone(speaking={"fail": 503})
        text = await telephone.think(await telephone.hear())
        try:
            await telephone.say(text)
        except ApiError:
            call.fallback("voice_unavailable")
            await Telephone().say(text)


async def invalid_key():
    """Somebody changed a key."""
    with otel_voice.conversation(channel="phone", direction="outbound"):
        await Telephone(speaking={"fail": 401}).answer()
