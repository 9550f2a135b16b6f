"""What all surfaces of the Google GenAI SDK share: the client, the options, the tokens, the errors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from otel_voice.observation.records import Inference, Operation, Speech
from otel_voice.providers import reading

_AUDIO = "AUDIO"


def client(record: Operation, api_client: Any, model: Any) -> None:
    """Read provider, server address and model."""
    record.provider = "gcp.vertex_ai" if api_client.vertexai else "gcp.gemini"
    record.request_model = model_name(model)
    reading.server(record, member(api_client._http_options, "base_url"))


def model_name(model: Any) -> str | None:
    """The model without the path that may stand before it: `models/`, or project, location and publisher."""
    return model.rpartition("models/")[2] if isinstance(model, str) else None


def member(options: Any, name: str) -> Any:
    """A member of options, which may be the SDK's model or a dictionary, in either spelling; None when absent."""
    if not isinstance(options, Mapping):
        return getattr(options, name, None)
    value = options.get(name)
    return options.get(camel(name)) if value is None else value


def camel(name: str) -> str:
    """A name in the spelling of the wire."""
    first, *others = name.split("_")
    return first + "".join(other.title() for other in others)


def path(options: Any, *names: str) -> Any:
    """A member of a member; None when any is absent."""
    for name in names:
        options = None if options is None else member(options, name)
    return options


def plain(value: Any) -> str | None:
    """A text, or the value of an enumeration."""
    value = getattr(value, "value", value)
    return value if isinstance(value, str) else None


def asks_for_audio(options: Any) -> bool:
    """Whether the answer is to be spoken."""
    asked = member(options, "response_modalities")
    return isinstance(asked, list | tuple) and [str(plain(each)).upper() for each in asked] == [_AUDIO]


def voice(options: Any) -> str | None:
    """The voice asked for; of several speakers, all."""
    speech = member(options, "speech_config")
    if isinstance(speech, str):
        return speech
    speakers = path(speech, "multi_speaker_voice_config", "speaker_voice_configs") or [speech]
    named = [path(each, "voice_config", "prebuilt_voice_config", "voice_name") for each in speakers]
    return ",".join(name for name in named if isinstance(name, str)) or None


def audio(record: Speech, mime_type: Any) -> None:
    """Read the format out of a type such as `audio/L16;codec=pcm;rate=24000`."""
    kind, *parameters = str(mime_type).split(";")
    record.audio_format = kind.partition("/")[2].strip().lower()
    if record.audio_format in ("l16", "pcm"):
        record.audio_format, record.channels = "pcm", 1
    rates = [each.partition("=")[2] for each in parameters if each.strip().startswith("rate=")]
    record.sample_rate = reading.integer(next(iter(rates), None)) or record.sample_rate


def tokens(record: Inference, usage: Any, answered: str) -> None:
    """Read the tokens; `answered` is what this interface calls the model's own: candidates or response.

    What it thought, and what tools put into the request, is counted apart.
    """
    if usage is None:
        return
    record.input_tokens = _sum(usage, "prompt_token_count", "tool_use_prompt_token_count")
    record.output_tokens = _sum(usage, f"{answered}_token_count", "thoughts_token_count")
    record.cached_input_tokens = member(usage, "cached_content_token_count")
    record.reasoning_tokens = member(usage, "thoughts_token_count")
    record.audio_input_tokens = _of_audio(member(usage, "prompt_tokens_details"))
    record.audio_output_tokens = _of_audio(member(usage, f"{answered}_tokens_details"))


def _sum(usage: Any, *names: str) -> int | None:
    counted = [count for count in (member(usage, name) for name in names) if count is not None]
    return sum(counted) if counted else None


def _of_audio(details: Any) -> int | None:
    counted = [member(each, "token_count") for each in details or () if plain(member(each, "modality")) == _AUDIO]
    return next((count for count in counted if count is not None), None)


def texts(parts: Any) -> Iterator[str]:
    """What is said in the parts of a message; what the model thought is left out."""
    for part in parts or ():
        text = part if isinstance(part, str) else member(part, "text")
        if isinstance(text, str) and not member(part, "thought"):
            yield text


def failure(record: Operation, error: BaseException) -> None:
    """Read the status of an error."""
    code = getattr(error, "code", None)
    if isinstance(code, int):
        record.error_type = str(code)
        record.status_code = code if code < 600 else None  # beyond it, it is that of a websocket
