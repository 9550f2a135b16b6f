"""From answers to figures: which metric is which number, and what is computed of several."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from otel_voice.reports.asked import Asked
from otel_voice.reports.model import Business, Calls, Counts, Figures, Queue, Spent, Spread, Talk, Team, Use
from otel_voice.telemetry import names

SUCCESS: Final = "completed"
ABANDONED: Final = "abandoned"
ENDINGS: Final = (names.VOICE_CONVERSATION_OUTCOME, names.VOICE_STATE_NAME)
"""What the end of a conversation is told apart by."""
_USE: Final = (names.GEN_AI_PROVIDER_NAME, names.GEN_AI_OPERATION_NAME)


def figures(asked: Asked, place: int) -> Figures:
    """The figures of one of the periods."""
    calls = _calls(asked, place)
    return Figures(
        period=asked.periods[place],
        calls=calls,
        talk=_talk(asked, place),
        providers=_providers(asked, place),
        spent=_spent(asked, place, calls),
        business=_business(asked, place),
        teams=_teams(asked, place),
        queues=_queues(asked, place),
    )


def _calls(asked: Asked, place: int) -> Calls:
    outcomes = asked.counts(place, names.METRIC_VOICE_CONVERSATIONS, names.VOICE_CONVERSATION_OUTCOME)
    started = asked.happened(place, names.EVENT_VOICE_CONVERSATION_STARTED)
    return Calls(
        started=None if started is None else sum(started.values()),
        ended=None if outcomes is None else sum(outcomes.values()),
        outcomes=outcomes,
        success_rate=_share(outcomes, SUCCESS),
        abandonment_rate=_share(outcomes, ABANDONED),
        abandoned_at=_abandoned_at(asked, place),
        duration=asked.spread(place, names.METRIC_VOICE_CONVERSATION_DURATION),
        turns=asked.spread(place, names.METRIC_VOICE_CONVERSATION_TURNS),
        channels=asked.counts(place, names.METRIC_VOICE_CONVERSATIONS, names.VOICE_CONVERSATION_CHANNEL),
        directions=asked.counts(place, names.METRIC_VOICE_CONVERSATIONS, names.VOICE_CONVERSATION_DIRECTION),
    )


def _abandoned_at(asked: Asked, place: int) -> Counts | None:
    ended = asked.happened(place, names.EVENT_VOICE_CONVERSATION_ENDED, *ENDINGS)
    if ended is None:
        return None
    return {state or "unknown": count for (outcome, state), count in sorted(ended.items()) if outcome == ABANDONED}


def _talk(asked: Asked, place: int) -> Talk:
    stages = asked.spreads(place, names.METRIC_VOICE_TURN_STAGE_DURATION, names.VOICE_TURN_STAGE)
    return Talk(
        response_latency=asked.spread(place, names.METRIC_VOICE_TURN_RESPONSE_LATENCY),
        stages=None if stages is None else {group[0]: spread for group, spread in sorted(stages.items())},
        time_to_first_word=asked.spread(place, names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD),
        dead_air=asked.spread(place, names.METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION),
        interruptions=asked.counts(place, names.METRIC_VOICE_TURN_INTERRUPTIONS, names.VOICE_INTERRUPTION_SOURCE),
        underruns=asked.total(place, names.METRIC_VOICE_TTS_UNDERRUNS),
        fallbacks=asked.total(place, names.METRIC_VOICE_FALLBACKS),
        retries=asked.total(place, names.METRIC_VOICE_RETRIES),
    )


def _providers(asked: Asked, place: int) -> tuple[Use, ...]:
    old, new = names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION, names.METRIC_GEN_AI_CLIENT_INFERENCE_DURATION
    durations = _either(asked.spreads(place, old, *_USE), asked.spreads(place, new, *_USE))
    errors = _either(
        asked.spreads(place, old, *_USE, names.ERROR_TYPE), asked.spreads(place, new, *_USE, names.ERROR_TYPE)
    )
    first = _either(
        asked.spreads(place, names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK, *_USE),
        asked.spreads(place, names.METRIC_GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK, *_USE),
    )
    return tuple(
        Use(
            provider=group[0],
            operation=group[1],
            requests=spread.count,
            errors={of[2]: found.count for of, found in sorted(errors.items()) if of[:2] == group and of[2]},
            duration=spread,
            time_to_first_chunk=first.get(group),
        )
        for group, spread in sorted(durations.items())
    )


def _spent(asked: Asked, place: int, calls: Calls) -> Spent:
    costs = asked.counts(place, names.METRIC_VOICE_COST, names.GEN_AI_PROVIDER_NAME)
    cost = None if costs is None else sum(costs.values())
    return Spent(
        input_tokens=_tokens(asked, place, "input", names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS),
        output_tokens=_tokens(asked, place, "output", names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS),
        heard=_sum(asked.spread(place, names.METRIC_VOICE_STT_AUDIO_DURATION)),
        spoken=_sum(asked.spread(place, names.METRIC_VOICE_TTS_AUDIO_DURATION)),
        characters=asked.total(place, names.METRIC_VOICE_TTS_CHARACTERS),
        cost=cost,
        cost_per_call=cost / calls.ended if cost is not None and calls.ended else None,
        cost_of_calls=asked.spread(place, names.METRIC_VOICE_CONVERSATION_COST),
        cost_per_hour=None if cost is None else cost * 3600 / asked.periods[place].seconds,
        by_provider=costs,
    )


def _business(asked: Asked, place: int) -> Business:
    return Business(
        appointments=asked.counts(place, names.METRIC_VOICE_APPOINTMENTS, names.VOICE_APPOINTMENT_STATUS),
        qualifications=asked.counts(place, names.METRIC_VOICE_QUALIFICATIONS, names.VOICE_QUALIFICATION_OUTCOME),
        handoffs=asked.counts(place, names.METRIC_VOICE_HANDOFFS, names.VOICE_HANDOFF_STATUS),
        satisfaction=asked.spread(place, names.METRIC_VOICE_CSAT_SCORE),
        sentiments=asked.counts(place, names.METRIC_VOICE_SENTIMENTS, names.VOICE_SENTIMENT_LABEL),
        languages=asked.counts(place, names.METRIC_VOICE_LANGUAGES, names.GEN_AI_SPEECH_INPUT_LANGUAGE),
    )


def _teams(asked: Asked, place: int) -> tuple[Team, ...]:
    team = names.VOICE_TEAM_NAME
    changes = asked.groups(place, names.METRIC_VOICE_CONVERSATION_CHANGES, team, names.VOICE_CONVERSATION_STATUS) or {}
    handoffs = asked.groups(place, names.METRIC_VOICE_HANDOFFS, team) or {}
    first = asked.spreads(place, names.METRIC_VOICE_CONVERSATION_FIRST_RESPONSE_DURATION, team) or {}
    resolution = asked.spreads(place, names.METRIC_VOICE_CONVERSATION_RESOLUTION_DURATION, team) or {}
    satisfaction = asked.spreads(place, names.METRIC_VOICE_CSAT_SCORE, team) or {}
    load = asked.highest(place, names.METRIC_VOICE_AGENT_LOAD, team) or {}
    return tuple(
        Team(
            name=name,
            cases={group[1]: value for group, value in sorted(changes.items()) if group[0] == name},
            first_response=first.get((name,)),
            resolution=resolution.get((name,)),
            handoffs=handoffs.get((name,)),
            satisfaction=satisfaction.get((name,)),
            most_open=load.get((name,)),
        )
        for name in _named(changes, handoffs, first, resolution, satisfaction, load)
    )


def _queues(asked: Asked, place: int) -> tuple[Queue, ...]:
    deepest = asked.highest(place, names.METRIC_VOICE_QUEUE_DEPTH, names.VOICE_QUEUE_NAME) or {}
    wait = asked.spreads(place, names.METRIC_VOICE_QUEUE_WAIT_DURATION, names.VOICE_QUEUE_NAME) or {}
    return tuple(Queue(name, deepest.get((name,)), wait.get((name,))) for name in _named(deepest, wait))


def _named(*found: Mapping[tuple[str, ...], object]) -> Iterable[str]:
    """All teams, or queues, that have a name."""
    return sorted({group[0] for groups in found for group in groups if group[0]})


def _either(
    old: Mapping[tuple[str, ...], Spread] | None, new: Mapping[tuple[str, ...], Spread] | None
) -> dict[tuple[str, ...], Spread]:
    """A model call is told under the old name of the convention, the new one, or both; it is counted once."""
    return {**(new or {}), **(old or {})}


def _tokens(asked: Asked, place: int, kind: str, new: str) -> float | None:
    old = asked.spreads(place, names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE, names.GEN_AI_TOKEN_TYPE)
    if old is not None and (kind,) in old:
        return old[(kind,)].sum
    return asked.total(place, new)


def _sum(spread: Spread | None) -> float | None:
    return None if spread is None else spread.sum


def _share(counts: Counts | None, of: str) -> float | None:
    """None where nothing ended: a share of nothing is unknown."""
    whole = sum(counts.values()) if counts else 0
    return (counts or {}).get(of, 0) / whole if whole else None
