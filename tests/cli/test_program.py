"""What the program is told by its environment."""

import pytest

from otel_voice.cli import program


def environment(inherited, arguments=("python", "agent.py")):
    return program.environment(inherited, arguments, "http://127.0.0.1:5", "http/protobuf")


def test_telemetry_goes_to_our_receiver():
    """Endpoint, protocol, distro and configurator are ours; the endpoint of one signal would win and is taken out."""
    found = environment({"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://elsewhere", "PATH": "/bin"})
    assert found == {
        "PATH": "/bin",
        "OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:5",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_PYTHON_DISTRO": "otel_voice",
        "OTEL_PYTHON_CONFIGURATOR": "otel_voice",
        "OTEL_SERVICE_NAME": "agent",
    }


@pytest.mark.parametrize(
    "inherited",
    [{"OTEL_SERVICE_NAME": "mine"}, {"OTEL_RESOURCE_ATTRIBUTES": "a=b,service.name=mine"}],
)
def test_a_name_that_was_given_is_kept(inherited):
    """The service name of the user wins."""
    assert environment(inherited).get("OTEL_SERVICE_NAME") == inherited.get("OTEL_SERVICE_NAME")


@pytest.mark.parametrize(
    "arguments, name",
    [
        (["python", "-u", "src/agent.py", "x.py"], "agent"),
        (["python", "-m", "my.agent"], "my.agent"),
        (["/usr/bin/uvicorn", "app:app"], "uvicorn"),
        (["python", "-m"], "python"),
    ],
)
def test_a_program_is_named_after_its_script(arguments, name):
    """The script, the module, else the command."""
    assert program.service_name(arguments) == name


def test_a_proxy_is_not_asked_for_this_machine():
    """With a proxy configured, the loopback interface is excepted from it, beside what already was."""
    found = environment({"HTTPS_PROXY": "http://proxy", "NO_PROXY": "intranet"})
    assert (found["NO_PROXY"], found["no_proxy"]) == ("intranet,127.0.0.1,localhost",) * 2
