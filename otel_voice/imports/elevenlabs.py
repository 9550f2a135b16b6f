"""Conversations with ElevenLabs Agents in OpenTelemetry form, as their API and their post-call webhook give them.

A span there begins when somebody began to speak, to the second, because that is how the transcript counts. What is
known to the millisecond are the service's own measures of an answer: its silence, and what that was spent on. So an
answer begins where its span does, and the user's speech ended as long before as the service measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from otel_voice.conversations.model import ConversationOutcome
from otel_voice.conversations.turns import PROVIDER_REPORT, USER_SPEECH
from otel_voice.imports import elevenlabs_usage as usage
from otel_voice.imports import otlp
from otel_voice.imports.story import Exchange, Story, Told, at
from otel_voice.observation.records import Operation, Outcome, RealtimeResponse, SpeechToText, ToolCall

PROVIDER = "elevenlabs"
_ROOT = "elevenlabs.conversation"
_USER = "elevenlabs.recv.user_transcript"
_AGENT = "elevenlabs.recv.agent_response"
_TOOL = "elevenlabs.tool."
_LIVE = ("elevenlabs.turn.", "elevenlabs.event.")
_TRANSFER = "transfer_to_number"
_LONGEST_SECONDS = 600.0
"""A longer measure is none."""

_SILENCE = "convai_ttf_audio_since_silence"
_ENDPOINTING = "convai_turn_silence_before_initiation"
_TRANSCRIPTION = "convai_turn_asr_latency"
_INFERENCE = "convai_llm_service_ttfb"
_SYNTHESIS = "convai_tts_service_ttfb"

Entry = Mapping[str, Any]


def read(document: Mapping[str, Any], *, wants_content: bool) -> Story:
    """The conversation of a document. Raises ValueError that names the place where something is wrong."""
    data = document["data"] if isinstance(document.get("data"), Mapping) else document
    place = "otlp_traces" if data.get("otlp_traces") is not None else ""
    if not place and "resourceSpans" not in data:
        raise ValueError(
            "document: it has neither `otlp_traces` nor `resourceSpans`; ask for it with "
            'conversations.get(id, format="opentelemetry"), or set the webhook\'s transcript_format to opentelemetry'
        )
    spans = otlp.spans(data[place] if place else data, place or "document")
    root = _root(spans, place or "document")
    reader = _Reader(data, root, [span for span in spans if span.name in (_USER, _AGENT)], wants_content)
    tools = [span for span in spans if span.name.startswith(_TOOL)]
    return Story(
        id=reader.id,
        trace_id=root.trace_id,
        started_ns=root.started_ns,
        ended_ns=root.ended_ns,
        exchanges=reader.exchanges(tools),
        outcome=_outcome(data, root, tools),
        channel="phone" if _phone(data, root) is not None else None,
        direction=_phone(data, root) or None,
    )


class _Reader:
    """Reads the transcript's spans, and the transcript where it is beside them, which says what they leave out."""

    def __init__(self, data: Entry, root: otlp.Span, said: Sequence[otlp.Span], wants_content: bool) -> None:
        self.id = _id(data, root)
        self._root = root
        self._agent_id = _text(data.get("agent_id")) or _text(root.attributes.get("elevenlabs.agent_id"))
        self._said = said
        self._entries = _entries(data, said)
        self._wants_content = wants_content

    def exchanges(self, tools: Sequence[otlp.Span]) -> list[Exchange]:
        """In the order of the transcript: what the user says after an answer opens the next."""
        exchanges: list[list[Told]] = []
        used = _by_answer(tools, [span for span in self._said if span.name == _AGENT])
        utterance: SpeechToText | None = None
        answered = True
        for span, entry in zip(self._said, self._entries, strict=True):
            if span.name == _USER:
                if _is_silence(span):
                    continue
                if answered:
                    exchanges.append([])
                utterance, answered = self._utterance(span), False
                exchanges[-1].append(Told(span.id, utterance))
            else:
                if not exchanges:
                    exchanges.append([])
                answer = self._answer(span, entry, None if answered else utterance)
                exchanges[-1].append(Told(span.id, answer))
                exchanges[-1].extend(Told(each.id, self._tool(each)) for each in used[span.id])
                answered = answered or answer.audible
        return [Exchange(operations) for operations in exchanges]

    def _utterance(self, span: otlp.Span) -> SpeechToText:
        record = SpeechToText(PROVIDER)
        self._begin(record, span)
        record.streamed, record.session_id = True, self.id
        text = _text(span.attributes.get("elevenlabs.user.text"))
        if text:
            record.words = len(text.split())
        if self._wants_content:
            record.transcript_content = text
        return record

    def _answer(self, span: otlp.Span, entry: Entry, utterance: SpeechToText | None) -> RealtimeResponse:
        record = RealtimeResponse(PROVIDER)
        self._begin(record, span)
        record.session_id, record.agent_id, record.answers = self.id, self._agent_id, utterance
        record.voice = _text(_part(entry, "conversation_turn_metrics").get("voice_id"))
        text = _text(span.attributes.get("elevenlabs.agent.text"))
        if text:
            record.audible, record.first_chunk_ns = True, span.started_ns
        if self._wants_content and text:
            record.output_content = [{"role": "assistant", "content": text}]
        usage.read(record, span.attributes, entry)
        self._measures(record, span, entry)
        if utterance is not None and record.audible:
            self._silence(record, utterance, _measure(span, entry, _ENDPOINTING))
        if entry.get("interrupted") is True and record.outcome is Outcome.COMPLETED:
            record.outcome, record.interrupted_by = Outcome.INTERRUPTED, USER_SPEECH
        return record

    def _measures(self, record: RealtimeResponse, span: otlp.Span, entry: Entry) -> None:
        record.told_seconds = _measure(span, entry, _SILENCE)
        record.told_transcription_seconds = _measure(span, entry, _TRANSCRIPTION)
        record.told_inference_seconds = _measure(span, entry, _INFERENCE)
        record.told_synthesis_seconds = _measure(span, entry, _SYNTHESIS)

    def _silence(self, record: RealtimeResponse, utterance: SpeechToText, endpointing: float | None) -> None:
        """When the user fell silent, counted back from the answer, if the service measured that."""
        if record.told_seconds is None or record.first_chunk_ns is None:
            return
        ended = record.first_chunk_ns - _ns(record.told_seconds)
        if ended < self._root.started_ns:
            return  # the conversation had not begun
        at(utterance, min(utterance.started_ns, ended))
        utterance.speech_ended_ns, utterance.speech_end_source = ended, PROVIDER_REPORT
        utterance.ended_ns = ended
        if record.told_transcription_seconds is not None:
            utterance.ended_ns = utterance.final_ns = ended + _ns(record.told_transcription_seconds)
            utterance.transcribed_ns = utterance.final_ns
        if endpointing is not None:
            utterance.endpoint_ns = ended + _ns(endpointing)
        record.asked_ns = min(max(ended, utterance.endpoint_ns or ended), record.first_chunk_ns)
        at(record, record.asked_ns)

    def _tool(self, span: otlp.Span) -> ToolCall:
        record = ToolCall(PROVIDER)
        self._begin(record, span)
        record.name = _text(span.attributes.get("elevenlabs.tool.name")) or span.name.removeprefix(_TOOL)
        took = _seconds(span.attributes.get("elevenlabs.tool.latency_ms"), 1e3)
        if took is not None:
            record.ended_ns = span.started_ns + _ns(took)
        return record

    def _begin(self, record: Operation, span: otlp.Span) -> None:
        at(record, span.started_ns)
        record.ended_ns = span.ended_ns
        record.outcome = Outcome.FAILED if span.failed else Outcome.COMPLETED


def _by_answer(tools: Sequence[otlp.Span], answers: Sequence[otlp.Span]) -> Mapping[str, list[otlp.Span]]:
    """The tools below each answer; one that is below none is taken for the answer before it."""
    used: dict[str, list[otlp.Span]] = {answer.id: [] for answer in answers}
    for tool in tools:
        before = [answer.id for answer in answers if answer.started_ns <= tool.started_ns] or list(used)[:1]
        owner = tool.parent_id if tool.parent_id in used else next(reversed(before), None)
        if owner is not None:
            used[owner].append(tool)
    return used


def _root(spans: Sequence[otlp.Span], place: str) -> otlp.Span:
    roots = [span for span in spans if span.name == _ROOT]
    if any(span.name.startswith(_LIVE) for span in spans):
        raise ValueError(
            f"{place}: these are the spans of the monitoring websocket, which come in pieces; "
            "import the whole conversation when it is over"
        )
    if len(roots) != 1:
        raise ValueError(f"{place}: one span named {_ROOT} is expected, not {len(roots)} among {len(spans)} spans")
    strange = next((span for span in spans if span.trace_id != roots[0].trace_id), None)
    if strange is not None:
        raise ValueError(f"{place}: span {strange.id} is of another trace than the conversation")
    return roots[0]


def _id(data: Entry, root: otlp.Span) -> str:
    given = _text(data.get("conversation_id"))
    known = _text(root.attributes.get("elevenlabs.conversation_id"))
    if given and known and given != known:
        raise ValueError(f"conversation_id: {given!r:.80} is not the {known!r:.80} of the spans")
    if not (given or known):
        raise ValueError("conversation_id: neither the document nor its spans name the conversation")
    return str(given or known)


def _entries(data: Entry, said: Sequence[otlp.Span]) -> list[Entry]:
    """The transcript's entry of each span; nothing of any where they are not one to one."""
    transcript = data.get("transcript")
    entries = [each for each in transcript if isinstance(each, Mapping)] if isinstance(transcript, Sequence) else []
    roles = ["user" if span.name == _USER else "agent" for span in said]
    return entries if [entry.get("role") for entry in entries] == roles else [{} for _ in said]


def _outcome(data: Entry, root: otlp.Span, tools: Sequence[otlp.Span]) -> ConversationOutcome | None:
    """The root's status says only whether the client hung up; an agent that does has done its work, too."""
    if "failed" in (data.get("status"), root.attributes.get("elevenlabs.status")):
        return ConversationOutcome.FAILED
    if any(span.name == _TOOL + _TRANSFER and not span.failed for span in tools):
        return ConversationOutcome.TRANSFERRED
    return None


def _phone(data: Entry, root: otlp.Span) -> str | None:
    """The direction of a telephone call, "" where it is not told; None where it was none. Numbers are not read."""
    call = _part(data, "metadata", "phone_call")
    if not call and not any(name.startswith("elevenlabs.telephony.") for name in root.attributes):
        return None
    told = call.get("direction") or root.attributes.get("elevenlabs.telephony.direction")
    return told if told in ("inbound", "outbound") else ""


def _measure(span: otlp.Span, entry: Entry, name: str) -> float | None:
    """Seconds that the service measured; None for what cannot be one."""
    milliseconds = span.attributes.get(f"elevenlabs.metric.{name}_ms")
    if milliseconds is not None:
        return _seconds(milliseconds, 1e3)
    return _seconds(_part(entry, "conversation_turn_metrics", "metrics", name).get("elapsed_time"), 1.0)


def _part(entry: Entry, *names: str) -> Entry:
    """What an object holds under a name, and that under the next; an empty object where there is none."""
    for name in names:
        part = entry.get(name)
        entry = part if isinstance(part, Mapping) else {}
    return entry


def _seconds(given: Any, parts: float) -> float | None:
    """A number of parts of a second; None for what nobody can have waited."""
    known = isinstance(given, int | float) and not isinstance(given, bool) and 0 <= given <= _LONGEST_SECONDS * parts
    return given / parts if known else None


def _is_silence(span: otlp.Span) -> bool:
    """The transcript has an entry for a user who said nothing: three dots."""
    text = _text(span.attributes.get("elevenlabs.user.text"))
    return text is not None and not text.strip(" .\u2026\n")


def _text(given: Any) -> str | None:
    return otlp.clean(given) if isinstance(given, str) and given else None


def _ns(seconds: float) -> int:
    return int(seconds * 1e9)
