"""Endings in words: from exit statuses, and with advice that fits."""

from __future__ import annotations

from typing import get_args

import pytest

from leakscope.analysis import endings
from leakscope.model.ending import Ending, EndingKind


@pytest.mark.parametrize(
    ("code", "kind", "how"),
    [
        (0, "exited", "ended its process with status 0"),
        (3, "exited", "ended its process with status 3"),
        (-11, "crashed", "was ended by SIGSEGV"),
        (-6, "crashed", "was ended by SIGABRT"),
        (-9, "killed", "was ended by SIGKILL"),
        (-15, "signalled", "was ended by SIGTERM"),
        (-250, "signalled", "was ended by signal 250"),
    ],
)
def test_a_status_is_told_as_a_predicate(code, kind, how):
    assert endings.of_status(code) == Ending(kind, how)


@pytest.mark.parametrize("kind", get_args(EndingKind))
def test_every_kind_has_advice(kind):
    few = endings.advice(Ending(kind, "x"), "app:f", 4, 10.0)
    many = endings.advice(Ending(kind, "x"), "app:f", 500, 10.0)
    assert few
    assert many.startswith(few)
    assert ("--calls 250" in many) is (kind != "interrupted")
