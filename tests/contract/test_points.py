"""The contract of every point: it is patched where the SDK has it, put back as it was, and imports nothing.

How a use of it ends is in `test_endings.py`, what the program can see of us in `test_behaviour.py`, and what our own
failures do in `test_safety.py`. `exercises/__init__.py` says how to add a provider's calls.
"""

from __future__ import annotations

import importlib
import inspect
import json
import logging
import subprocess
import sys
from dataclasses import replace
from typing import Any

import pytest
import wrapt

from otel_voice.capture.install import Installation
from otel_voice.capture.points import Point, Provider
from tests.capture_sink import RecordingSink
from tests.contract import exercises
from tests.contract.kinds import KINDS
from tests.contract.matrix import PLACES, PROVIDERS, Place, name, observing, present

INSTALL = """
import json, sys
from otel_voice.capture.install import Installation
from otel_voice import providers
from tests.capture_sink import RecordingSink
provider = providers.load({name!r})
installation = Installation(provider, RecordingSink())
def install():
    installation.install()
def load():
    import {package}
def leaves():
    import importlib
    for point in installation.points():
        importlib.import_module(point.module)
def loaded():
    return sorted(module for module in sys.modules if f"{{module}}.".startswith({package!r} + "."))
"""
ATTACHED = "list(installation.attached)"


def holder(point: Point) -> tuple[Any, str]:
    """The module or class that has the point's function, and its name there."""
    *path, attribute = point.target.split(".")
    owner: Any = importlib.import_module(point.module)
    for part in path:
        owner = getattr(owner, part)
    return owner, attribute


def function(point: Point) -> Any:
    """What stands there now, as it is kept, not as it is bound."""
    owner, attribute = holder(point)
    return inspect.getattr_static(owner, attribute)


def signature(function: Any) -> inspect.Signature | None:
    """What inspection tells of how it is called; None for a class of a C extension, which may have none."""
    try:
        return inspect.signature(function)
    except ValueError:
        return None


def run(provider: Provider, *steps: str) -> Any:
    """What a new interpreter prints last, after these steps."""
    program = INSTALL.format(name=provider.name, package=provider.package) + "\n".join(steps)
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_it_resolves_and_its_kind_fits_its_shape(place: Place) -> None:
    """The SDK has the function, and it is of the kind that the shape is made for."""
    shape = place.point.shape.__name__
    assert shape in KINDS, f"say in tests/contract/kinds.py which kind of function the shape {shape!r} wraps"
    assert KINDS[shape](function(place.point)), f"{place.point} is not a function for the shape {shape!r}"


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_it_is_exercised(place: Place) -> None:
    """Every point is driven through the whole matrix."""
    provider, point = place
    driven = {exercise.point for exercise in exercises.load(provider.name)} | set(exercises.unreachable(provider.name))
    assert str(point) in driven, (
        f"No exercise goes through {point}. Add one to tests/contract/exercises/{provider.name}.py (or to a file "
        f"{provider.name}_<surface>.py beside it): a function that makes the call, in the class that says what it "
        "gives to the program. The docstring of tests/contract/exercises/__init__.py shows how."
    )


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_signature_name_and_wrapped_function_are_intact(place: Place) -> None:
    """What inspection tells of the function is what it told before, and the original can be reached."""
    before = function(place.point)
    with observing(place.provider):
        after = function(place.point)
        assert after is not before
        assert after.__wrapped__ is before
        # From Python 3.13 on `inspect` does not look through a wrapper of a class; Soniox calls one by a private name.
        if sys.version_info < (3, 13) or not isinstance(inspect.unwrap(before), type):
            assert inspect.unwrap(after) is inspect.unwrap(before)
            assert signature(after) == signature(before)
        assert (after.__name__, after.__qualname__, after.__doc__, after.__module__) == (
            before.__name__,
            before.__qualname__,
            before.__doc__,
            before.__module__,
        )
        for question in (inspect.iscoroutinefunction, inspect.isgeneratorfunction, inspect.isasyncgenfunction):
            assert question(after) == question(before)


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_uninstalling_restores_the_same_object(place: Place) -> None:
    """After uninstalling, the very object is back that stood there before, where it stood."""
    owner, attribute = holder(place.point)
    before, own = function(place.point), attribute in vars(owner)
    with observing(place.provider):
        assert function(place.point) is not before
    assert function(place.point) is before
    assert (attribute in vars(owner)) == own


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_installing_twice_wraps_once(place: Place) -> None:
    """A second installation leaves the wrapper of the first as it is, and one uninstalling undoes both."""
    before = function(place.point)
    installation = Installation(place.provider, RecordingSink())
    installation.install()
    first = function(place.point)
    installation.install()
    try:
        assert function(place.point) is first
        assert first.__wrapped__ is before
    finally:
        installation.uninstall()
    assert function(place.point) is before


@pytest.mark.parametrize("place", PLACES, ids=name)
def test_a_wrapper_put_on_ours_stays(place: Place) -> None:
    """Another tool that wraps the same function after us keeps its wrapper when we leave."""
    owner, attribute = holder(place.point)
    before, own = function(place.point), attribute in vars(owner)
    with observing(place.provider):
        theirs = wrapt.FunctionWrapper(function(place.point), lambda wrapped, _, args, kwargs: wrapped(*args, **kwargs))
        setattr(owner, attribute, theirs)
    try:
        assert function(place.point) is theirs
    finally:
        setattr(owner, attribute, before) if own else delattr(owner, attribute)


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_before_the_import(provider: Provider) -> None:
    """Installed first, every point is attached by the program's own imports, and we make none."""
    steps = ["install()", "assert not loaded()", "load()", "seen = loaded()", "leaves()"]
    seen, attached, missing = run(provider, *steps, f"print(json.dumps([seen, {ATTACHED}, installation.missing]))")
    assert seen == run(provider, "load()", "print(json.dumps(loaded()))")
    assert set(attached) == {str(point) for point in present(provider)}
    assert missing == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_after_the_import(provider: Provider) -> None:
    """Installed after the SDK was imported, every point is attached at once."""
    attached = run(provider, "load()", "leaves()", "install()", f"print(json.dumps({ATTACHED}))")
    assert set(attached) == {str(point) for point in present(provider)}


@pytest.mark.parametrize("moved", ["target", "module"])
@pytest.mark.parametrize("provider", PROVIDERS, ids=name)
def test_a_layout_that_moved_is_said_once_and_breaks_nothing(
    provider: Provider, moved: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Points the SDK no longer has are one warning that names SDK and points; all others are attached."""
    first = present(provider)[0]
    gone = [replace(first, **{moved: f"{provider.package}.gone{number}.create"}) for number in range(2)]
    sink = RecordingSink()
    installation = Installation(replace(provider, points=(*gone, *provider.points)), sink)
    with caplog.at_level(logging.WARNING, logger="otel_voice"):
        installation.install()
    attached = set(installation.attached)
    installation.uninstall()
    assert attached == {str(point) for point in present(provider)}
    assert len(caplog.records) == 1
    message = caplog.records[0].getMessage()
    assert f"{len(attached)} of {len(attached) + 2} hooks to {provider.distribution}" in message
    assert all(str(point) in message for point in gone)
