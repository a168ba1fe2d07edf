"""The guard of conftest.py fails a test for each kind of change, names it, and puts it back for the next test."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest

import state_guard

#: name of a careless test -> its body and the line that the guard must answer with.
CARELESS = {
    "disable": ("gc.disable()", "gc.isenabled(): True -> False"),
    "threshold": ("gc.set_threshold(7, 8, 9)", "gc.get_threshold(): (*) -> (7, 8, *)"),
    "debug": ("gc.set_debug(gc.DEBUG_SAVEALL)", "gc.get_debug(): 0 -> 32"),
    "callback_added": ("gc.callbacks.append(on_collection)", "gc.callbacks: * -> *, function on_collection]"),
    "callback_removed": ("del gc.callbacks[-1]", "gc.callbacks: *function kept_callback] -> *"),
    "callback_swapped": ("gc.callbacks[-1] = on_collection", "gc.callbacks: *kept_callback] -> *on_collection]"),
    "garbage": ("gc.garbage.append([])", "gc.garbage: 0 * -> 1 *list]"),
    "freeze": ("gc.freeze()", "gc.get_freeze_count(): * -> *"),
    "tracing": ("tracemalloc.start(3)", "tracemalloc: off -> on with 3 frames"),
    "trace": ("sys.settrace(hook)", "sys.gettrace(): None -> <function hook *"),
    "profile": ("sys.setprofile(hook)", "sys.getprofile(): None -> <function hook *"),
    "thread_trace": ("threading.settrace(hook)", "threading.gettrace(): None -> <function hook *"),
    "thread_profile": ("threading.setprofile(hook)", "threading.getprofile(): None -> <function hook *"),
}

PREAMBLE = """
import gc, sys, threading, tracemalloc

def kept_callback(phase, info): pass
def on_collection(phase, info): pass
def hook(*args): return None

gc.callbacks.append(kept_callback)
"""


@pytest.fixture
def guarded(pytester: pytest.Pytester) -> pytest.Pytester:
    """A pytest of its own with the conftest of this suite."""
    here = Path(__file__).parent
    for name in ("conftest.py", "state_guard.py"):
        (pytester.path / name).write_text((here / name).read_text(encoding="utf-8"), encoding="utf-8")
    return pytester


def test_each_kind_of_change_fails_the_test_that_made_it_and_no_other(guarded: pytest.Pytester) -> None:
    tests = [f"def test_{name}(): {body}\ndef test_after_{name}(): pass\n" for name, (body, _) in CARELESS.items()]
    guarded.makepyfile(test_careless=PREAMBLE + "".join(tests))
    # In a process of its own, because what it does to hooks and callbacks is none of this process's business.
    result = guarded.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:randomly", "-p", "no:xdist")
    result.assert_outcomes(passed=2 * len(CARELESS), errors=len(CARELESS))
    output = result.stdout.str()
    for name, (_, line) in CARELESS.items():
        section = output.split(f"ERROR at teardown of test_{name} ")[1].split("ERROR at teardown")[0]
        pytest.LineMatcher(section.splitlines()).fnmatch_lines([f"  {line}"])


def test_a_careful_test_passes(guarded: pytest.Pytester) -> None:
    guarded.makepyfile(
        test_careful=PREAMBLE
        + """
import pytest

@pytest.fixture
def traced():
    tracemalloc.start()
    yield
    tracemalloc.stop()

def test_restores_what_it_changed(traced):
    gc.disable(); gc.freeze(); gc.callbacks.append(on_collection)
    gc.callbacks.remove(on_collection); gc.unfreeze(); gc.enable()
"""
    )
    guarded.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:xdist").assert_outcomes(passed=1)


def test_a_hypothesis_callback_is_not_the_tests_doing() -> None:
    def callback(phase: str, info: dict[str, int]) -> None:
        pass

    before = state_guard.read()
    callback.__module__ = "hypothesis.internal.conjecture.junkdrawer"
    gc.callbacks.append(callback)
    try:
        assert state_guard.changes(before, state_guard.read()) == []
        state_guard.restore(before, state_guard.read())
        assert any(found is callback for found in gc.callbacks)
    finally:
        gc.callbacks.remove(callback)
