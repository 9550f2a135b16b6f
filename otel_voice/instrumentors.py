"""One instrumentor for each provider, for `opentelemetry-instrument` and for use in code."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar

from opentelemetry.instrumentation.instrumentor import BaseInstrumentor  # type: ignore[attr-defined]

from otel_voice.capture.guard import guarded
from otel_voice.capture.hooks import when_imported

if TYPE_CHECKING:
    from otel_voice.capture.install import Installation
    from otel_voice.capture.points import Provider


class ProviderInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Installs one provider's patch points, once its SDK is imported. Imports no SDK, and never raises.

    Until then nothing of ours is loaded either: a program pays for the providers it uses.
    """

    provider: ClassVar[str]
    package: ClassVar[str]
    """The import name of its SDK, at which we wait; the table itself is loaded no earlier."""
    earlier: ClassVar[tuple[str, ...]] = ()
    """Import names it had before, or has beside it."""
    installation: Installation | None = None
    _signals: Mapping[str, Any] | None = None

    def instrumentation_dependencies(self) -> Collection[str]:
        """None: the version is looked at when the SDK is imported."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        self._signals = {name: kwargs.get(name) for name in ("tracer_provider", "meter_provider", "logger_provider")}
        for package in (self.package, *self.earlier):
            when_imported(package, self._sdk_imported)

    def _uninstrument(self, **kwargs: Any) -> None:
        self._signals = None
        if self.installation is not None:
            guarded(self.installation.uninstall)
            self.installation = None

    def _sdk_imported(self, package: ModuleType) -> None:
        # A hook cannot be taken back: it may fire for an instrumentor that was switched off, or twice for one.
        if self._signals is not None and self.installation is None:
            self.installation = self._installed(self._table(), self._signals)

    def _installed(self, table: Provider, signals: Mapping[str, Any]) -> Installation:
        from otel_voice.capture.install import Installation
        from otel_voice.runtime import runtime

        recorder = runtime().recorder(runtime().telemetry(**signals))
        installation = Installation(table, recorder)
        installation.install()
        return installation

    def _table(self) -> Provider:
        from otel_voice import providers

        return providers.load(self.provider)


class OpenAIInstrumentor(ProviderInstrumentor):
    """OpenAI and Azure OpenAI: chat completions, responses, speech, transcriptions, realtime."""

    provider = "openai"
    package = "openai"


class DeepgramInstrumentor(ProviderInstrumentor):
    """Deepgram: listen and speak, websockets and REST."""

    provider = "deepgram"
    package = "deepgram"


class ElevenLabsInstrumentor(ProviderInstrumentor):
    """ElevenLabs: text to speech and speech to text."""

    provider = "elevenlabs"
    package = "elevenlabs"


class CartesiaInstrumentor(ProviderInstrumentor):
    """Cartesia: text to speech and speech to text, websockets and REST."""

    provider = "cartesia"
    package = "cartesia"


class AnthropicInstrumentor(ProviderInstrumentor):
    """Anthropic, also on Bedrock and Vertex AI: messages. The span that its SDK makes is enriched, not doubled."""

    provider = "anthropic"
    package = "anthropic"


class GroqInstrumentor(ProviderInstrumentor):
    """Groq: chat completions, speech, transcriptions, translations."""

    provider = "groq"
    package = "groq"


class LiteLLMInstrumentor(ProviderInstrumentor):
    """LiteLLM: completions of every provider it knows, also those it asks through their own SDKs."""

    provider = "litellm"
    package = "litellm"


class OllamaInstrumentor(ProviderInstrumentor):
    """Ollama: chat and completions of a model of one's own."""

    provider = "ollama"
    package = "ollama"


class CohereInstrumentor(ProviderInstrumentor):
    """Cohere: chat, by the second version of its API."""

    provider = "cohere"
    package = "cohere"


class GoogleGenAIInstrumentor(ProviderInstrumentor):
    """Google GenAI: Gemini's answers in text and in speech, and Live, on the Gemini API and on Vertex AI."""

    provider = "google_genai"
    package = "google.genai"


class GoogleCloudSpeechInstrumentor(ProviderInstrumentor):
    """Google Cloud Speech-to-Text: recordings and streams, v1 and v2."""

    provider = "google_cloud_speech"
    package = "google.cloud.speech_v1"
    earlier = ("google.cloud.speech_v2",)


class GoogleCloudTextToSpeechInstrumentor(ProviderInstrumentor):
    """Google Cloud Text-to-Speech: whole and streamed."""

    provider = "google_cloud_texttospeech"
    package = "google.cloud.texttospeech_v1"


class AssemblyAIInstrumentor(ProviderInstrumentor):
    """AssemblyAI: streaming and prerecorded speech to text."""

    provider = "assemblyai"
    package = "assemblyai"


class MistralInstrumentor(ProviderInstrumentor):
    """Mistral: chat completions. The span that its SDK may make is enriched, not doubled."""

    provider = "mistralai"
    package = "mistralai.client"
    earlier = ("mistralai",)


class AzureSpeechInstrumentor(ProviderInstrumentor):
    """Azure Speech: recognition and synthesis, for which a native library does the work."""

    provider = "azure_speech"
    package = "azure.cognitiveservices.speech"


class SpeechmaticsInstrumentor(ProviderInstrumentor):
    """Speechmatics: real-time speech to text, and what is built on its SDK."""

    provider = "speechmatics"
    package = "speechmatics.rt"


class BotocoreInstrumentor(ProviderInstrumentor):
    """AWS by botocore, on which boto3 is built: Bedrock's answers and Polly's speech."""

    provider = "botocore"
    package = "botocore"


class AiobotocoreInstrumentor(ProviderInstrumentor):
    """AWS by aiobotocore, on which aioboto3 is built: Bedrock's answers and Polly's speech."""

    provider = "aiobotocore"
    package = "aiobotocore"


class TranscribeInstrumentor(ProviderInstrumentor):
    """Amazon Transcribe: streaming speech to text by its own SDK."""

    provider = "transcribe"
    package = "amazon_transcribe"


class NovaSonicInstrumentor(ProviderInstrumentor):
    """Amazon Nova Sonic, over Bedrock's bidirectional streams."""

    provider = "nova_sonic"
    package = "aws_sdk_bedrock_runtime"


class SonioxInstrumentor(ProviderInstrumentor):
    """Soniox: streaming speech to text, text to speech over HTTP and websockets."""

    provider = "soniox"
    package = "soniox"


class LMNTInstrumentor(ProviderInstrumentor):
    """LMNT: text to speech over HTTP and in sessions."""

    provider = "lmnt"
    package = "lmnt"


class PocketsphinxInstrumentor(ProviderInstrumentor):
    """PocketSphinx: recognition in this process, one span an utterance."""

    provider = "pocketsphinx"
    package = "pocketsphinx"


class VoskInstrumentor(ProviderInstrumentor):
    """Vosk: recognition in this process, one span an utterance."""

    provider = "vosk"
    package = "vosk"


class GladiaInstrumentor(ProviderInstrumentor):
    """Gladia: live speech to text."""

    provider = "gladia"
    package = "gladiaio_sdk"


class SherpaOnnxInstrumentor(ProviderInstrumentor):
    """sherpa-onnx, in this process: recognition of streams and of recordings, and speech."""

    provider = "sherpa_onnx"
    package = "sherpa_onnx"


class FasterWhisperInstrumentor(ProviderInstrumentor):
    """faster-whisper: recordings recognised in this process, to their last segment."""

    provider = "faster_whisper"
    package = "faster_whisper"


class Pyttsx3Instrumentor(ProviderInstrumentor):
    """pyttsx3: the voices of the operating system."""

    provider = "pyttsx3"
    package = "pyttsx3"


class KokoroOnnxInstrumentor(ProviderInstrumentor):
    """kokoro-onnx: speech made in this process, whole and streamed."""

    provider = "kokoro_onnx"
    package = "kokoro_onnx"


class PiperInstrumentor(ProviderInstrumentor):
    """Piper, where it is installed: speech made in this process, sentence by sentence."""

    provider = "piper"
    package = "piper"


class HumeInstrumentor(ProviderInstrumentor):
    """Hume: Octave's text to speech."""

    provider = "hume"
    package = "hume"


class FishAudioInstrumentor(ProviderInstrumentor):
    """Fish Audio: text to speech and recordings, by either of its clients."""

    provider = "fish"
    package = "fishaudio"
    earlier = ("fish_audio_sdk",)


class WhisperInstrumentor(ProviderInstrumentor):
    """openai-whisper: recordings recognised in this process."""

    provider = "whisper"
    package = "whisper.model"


class WebsocketsInstrumentor(ProviderInstrumentor):
    """Providers' websockets that a program opens with `websockets` and no SDK."""

    provider = "websockets"
    package = "websockets"

    def _sdk_imported(self, package: ModuleType) -> None:
        add_hosts()
        super()._sdk_imported(package)


class AiohttpInstrumentor(ProviderInstrumentor):
    """Providers' websockets that a program opens with `aiohttp` and no SDK."""

    provider = "aiohttp"
    package = "aiohttp"

    def _sdk_imported(self, package: ModuleType) -> None:
        add_hosts()
        super()._sdk_imported(package)


class LiveKitInstrumentor(ProviderInstrumentor):
    """LiveKit Agents: a session is a conversation; what its plugins ask of providers is seen at the providers."""

    provider = "livekit"
    package = "livekit.agents"

    def _table(self) -> Provider:
        from otel_voice import frameworks

        return frameworks.load(self.provider)


class PipecatInstrumentor(ProviderInstrumentor):
    """Pipecat: a pipeline is a conversation; its services are seen at their providers, or else by their frames."""

    provider = "pipecat"
    package = "pipecat"

    def _table(self) -> Provider:
        from otel_voice import frameworks

        return frameworks.load(self.provider)


class OpenAIAgentsInstrumentor(ProviderInstrumentor):
    """OpenAI Agents: runs, hand-offs, guardrails, tools; a voice pipeline or a realtime session is a conversation."""

    provider = "openai_agents"
    package = "agents.tracing.spans"

    def _table(self) -> Provider:
        from otel_voice import frameworks

        return frameworks.load(self.provider)


class IngressInstrumentor(ProviderInstrumentor):
    """A server, by whose connections calls come in."""

    def _table(self) -> Provider:
        from otel_voice import ingress

        return ingress.load(self.provider)


class AiohttpServerInstrumentor(IngressInstrumentor):
    """The server of `aiohttp`: a websocket is a conversation."""

    provider = "aiohttp_server"
    package = "aiohttp.web_app"


class WebsocketsServerInstrumentor(IngressInstrumentor):
    """The servers of `websockets`: a connection is a conversation."""

    provider = "websockets_server"
    package = "websockets"  # a module of it may be imported in the middle of another's import


class ASGIInstrumentor(IngressInstrumentor):
    """Servers of ASGI applications, and Starlette and FastAPI under any other: a websocket is a conversation."""

    provider = "starlette"
    package = "starlette"
    earlier = ("uvicorn", "hypercorn")
    _installations: ClassVar[dict[str, Installation]] = {}

    def _uninstrument(self, **kwargs: Any) -> None:
        super()._uninstrument(**kwargs)
        while self._installations:
            guarded(self._installations.popitem()[1].uninstall)

    def _sdk_imported(self, package: ModuleType) -> None:
        if self._signals is not None and package.__name__ not in self._installations:
            from otel_voice import ingress

            table = ingress.load(package.__name__)
            self._installations[package.__name__] = self._installed(table, self._signals)


class LogInstrumentor(BaseInstrumentor):  # type: ignore[misc]
    """Exports the records of one logging library, once the program imports it. Imports nothing, and never raises."""

    library: ClassVar[str]
    _is_wanted = False

    def instrumentation_dependencies(self) -> Collection[str]:
        """None: the library is looked at when it is imported."""
        return ()

    def _instrument(self, **kwargs: Any) -> None:
        self._is_wanted = True
        when_imported(self.library, self._imported)

    def _uninstrument(self, **kwargs: Any) -> None:
        from otel_voice.logs import setup

        self._is_wanted = False
        setup.leave(self.library)

    def _imported(self, library: ModuleType) -> None:
        if self._is_wanted:
            from otel_voice.logs import setup
            from otel_voice.settings import environment

            setup.imported(library, environment())


class LoguruInstrumentor(LogInstrumentor):
    """loguru's records, beside its sinks."""

    library = "loguru"


class StructlogInstrumentor(LogInstrumentor):
    """structlog's events, before they are rendered."""

    library = "structlog"


LOG_LIBRARIES: tuple[type[LogInstrumentor], ...] = (LoguruInstrumentor, StructlogInstrumentor)


def configure_logs(**options: object) -> None:
    """Export the program's log records, and set up how: docs/logs.md has the options, which go before the environment.

    Raises ValueError for an option that is not allowed. It sets up no exporter: that is the program's, or the distro's.
    """
    from otel_voice.logs import setup
    from otel_voice.settings import environment

    env = environment()
    setup.configure(env, options)
    for instrumentor in LOG_LIBRARIES:
        if instrumentor().is_instrumented_by_opentelemetry:
            instrumentor().uninstrument()
        if f"otel_voice_{instrumentor.library}" not in setup.disabled(env):
            instrumentor().instrument()


def add_hosts() -> None:
    """Make the hosts known whose websockets the program's settings name."""
    from otel_voice.providers import services
    from otel_voice.runtime import runtime

    services.add_hosts(runtime().settings.websocket_hosts)


ALL: tuple[type[ProviderInstrumentor], ...] = (
    OpenAIInstrumentor,
    DeepgramInstrumentor,
    ElevenLabsInstrumentor,
    CartesiaInstrumentor,
    AssemblyAIInstrumentor,
    SpeechmaticsInstrumentor,
    FishAudioInstrumentor,
    HumeInstrumentor,
    GladiaInstrumentor,
    LMNTInstrumentor,
    SonioxInstrumentor,
    AnthropicInstrumentor,
    GroqInstrumentor,
    LiteLLMInstrumentor,
    OllamaInstrumentor,
    CohereInstrumentor,
    GoogleGenAIInstrumentor,
    MistralInstrumentor,
    GoogleCloudSpeechInstrumentor,
    GoogleCloudTextToSpeechInstrumentor,
    AzureSpeechInstrumentor,
    BotocoreInstrumentor,
    AiobotocoreInstrumentor,
    TranscribeInstrumentor,
    NovaSonicInstrumentor,
    PocketsphinxInstrumentor,
    VoskInstrumentor,
    SherpaOnnxInstrumentor,
    FasterWhisperInstrumentor,
    Pyttsx3Instrumentor,
    KokoroOnnxInstrumentor,
    PiperInstrumentor,
    WhisperInstrumentor,
    WebsocketsInstrumentor,
    AiohttpInstrumentor,
    LiveKitInstrumentor,
    PipecatInstrumentor,
    OpenAIAgentsInstrumentor,
    ASGIInstrumentor,
    AiohttpServerInstrumentor,
    WebsocketsServerInstrumentor,
)


def instrument(**providers_of_signals: Any) -> None:
    """Instrument every provider: what `opentelemetry-instrument` does, from code.

    Takes `tracer_provider`, `meter_provider` and `logger_provider`; the global ones where left out. It sets up no
    exporter: that is the program's, or the distro's.
    """
    for instrumentor in ALL:
        if not instrumentor().is_instrumented_by_opentelemetry:
            instrumentor().instrument(**providers_of_signals)


def uninstrument() -> None:
    """Put every patched function back, and hang up open conversations."""
    for instrumentor in ALL:
        if instrumentor().is_instrumented_by_opentelemetry:
            instrumentor().uninstrument()
    from otel_voice.runtime import runtime

    runtime().conversations.close_all()
