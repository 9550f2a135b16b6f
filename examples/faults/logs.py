"""What a program in trouble writes: errors, the same line over and over, and a call for help."""

import logging

import otel_voice

log = logging.getLogger("switchboard")


async def errors():
    """The switchboard writes one error after the other."""
    for line in range(12):
        log.error("line %d has no carrier", line)


async def flood():
    """A loop writes the same line so often that most of it is not kept."""
    for _ in range(1500):
        log.info("trying the carrier again")


async def alerts():
    """The program itself calls for help."""
    otel_voice.alert("critical", "No line", "The carrier refuses calls.", "refused", 7, 5)
    otel_voice.alert("warning", "Few engineers", "Two engineers are on duty.", "engineers", 2, 3)
    otel_voice.alert("info", "New price list", "The prices of November are in use.")
