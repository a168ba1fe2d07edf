"""pytest-memray as its documentation says: the marker ``limit_leaks`` on a test that runs the function in a loop of 100
calls. LIMIT is what one location may leak."""

from __future__ import annotations

import os

import pytest
from target import target

FUNCTION = target()


@pytest.mark.limit_leaks(os.environ["LIMIT"])
def test_target() -> None:
    for _ in range(100):
        FUNCTION()
