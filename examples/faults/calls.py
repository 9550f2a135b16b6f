"""How calls go: well, and in all the ways in which they end badly."""

import asyncio

from telephone import Telephone

import otel_voice


class WrongNumberError(Exception):
    """What nobody expected."""


async def answered(channel="phone", direction="inbound", language="en"):
    """A call is answered, and the caller is content."""
    with otel_voice.conversation(channel=channel, direction=direction) as call:
        call.state("greeting")
        otel_voice.event("language.detected", language=language, confidence=0.97)
        telephone = Telephone(language=language)
        await telephone.say("Northwind Telecom, hello.")
        with call.state("booking"):
            await telephone.answer()
            otel_voice.audit("state.change", actor="agent-7", subject="customer-4711", changed="appointment")
        call.state("goodbye")
        otel_voice.event("csat.received", team="reception", score=4)


async def answered_elsewhere():
    """Calls of the web are answered, too, in German."""
    await answered(channel="web", direction="inbound", language="de")


async def called_out():
    """An outbound call ends with a hand-over to a person."""
    with otel_voice.conversation(channel="phone", direction="outbound") as call:
        await Telephone(model="gpt-4o").answer()
        otel_voice.event("handoff.requested", team="sales", reason="wants_a_person")
        otel_voice.event("handoff.completed", team="sales", reason="wants_a_person")
        call.transferred()


async def abandoned():
    """A caller waits, hears nothing, and hangs up."""
    with otel_voice.conversation(channel="phone", direction="inbound") as call:
        call.state("queue")
        await asyncio.sleep(2.5)


async def interrupted():
    """A caller talks over the answer."""
    with otel_voice.conversation(channel="web", direction="inbound") as call:
        telephone = Telephone()
        text = await telephone.think(await telephone.hear())
        call.playback_started()
        await telephone.say(f"{text}, and there is a lot more to be said about it.", at_most=3)
        call.user_speech_started(ago=0.2)
        call.playback_ended()


async def failed():
    """The program itself breaks in the middle of a call."""
    with otel_voice.conversation(channel="phone", direction="inbound") as call:
        call.state("booking")
        await Telephone().hear()
        raise WrongNumberError("there is no such customer")


async def waiting(callers, until):
    """So many callers hold the line until somebody lets them go."""

    async def one():
        with otel_voice.conversation(channel="phone", direction="inbound") as call:
            call.state("queue")
            await until.wait()

    await asyncio.gather(*(one() for _ in range(callers)))
