"""Records to metric points. Instruments are made from the schema; labels are bounded."""

from __future__ import annotations

from opentelemetry.context import Context
from opentelemetry.metrics import Counter, Meter, UpDownCounter

from otel_voice.conversations.breakdown import durations
from otel_voice.conversations.model import Conversation, Turn
from otel_voice.conversations.states import Transition
from otel_voice.observation.records import Inference, Operation, Outcome, SpeechToText, Step, TextToSpeech
from otel_voice.telemetry import names
from otel_voice.telemetry.attributes import Attributes, error_type, labels
from otel_voice.telemetry.costs import Costs
from otel_voice.telemetry.dialogue import Dialogue
from otel_voice.telemetry.instruments import counter, histogram
from otel_voice.telemetry.pending import Pending


class Metrics:
    """All instruments of one meter, and what is recorded with them."""

    def __init__(self, meter: Meter) -> None:
        self._costs = Costs(meter)
        self._pending: Pending[Operation] = Pending(meter, self._record, self._costs.count)
        self._foreign: Pending[Operation] = Pending(meter, _told_by_others, self._costs.count)
        self._answers = Pending(meter, self._answered)
        self._duration = histogram(meter, names.METRIC_GEN_AI_CLIENT_OPERATION_DURATION)
        self._first_chunk = histogram(meter, names.METRIC_GEN_AI_CLIENT_OPERATION_TIME_TO_FIRST_CHUNK)
        self._heard = histogram(meter, names.METRIC_VOICE_STT_AUDIO_DURATION)
        self._finalization = histogram(meter, names.METRIC_VOICE_STT_FINALIZATION_DURATION)
        self._spoken = histogram(meter, names.METRIC_VOICE_TTS_AUDIO_DURATION)
        self._characters = counter(meter, names.METRIC_VOICE_TTS_CHARACTERS)
        self._underruns = counter(meter, names.METRIC_VOICE_TTS_UNDERRUNS)
        self._real_time_factor = histogram(meter, names.METRIC_VOICE_TTS_REAL_TIME_FACTOR)
        self._first_sound = histogram(meter, names.METRIC_VOICE_TTS_TIME_TO_FIRST_SOUND)
        self._latency = histogram(meter, names.METRIC_VOICE_TURN_RESPONSE_LATENCY)
        self._stages = histogram(meter, names.METRIC_VOICE_TURN_STAGE_DURATION)
        self._stop_latency = histogram(meter, names.METRIC_VOICE_TURN_INTERRUPTION_STOP_LATENCY)
        self._dialogue = Dialogue(meter)
        self._dead_air = histogram(meter, names.METRIC_VOICE_CONVERSATION_DEAD_AIR_DURATION)
        self._first_word = histogram(meter, names.METRIC_VOICE_CONVERSATION_TIME_TO_FIRST_WORD)
        self._interruptions = counter(meter, names.METRIC_VOICE_TURN_INTERRUPTIONS)
        self._conversations = counter(meter, names.METRIC_VOICE_CONVERSATIONS)
        self._conversation_duration = histogram(meter, names.METRIC_VOICE_CONVERSATION_DURATION)
        self._conversation_cost = histogram(meter, names.METRIC_VOICE_CONVERSATION_COST)
        self._conversation_turns = histogram(meter, names.METRIC_VOICE_CONVERSATION_TURNS)
        declared = names.METRICS[names.METRIC_VOICE_CONVERSATION_ACTIVE]
        self._active: UpDownCounter = meter.create_up_down_counter(
            names.METRIC_VOICE_CONVERSATION_ACTIVE, declared.unit, declared.description
        )

    def operation(self, record: Operation, context: Context) -> None:
        """Have an ended operation recorded, with its span as exemplar, when metrics are next collected."""
        self._pending.put(record, context)

    def cost(self, record: Operation, context: Context) -> None:
        """Count the cost of an operation of which another instrumentation tells everything else."""
        self._foreign.put(record, context)

    def _record(self, record: Operation, context: Context) -> None:
        if isinstance(record, Step):
            return
        attributes = labels(record)
        first = record.time_to_first_chunk
        if first is not None:
            self._time_to_first_chunk(record, first, attributes, context)
        if isinstance(record, Inference):
            self._tokens(record, attributes, context)
        elif isinstance(record, SpeechToText):
            self._transcribed(record, context)
        elif isinstance(record, TextToSpeech):
            self._synthesised(record, context)
        if record.outcome is Outcome.FAILED:
            attributes[names.ERROR_TYPE] = error_type(record)
        duration = record.duration
        if duration is not None:
            self._operation_duration(record, duration, attributes, context)

    def _operation_duration(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        self._duration.record(value, attributes, context)

    def _time_to_first_chunk(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        self._first_chunk.record(value, attributes, context)

    def _tokens(self, record: Inference, attributes: Attributes, context: Context) -> None:
        """Record token counts under the names of the convention in use."""

    def _transcribed(self, record: SpeechToText, context: Context) -> None:
        attributes = _model_labels(record)
        if record.audio_seconds is not None:
            self._heard.record(record.audio_seconds, attributes, context)
        if record.finalization is not None:
            self._finalization.record(record.finalization, attributes, context)

    def _synthesised(self, record: TextToSpeech, context: Context) -> None:
        attributes = _model_labels(record)
        if record.audio_seconds is not None:
            self._spoken.record(record.audio_seconds, attributes, context)
        if record.characters is not None:
            self._characters.add(record.characters, attributes, context)
        if record.underruns:
            self._underruns.add(record.underruns, attributes, context)
        if record.real_time_factor is not None:
            self._real_time_factor.record(record.real_time_factor, attributes, context)
        if record.time_to_first_sound is not None:
            self._first_sound.record(record.time_to_first_sound, attributes, context)

    def turn_answered(self, turn: Turn, context: Context) -> None:
        """Have the response latency and its stages recorded when metrics are next collected, not at hang-up.

        Until then the program may tell when the answer was really heard.
        """
        if turn.response_latency is not None:
            self._answers.put(turn, context)

    def _answered(self, turn: Turn, context: Context) -> None:
        latency = turn.response_latency
        if latency is None:
            return
        channel = _known({names.VOICE_CONVERSATION_CHANNEL: turn.conversation.channel})
        source = _known({names.VOICE_TURN_SPEECH_END_SOURCE: turn.speech_end_source})
        self._latency.record(latency, {**channel, **source}, context)
        for stage, spent in durations(turn.stages).items():
            self._stages.record(spent / 1e9, {**channel, names.VOICE_TURN_STAGE: stage}, context)

    def turn_ended(self, turn: Turn, context: Context) -> None:
        """Count an interruption, and how long the agent went on."""
        if turn.interrupted_by is None:
            return
        attributes = {names.VOICE_INTERRUPTION_SOURCE: self._dialogue.bounded(turn.interrupted_by)}
        self._interruptions.add(1, attributes, context)
        if turn.spoken.stop_latency is not None:
            channel = _known({names.VOICE_CONVERSATION_CHANNEL: turn.conversation.channel})
            self._stop_latency.record(turn.spoken.stop_latency, {**attributes, **channel}, context)

    def state_changed(self, transition: Transition, context: Context) -> None:
        """Count a move of the dialogue, and how long it stood where it was."""
        self._dialogue.moved(transition, context)

    def fell_back(self, conversation: Conversation, reason: str, context: Context) -> None:
        """Count a fallback."""
        self._dialogue.fell_back(conversation.states.current, reason, context)

    def retried(self, conversation: Conversation, reason: str, context: Context) -> None:
        """Count a retry."""
        self._dialogue.retried(conversation.states.current, reason, context)

    def conversation_opened(self, conversation: Conversation) -> None:
        """One more is open."""
        self._active.add(1, _known({names.VOICE_CONVERSATION_CHANNEL: conversation.channel}))

    def conversation_named(self, conversation: Conversation, channel: str | None) -> None:
        """One that was counted as open with another channel."""
        if conversation.channel != channel:
            self._active.add(-1, _known({names.VOICE_CONVERSATION_CHANNEL: channel}))
            self._active.add(1, _known({names.VOICE_CONVERSATION_CHANNEL: conversation.channel}))

    def conversation_closed(self, conversation: Conversation, context: Context) -> None:
        """One less is open; record what it was."""
        self._active.add(-1, _known({names.VOICE_CONVERSATION_CHANNEL: conversation.channel}))
        attributes = _known(
            {
                names.VOICE_CONVERSATION_OUTCOME: conversation.outcome.value if conversation.outcome else None,
                names.VOICE_CONVERSATION_CHANNEL: conversation.channel,
                names.VOICE_CONVERSATION_DIRECTION: conversation.direction,
            }
        )
        self._conversations.add(1, attributes, context)
        self._conversation_turns.record(conversation.turns, attributes, context)
        if conversation.duration is not None:
            self._conversation_duration.record(conversation.duration, attributes, context)
        if conversation.spent.usd is not None:
            self._conversation_cost.record(conversation.spent.usd, attributes, context)
        shares = conversation.shares
        if shares is not None:
            self._dead_air.record(shares.dead_air, attributes, context)
        if shares is not None and shares.first_word is not None:
            # Another mapping: an older SDK keeps the one it was given.
            without_outcome = {
                name: value for name, value in attributes.items() if name != names.VOICE_CONVERSATION_OUTCOME
            }
            self._first_word.record(shares.first_word, without_outcome, context)


def _told_by_others(record: Operation, context: Context) -> None:
    """All but the cost."""


class OldNames(Metrics):
    """The names that dashboards know: gen_ai.client.operation.* and gen_ai.client.token.usage."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._token_usage = histogram(meter, names.METRIC_GEN_AI_CLIENT_TOKEN_USAGE)

    def _tokens(self, record: Inference, attributes: Attributes, context: Context) -> None:
        if record.input_tokens is not None:
            self._token_usage.record(record.input_tokens, {**attributes, names.GEN_AI_TOKEN_TYPE: "input"}, context)
        if record.output_tokens is not None:
            self._token_usage.record(record.output_tokens, {**attributes, names.GEN_AI_TOKEN_TYPE: "output"}, context)


class NewNames(Metrics):
    """The names of 2026: gen_ai.client.inference.* for model calls, the old ones for everything else."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(meter)
        self._inference_duration = histogram(meter, names.METRIC_GEN_AI_CLIENT_INFERENCE_DURATION)
        self._inference_first_chunk = histogram(meter, names.METRIC_GEN_AI_CLIENT_INFERENCE_TIME_TO_FIRST_CHUNK)
        self._input_tokens = counter(meter, names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_INPUT_TOKENS)
        self._output_tokens = counter(meter, names.METRIC_GEN_AI_CLIENT_INFERENCE_USAGE_OUTPUT_TOKENS)

    def _operation_duration(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        instrument = self._inference_duration if isinstance(record, Inference) else self._duration
        instrument.record(value, attributes, context)

    def _time_to_first_chunk(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        instrument = self._inference_first_chunk if isinstance(record, Inference) else self._first_chunk
        instrument.record(value, attributes, context)

    def _tokens(self, record: Inference, attributes: Attributes, context: Context) -> None:
        _by_modality(self._input_tokens, record.input_tokens, record.audio_input_tokens, attributes, context)
        _by_modality(self._output_tokens, record.output_tokens, record.audio_output_tokens, attributes, context)


class BothNames(NewNames, OldNames):
    """Both at once, while dashboards move."""

    def _operation_duration(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        self._duration.record(value, attributes, context)
        if isinstance(record, Inference):
            self._inference_duration.record(value, attributes, context)

    def _time_to_first_chunk(self, record: Operation, value: float, attributes: Attributes, context: Context) -> None:
        self._first_chunk.record(value, attributes, context)
        if isinstance(record, Inference):
            self._inference_first_chunk.record(value, attributes, context)

    def _tokens(self, record: Inference, attributes: Attributes, context: Context) -> None:
        OldNames._tokens(self, record, attributes, context)
        NewNames._tokens(self, record, attributes, context)


BY_CONVENTION: dict[str, type[Metrics]] = {"old": OldNames, "new": NewNames, "both": BothNames}
"""The one switch between the conventions' metric names."""


def _by_modality(
    instrument: Counter, total: int | None, audio: int | None, attributes: Attributes, context: Context
) -> None:
    if total is None:
        return
    if audio:
        instrument.add(audio, {**attributes, names.GEN_AI_TOKEN_MODALITY: "audio"}, context)
    instrument.add(total - (audio or 0), {**attributes, names.GEN_AI_TOKEN_MODALITY: "text"}, context)


def _model_labels(record: Operation) -> Attributes:
    attributes: Attributes = {names.GEN_AI_PROVIDER_NAME: record.provider}
    if record.request_model is not None:
        attributes[names.GEN_AI_REQUEST_MODEL] = record.request_model
    return attributes


def _known(attributes: dict[str, str | None]) -> Attributes:
    return {name: value for name, value in attributes.items() if value is not None}
