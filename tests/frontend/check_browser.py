"""The browser's half in a real Chromium, with a real agent, against the embedded receiver."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from opentelemetry.proto.trace.v1 import trace_pb2

from otel_voice.local.conversations import Conversations
from tests.distro.sink import refusing
from tests.frontend.chromium import FRONTEND, Chromium
from tests.frontend.conftest import Open, Slow
from tests.frontend.kept import Kept
from tests.frontend.pages import Pages

CORPUS = json.loads((FRONTEND / "test" / "redaction.json").read_text(encoding="utf-8"))
CLIENT = trace_pb2.Span.SPAN_KIND_CLIENT
ERROR = trace_pb2.Status.STATUS_CODE_ERROR
CALL = "const call = voice.call({conversationId: 'call-7'}); window.call = call;"
CONNECTED = (
    CALL + "const socket = call.connect(argument, (url) => new WebSocket(url)); socket.binaryType = 'arraybuffer';"
    "await new Promise((open) => socket.addEventListener('open', open));"
)
ANSWERED = CONNECTED + (
    "const heard = []; socket.addEventListener('message', (said) => heard.push(said.data));"
    "socket.send('hello'); await until(() => heard.length > 1);"
)
TONE = (
    "const tone = new AudioContext({sampleRate: 48000}); await tone.resume(); const out = tone.createGain();"
    "out.connect(tone.destination);"
    "const play = (seconds, level) => { const source = tone.createOscillator(); const gain = tone.createGain();"
    " gain.gain.value = level; source.connect(gain).connect(out); source.start();"
    " source.stop(tone.currentTime + seconds); };"
)


def test_the_agents_trace_continues_the_browsers(open_page: Open, agent: str, kept: Kept, path: Path) -> None:
    """One trace from the page to the model: page, connection, the agent's conversation, its model call; one id."""
    page = open_page()
    page.run(ANSWERED + "socket.close(); call.end();", agent)
    call, connect = kept.span("voice.client.call"), kept.span("voice.client.connect")
    conversation, model = (kept.span(name, call.trace_id) for name in ("conversation", "chat gpt-4o-mini"))
    assert {span.trace_id for span in (call, connect, conversation, model)} == {call.trace_id}
    assert (call.parent_id, connect.parent_id, conversation.parent_id) == ("", call.span_id, connect.span_id)
    for span in (call, connect, conversation, model):
        assert span.attributes["voice.conversation.id"] == "call-7"
    assert connect.kind == CLIENT
    address = urlsplit(agent)
    assert connect.attributes["server.address"] == address.hostname
    assert connect.attributes["server.port"] == address.port
    assert connect.attributes["network.protocol.name"] == "websocket"
    assert call.attributes["voice.client.outcome"] == "completed"
    assert (call.resource["service.name"], conversation.resource["service.name"]) == ("page", "agent")
    shown = Conversations(path).conversation("call-7")
    assert (shown.service, len(shown.operations) + sum(len(turn.operations) for turn in shown.turns)) == ("agent", 1)


def test_the_agent_gets_the_pages_own_query_too(open_page: Open) -> None:
    """The URL keeps what the page put into it, and gets our two parameters."""
    url = open_page().run(
        CALL + "let seen; try { call.connect('/call?room=7', (url) => { seen = url; throw new Error('mine'); }); }"
        "catch (error) { return [seen, error.message]; }"
    )
    assert url[1] == "mine"
    query = parse_qs(urlsplit(url[0]).query)
    assert url[0].startswith("ws://")
    assert (query["room"], query["x-conversation-id"], query.keys() - {"room", "x-conversation-id"}) == (
        ["7"],
        ["call-7"],
        {"traceparent"},
    )


def test_a_connection_that_is_refused(open_page: Open, kept: Kept) -> None:
    """The span fails with the code that the browser gives, and the page gets its own events as ever."""
    with refusing() as nowhere:
        seen = open_page().run(
            CALL + "const socket = call.connect(argument, (url) => new WebSocket(url));"
            "const closed = await new Promise((close) => socket.addEventListener('close', close)); call.end();"
            "return closed.code;",
            nowhere.replace("http", "ws"),
        )
    connect = kept.span("voice.client.connect")
    assert (seen, connect.attributes["voice.client.close.code"]) == (1006, 1006)
    assert (connect.status, connect.attributes["error.type"]) == (ERROR, "websocket_close_1006")


def test_a_connection_that_breaks(open_page: Open, agent: str, kept: Kept) -> None:
    """In the middle of a call it is an event, in the call's trace."""
    open_page().run(
        CONNECTED + "socket.send('break'); await new Promise((close) => socket.addEventListener('close', close));",
        agent,
    )
    lost = kept.log("voice.client.connection_lost")
    assert lost.attributes["voice.client.close.code"] == 1006
    assert lost.trace_id == kept.span("voice.client.connect").trace_id


def test_the_microphone_is_granted(open_page: Open, kept: Kept) -> None:
    """The page gets its stream, and the span says that it was allowed."""
    tracks = open_page().run(
        CALL + "const stream = await call.microphone(() => navigator.mediaDevices.getUserMedia({audio: true}));"
        "call.end(); return stream.getAudioTracks().length;"
    )
    asked = kept.span("voice.client.microphone")
    assert tracks == 1
    assert asked.attributes["voice.client.microphone.permission"] == "granted"
    assert asked.status != ERROR


def test_the_microphone_is_denied(unwilling: Chromium, open_page: Open, kept: Kept) -> None:
    """The page gets the browser's own error, and the span says that it was not allowed."""
    name = open_page(within=unwilling).run(
        CALL + "try { await call.microphone(() => navigator.mediaDevices.getUserMedia({audio: true})); }"
        "catch (error) { return [error.name, error instanceof DOMException]; }"
    )
    asked = kept.span("voice.client.microphone")
    assert name == ["NotAllowedError", True]
    assert asked.attributes["voice.client.microphone.permission"] == "denied"
    assert (asked.status, asked.attributes["error.type"]) == (ERROR, "NotAllowedError")


def test_the_first_audio_is_the_first_sound(open_page: Open, agent: str, kept: Kept) -> None:
    """Not silence: of a node it is the first sample that can be heard, counted from the open connection."""
    times = open_page().run(
        ANSWERED + TONE + "call.watchPlayback(out); play(0.4, 0.00001);"
        "await new Promise((later) => setTimeout(later, 400));"
        "const began = Date.now(); play(0.3, 0.5);"
        "await new Promise((later) => setTimeout(later, 600)); call.end(); return [began, Date.now()];",
        agent,
    )
    first, connect = kept.span("voice.client.first_audio"), kept.span("voice.client.connect")
    assert first.attributes["voice.client.playback.source"] == "audio_node"
    assert connect.end // 1_000_000 - 50 <= first.start // 1_000_000
    assert times[0] - 50 <= first.end / 1e6 <= times[1]
    assert len(kept.spans("voice.client.first_audio")) == 1


def test_a_suspended_context_is_a_stall(open_page: Open, kept: Kept) -> None:
    """From when nothing is played any more until it goes on."""
    open_page().run(
        CALL + TONE + "call.watchPlayback(out); play(5, 0.5); await new Promise((later) => setTimeout(later, 400));"
        "await tone.suspend(); await new Promise((later) => setTimeout(later, 200)); await tone.resume();"
        "await new Promise((later) => setTimeout(later, 100)); call.end();"
    )
    stall, call = kept.span("voice.client.stall"), kept.span("voice.client.call")
    assert stall.attributes["voice.client.stall.reason"] == "suspended"
    assert stall.end > stall.start
    assert call.attributes["voice.client.stalls"] == 1


def test_an_element_that_runs_dry_is_a_stall(open_page: Open, kept: Kept) -> None:
    """A sound whose rest comes late: heard, stalled, and heard again."""
    open_page().run(
        CALL + "const sound = new Audio('/slow.wav'); call.watchPlayback(sound);"
        "let waited = false; sound.addEventListener('waiting', () => { waited = sound.currentTime > 0; });"
        "await sound.play(); await until(() => waited);"
        "const resumed = new Promise((playing) => sound.addEventListener('playing', playing));"
        "await fetch('/rest'); await resumed; sound.pause(); call.end();"
    )
    first, stall = kept.span("voice.client.first_audio"), kept.span("voice.client.stall")
    assert first.attributes["voice.client.playback.source"] == "element"
    assert stall.attributes["voice.client.stall.reason"] == "buffering"
    assert first.end <= stall.start < stall.end


def test_the_page_tells_of_a_player_of_its_own(open_page: Open, kept: Kept) -> None:
    """What is neither an element nor a node is told by the page."""
    open_page().run(
        CALL + "const playback = call.playback(); playback.stalled('too early'); playback.heard(5);"
        "playback.stalled('jitter'); playback.resumed(); call.end();"
    )
    assert kept.span("voice.client.first_audio").attributes["voice.client.playback.source"] == "program"
    assert kept.span("voice.client.stall").attributes["voice.client.stall.reason"] == "jitter"
    assert kept.span("voice.client.call").attributes["voice.client.stalls"] == 1


def test_a_peer_connection(open_page: Open, kept: Kept) -> None:
    """The exchange gets the headers; the span ends when media can flow."""
    headers = open_page().run(
        CALL + "const here = new RTCPeerConnection(), there = new RTCPeerConnection(); here.createDataChannel('x');"
        "here.onicecandidate = (found) => there.addIceCandidate(found.candidate);"
        "there.onicecandidate = (found) => here.addIceCandidate(found.candidate);"
        "const told = await call.negotiate(here, async (headers) => {"
        " await here.setLocalDescription(); await there.setRemoteDescription(here.localDescription);"
        " await there.setLocalDescription(); await here.setRemoteDescription(there.localDescription);"
        " return headers; });"
        "await until(() => here.connectionState === 'connected'); call.end(); return told;"
    )
    connect = kept.span("voice.client.connect")
    assert connect.attributes["network.protocol.name"] == "webrtc"
    assert connect.status != ERROR
    assert headers == {"traceparent": f"00-{connect.trace_id}-{connect.span_id}-01", "x-conversation-id": "call-7"}


def test_errors_that_nobody_caught(open_page: Open, kept: Kept) -> None:
    """Of the window and of a promise, in the trace of the only call; the page's own handlers still see them."""
    open_page().run(
        CALL + "setTimeout(() => { throw new TypeError('first'); });"
        "setTimeout(() => { Promise.reject(new RangeError('second')); });"
        "call.log.exception(new SyntaxError('third'), {step: 3});"
        "await new Promise((later) => setTimeout(later, 50)); call.end();"
    )
    kept.wait_for(lambda: len([log for log in kept.logs() if log.event_name == "voice.client.error"]) > 2)
    call = kept.span("voice.client.call")
    errors = {log.attributes["exception.message"]: log for log in kept.logs()}
    sources = {said: log.attributes["voice.client.error.source"] for said, log in errors.items()}
    assert sources == {"first": "error", "second": "unhandledrejection", "third": "program"}
    assert {log.trace_id for log in errors.values()} == {call.trace_id}
    assert errors["first"].attributes["exception.type"] == "TypeError"
    assert "otel" not in errors["first"].attributes["exception.stacktrace"]
    assert errors["third"].attributes["step"] == 3


def test_errors_in_a_loop_are_counted(open_page: Open, kept: Kept) -> None:
    """A page that fails all the time does not flood the receiver, and says a minute later how many more there were."""
    page = open_page()
    page.run("for (let i = 0; i < 200; i++) dispatchEvent(new ErrorEvent('error', {message: 'again'})); voice.flush();")
    kept.log("voice.client.error")
    page.run("await voice.flush();")
    assert len([log for log in kept.logs() if log.event_name == "voice.client.error"]) == 30
    page.run(
        "const later = performance.now() + 61_000; performance.now = () => later;"
        "dispatchEvent(new ErrorEvent('error', {message: 'later'})); await voice.flush();"
    )
    assert kept.log("later").attributes["voice.client.error.suppressed"] == 170


def test_structured_logs(open_page: Open, kept: Kept) -> None:
    """Severity, body, attributes and ids; maps are spread, and what cannot be said does no harm."""
    open_page().run(
        CALL + "const loop = {}; loop.itself = loop; const broken = {get value() { throw new Error('no'); }};"
        "call.log.info('paid', {amount: 12.5, card: {brand: 'visa'}, loop, broken, none: undefined, not: NaN});"
        "voice.log.warn('outside'); call.end();"
    )
    paid, outside, call = kept.log("paid"), kept.log("outside"), kept.span("voice.client.call")
    assert (paid.severity, paid.severity_text, paid.trace_id, paid.span_id) == (9, "INFO", call.trace_id, call.span_id)
    assert paid.attributes["amount"] == 12.5
    assert paid.attributes["card.brand"] == "visa"
    assert paid.attributes["not"] == "NaN"
    assert paid.attributes["broken.value"] == "[no text]"
    assert paid.attributes["voice.conversation.id"] == "call-7"
    assert (outside.severity, outside.trace_id, outside.scope) == (13, "", "page")
    assert "voice.conversation.id" not in outside.attributes


def test_a_page_that_is_left_sends_what_it_knows(open_page: Open, kept: Kept, pages: Pages) -> None:
    """Nothing waits for a timer that will not come: the call ends as unloaded, and its last words arrive."""
    page = open_page()
    page.run(CALL + "call.playback().heard(); call.log.info('last words');")
    page.go(pages.origin + "/elsewhere")
    assert kept.span("voice.client.call").attributes["voice.client.outcome"] == "unloaded"
    assert kept.log("last words").attributes["voice.conversation.id"] == "call-7"


def test_a_page_that_is_left_while_it_sends(open_page: Open, kept: Kept, pages: Pages, slow: Slow) -> None:
    """What was said while an earlier batch was still on its way does not wait for that to arrive."""
    page = open_page(endpoint=slow.endpoint)
    page.run("voice.log.info('first');")
    assert slow.asked.wait(20)
    page.run("voice.log.info('second');")
    page.go(pages.origin + "/elsewhere")
    slow.go.set()
    kept.log("first")
    kept.log("second")


def test_the_receiver_is_away(open_page: Open) -> None:
    """The page runs on, and no error comes into it."""
    with refusing() as nowhere:
        page = open_page(endpoint=nowhere)
        page.run(CALL + "for (let i = 0; i < 2000; i++) call.log.info('lost'); call.end();")
        assert page.run("return call.conversationId;") == "call-7"
        assert [line for line in page.close() if "uncaught" in line] == []


def test_what_is_too_much_is_counted(open_page: Open, kept: Kept) -> None:
    """The queue is bounded, and what found no place in it is told."""
    open_page().run("for (let i = 0; i < 2000; i++) voice.log.info('more'); await voice.flush();")
    dropped = kept.log("voice.client.telemetry_dropped").attributes["voice.client.dropped"]
    assert dropped + len([log for log in kept.logs() if log.body == "more"]) == 2000


def test_planted_secrets_do_not_leave(open_page: Open, kept: Kept) -> None:
    """In a message, an attribute, a map, an error, a user's id, a conversation's id, a stall's reason: in none."""
    secrets = [each["secret"] for each in CORPUS["secrets"]]
    open_page().run(
        "const call = voice.call({conversationId: argument[0], userId: argument[0]});"
        "const playback = call.playback(); playback.heard();"
        "for (const secret of argument) {"
        " call.log.info('it is ' + secret, {plain: secret, ['key ' + secret]: 1, map: {deep: [secret]}});"
        " call.log.info('named', {password: 'hunter22'});"
        " call.log.exception(new Error('failed with ' + secret)); call.log.exception(secret);"
        " playback.stalled(secret); playback.resumed();"
        " try { await call.microphone(() => Promise.reject(new Error(secret))); } catch { }"
        " Promise.reject(new Error('rejected ' + secret)); }"
        "await new Promise((later) => setTimeout(later, 50)); call.end(); await voice.flush();",
        secrets,
    )
    kept.span("voice.client.call")
    everything = json.dumps([repr(span) for span in kept.spans()] + [repr(log) for log in kept.logs()])
    assert len(kept.logs()) > 3 * len(secrets)
    assert [secret for secret in [*secrets, "hunter22"] if secret in everything] == []


def test_a_wrong_endpoint_is_told_and_harms_nothing(open_page: Open) -> None:
    """On the console, with what to do."""
    page = open_page(endpoint="ftp://nowhere")
    page.run(CALL + "call.log.info('x'); call.end(); await voice.flush();")
    (said,) = [line for line in page.close() if "otel-voice" in line]
    assert "endpoint" in said and "http" in said
