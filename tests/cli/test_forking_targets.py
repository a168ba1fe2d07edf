"""A target that forks: one process measures and answers, whatever the copy does."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

TARGETS = """
import os, sys
def forks_and_returns():
    pid = os.fork()
    if pid: os.waitpid(pid, 0)
async def forks_and_returns_in_a_loop(): forks_and_returns()
def forks_and_exits():
    pid = os.fork()
    if not pid: sys.exit(7)
    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 7
def forks_and_raises():
    pid = os.fork()
    if not pid: raise ValueError("in the copy")
    assert os.WEXITSTATUS(os.waitpid(pid, 0)[1]) == 1
"""
TIMEOUT_SECONDS = 60


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.py").write_text(TARGETS)
    return tmp_path


def check(folder, name, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "leakscope", "check", f"app:{name}", "--json", "r.json", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "NO_COLOR": "1"},
    )


@pytest.mark.parametrize(
    "name", ["forks_and_returns", "forks_and_returns_in_a_loop", "forks_and_exits", "forks_and_raises"]
)
def test_a_forked_copy_neither_answers_nor_goes_on(folder, name):
    done = check(folder, name, "--calls", "40")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("NO LEAK") == 1
    assert json.loads((folder / "r.json").read_text())["calls"] == 40
