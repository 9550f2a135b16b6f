"""What is asked of Prometheus, Loki and Alertmanager is answered, or one line says what is wrong."""

from __future__ import annotations

import json
import socket
import threading

import pytest

from otel_voice.monitoring.asking import AskingError, Server
from tests.monitoring.program import Answering, answering

__all__ = ["answering"]


def as_json(value: object) -> tuple[int, str, str]:
    return 200, "application/json", json.dumps(value)


def test_the_data_of_an_answer(answering: Answering) -> None:
    """Path and query are asked as given, also below a path of the address; the data come back."""
    program = answering(*as_json({"status": "success", "data": {"result": [1]}}))
    server = Server("Prometheus", f"{program.url}/behind/")
    assert server.data("/api/v1/query", {"query": 'up{job="a b"}', "match[]": ["x", "y"]}) == {"result": [1]}
    assert program.asked[0][0] == "/behind/api/v1/query?query=up%7Bjob%3D%22a+b%22%7D&match%5B%5D=x&match%5B%5D=y"


def test_text_and_a_body_that_is_sent(answering: Answering) -> None:
    """Metrics are text; what is posted is JSON."""
    program = answering(200, "text/plain", "up 1\n")
    server = Server("Alertmanager", program.url)
    assert server.text("/metrics") == "up 1\n"
    server.post("/api/v2/alerts", [{"labels": {}}])
    path, headers, body = program.asked[1]
    assert (path, headers["Content-Type"], json.loads(body)) == ("/api/v2/alerts", "application/json", [{"labels": {}}])


def test_user_and_password_are_sent_and_not_shown(answering: Answering) -> None:
    """They are a header, and no message has them."""
    program = answering(401, "text/plain", "no")
    server = Server("Loki", program.url.replace("//", "//me:s%40cret@"))
    with pytest.raises(AskingError, match="answered 401: no") as caught:
        server.json("/ready")
    assert program.asked[0][1]["Authorization"] == "Basic bWU6c0BjcmV0"
    assert "cret" not in str(caught.value)


def test_the_password_is_not_handed_on(answering: Answering) -> None:
    """Where a redirect leads elsewhere it goes without."""
    elsewhere = answering(*as_json(1))
    program = answering(302, "text/plain", "")
    program.location = f"{elsewhere.url}/there"
    assert Server("Loki", program.url.replace("//", "//me:secret@")).json("/x") == 1
    assert "Authorization" in program.asked[0][1]
    assert "Authorization" not in elsewhere.asked[0][1]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ((200, "text/html", "<html>log in</html>"), "a page of HTML: is a proxy or a login before it"),
        ((200, "text/plain", "hello"), "something that is no JSON"),
        ((200, "application/json", "[" * 200_000), "something that is no JSON"),
        (as_json([]), "without status and data"),
        (as_json({"status": "error", "data": 1}), "without status and data"),
        ((400, "application/json", '{"status": "error", "error": "parse error: x"}'), "answered 400: parse error: x"),
        ((404, "text/plain", "404 page not found\n"), "/api/v1/rules answered 404: 404 page not found"),
        ((502, "text/html", "<h1>Bad Gateway</h1>"), "answered 502: Bad Gateway"),
        ((500, "application/json", "[]"), "answered 500: "),
    ],
)
def test_an_answer_that_cannot_be_used(answering: Answering, answer: tuple[int, str, str], said: str) -> None:
    """The line names the program, the address and what came instead."""
    program = answering(*answer)
    with pytest.raises(AskingError) as caught:
        Server("Prometheus", program.url).data("/api/v1/rules")
    assert said in str(caught.value)
    assert f"Prometheus at {program.url}/api/v1/rules" in str(caught.value)


def test_nobody_there() -> None:
    """A refused connection is told with the address."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(AskingError, match=f"Loki at {url} cannot be reached: Connection refused; is it running"):
            Server("Loki", url).json("/x")


def test_silence_is_bounded() -> None:
    """A program that takes the connection and says nothing is given up."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        server = Server("Loki", f"http://127.0.0.1:{silent.getsockname()[1]}", timeout=0.1)
        with pytest.raises(AskingError, match=r"no answer within 0\.1 s"):
            server.json("/x")


def test_something_that_is_no_http(answering: Answering) -> None:
    """Another protocol at the port is told, too."""
    with socket.create_server(("127.0.0.1", 0)) as other:

        def greet() -> None:
            connection, _ = other.accept()
            with connection:
                connection.sendall(b"220 mail\r\n")
                connection.recv(4096)

        threading.Thread(target=greet, daemon=True).start()
        with pytest.raises(AskingError, match="cannot be reached"):
            Server("Loki", f"http://127.0.0.1:{other.getsockname()[1]}").json("/x")


def test_the_proxy_is_not_asked_for_this_machine(answering: Answering, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy of the company knows nothing of 127.0.0.1."""
    proxy = answering(200, "text/html", "<html>proxy</html>")
    program = answering(*as_json(1))
    monkeypatch.setenv("http_proxy", proxy.url)
    assert Server("Loki", program.url).json("/x") == 1
    assert proxy.asked == []


@pytest.mark.parametrize(
    "url",
    ["", "localhost:9090", "http://", "ftp://a", "http://a:b", "http://a:99999", "http://a b"],
)
def test_no_address(url: str) -> None:
    """What cannot be an address is told before anything is asked."""
    with pytest.raises(AskingError, match="is no address: give one as http"):
        Server("Prometheus", url)
