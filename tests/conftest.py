"""Fixtures of the whole suite."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import state_guard

pytest_plugins = ["pytester"]


@pytest.fixture(autouse=True)
def unchanged_interpreter_state() -> Iterator[None]:
    """Fails a test that leaves the collector, tracemalloc or a hook changed, and puts everything back.

    It is autouse, so it is set up before and torn down after the other fixtures of a test: a fixture that cleans up
    after itself is in time.
    """
    before = state_guard.read()
    yield
    after = state_guard.read()
    changed = state_guard.changes(before, after)
    if changed:
        state_guard.restore(before, after)
        pytest.fail("this test left the interpreter changed:\n  " + "\n  ".join(changed), pytrace=False)
