"""What all calls of LiteLLM share: which provider they really go to, and what its errors stand for."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from typing import Any

from otel_voice.capture.observer import Call
from otel_voice.observation.records import Operation
from otel_voice.providers import reading

_UNKNOWN = "litellm"
_PROVIDERS = {
    "azure": "azure.ai.openai",
    "azure_text": "azure.ai.openai",
    "azure_ai": "azure.ai.inference",
    "anthropic_text": "anthropic",
    "bedrock": "aws.bedrock",
    "bedrock_converse": "aws.bedrock",
    "aws_polly": "aws.polly",
    "codestral": "mistral_ai",
    "cohere_chat": "cohere",
    "custom_openai": "openai",
    "gemini": "gcp.gemini",
    "mistral": "mistral_ai",
    "ollama_chat": "ollama",
    "text-completion-openai": "openai",
    "vertex_ai": "gcp.vertex_ai",
    "vertex_ai_beta": "gcp.vertex_ai",
    "watsonx": "ibm.watsonx.ai",
    "xai": "x_ai",
}
"""LiteLLM's names of providers, where those of the conventions are others."""

_ANSWERED = ("HTTPStatusError", "APIStatusError", "ClientResponseError")
_NOT_ANSWERED = ("TransportError", "ClientConnectionError", "ClientPayloadError", "OSError", "TimeoutError")
"""Classes of the HTTP clients below it: of an answer with a status, and of none."""


def named(call: Call, *names: str) -> Mapping[str, Any]:
    """The arguments by name, also those given by position."""
    return {**dict(zip(names, call.args, strict=False)), **call.kwargs}


def falls_back(asked: Mapping[str, Any]) -> bool:
    """Whether each try is a call of its own, which is told where it is made."""
    return bool(asked.get("fallbacks") or getattr(_litellm(), "model_fallbacks", None))


def client(record: Operation, asked: Mapping[str, Any]) -> None:
    """Read which provider a model is asked of; LiteLLM writes it before the model, or knows it by the model."""
    provider, record.request_model = _served(str(asked.get("model")), asked.get("custom_llm_provider"))
    record.provider = _PROVIDERS.get(provider, provider)
    address = asked.get("api_base") or asked.get("base_url")
    if address is not None:
        reading.server(record, address)


def request_id(record: Operation, told: Any) -> None:
    """Read the id for the provider's support: LiteLLM keeps the headers of answers beside them."""
    headers = reading.member(getattr(told, "_hidden_params", None), "additional_headers")
    if isinstance(headers, Mapping):
        found = (headers.get(f"llm_provider-{name}") for name in ("x-request-id", "request-id"))
        record.request_id = next((each for each in found if each), record.request_id)


def failed(record: Operation, error: BaseException) -> None:
    """Read the status of an answer. LiteLLM gives its errors one also where there was no answer."""
    if record.first_chunk_ns is None and _answered(error):
        reading.status(record, error)


def _served(model: str, given: Any) -> tuple[str, str]:
    prefix, slash, rest = model.partition("/")
    if isinstance(given, str):
        return given, rest if slash and prefix == given else model
    litellm = _litellm()
    if slash and prefix in litellm.provider_list:
        return prefix, rest
    known = litellm.model_cost.get(model, {}).get("litellm_provider", _UNKNOWN)
    return known.partition("-language-models")[0], model


def _answered(error: BaseException) -> bool:
    for each in _chain(error):
        if type(each).__module__.startswith("litellm."):
            continue  # its own are those of an answer, whatever they stand for
        classes = {kind.__name__ for kind in type(each).__mro__}
        if not classes.isdisjoint(_ANSWERED):
            return True
        if not classes.isdisjoint(_NOT_ANSWERED):
            return False
    return True


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: set[int] = set()
    found: BaseException | None = error
    while found is not None and id(found) not in seen:
        seen.add(id(found))
        yield found
        found = found.__cause__ or found.__context__


def _litellm() -> Any:
    """The SDK, which is imported: one of its functions is being called."""
    return sys.modules["litellm"]
