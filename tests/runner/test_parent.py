"""The parent's deadlines, with short ones; the child is a real process."""

from __future__ import annotations

import re
from dataclasses import asdict

import pytest

from leakscope import settings
from leakscope.errors import ChildFailed
from leakscope.measuring import SAMPLE_EVERY_MOST
from leakscope.model.report import Verdict
from leakscope.runner import parent
from leakscope.runner.protocol import Request

TARGETS = """
import signal
calls = []
def hangs():
    calls.append([])
    if len(calls) == 100: signal.pause()
def hangs_at_once(): signal.pause()
def clean(): pass
"""


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "app.py").write_text(TARGETS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(parent, "GRACE_SECONDS", 1.0)
    told = []

    def run(name, teardown=None, calls=None):
        request = Request("check", f"app:{name}", None, teardown, asdict(settings.check_settings(calls)))
        with pytest.raises(ChildFailed) as caught:
            parent.run(request, budget_seconds=0.5, follow=lambda *progress: told.append(progress))
        return caught.value, told

    return run


def test_a_hang_is_reported_with_what_was_measured(run):
    error, told = run("hangs")
    message = re.search(r"no verdict within 2 s \((\d+) measured calls\)", str(error))
    assert message is not None
    assert 100 - 1.5 * SAMPLE_EVERY_MOST <= int(message[1]) <= 100  # what came after the last sample is not measured
    assert error.report.verdict is Verdict.INCONCLUSIVE
    assert error.report.is_cut_short
    assert error.report.calls == told[-1][0] > 80
    assert "gave no verdict within 2 s" in error.report.reason
    assert "--budget" in error.report.next_step
    assert {growth.signal for growth in error.report.growths} >= {"gc_object_count", "allocated_blocks"}


def test_a_hang_in_the_first_call_is_a_message_alone(run):
    error, _ = run("hangs_at_once")
    assert "no verdict within 2 s (0 measured calls)" in str(error)
    assert error.report is None


def test_a_teardown_that_hangs_is_named_and_the_verdict_kept(run):
    error, _ = run("clean", teardown="app:hangs_at_once", calls=20)
    assert "--teardown did not end" in str(error)
    assert error.report.verdict is Verdict.NO_LEAK
