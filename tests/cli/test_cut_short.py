"""What ends a check before it can decide: a report of what was measured until then, the reason, and exit code 2."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

TARGETS = """
import asyncio, faulthandler, os, resource, signal, sys, time
KEPT = []
def call():
    KEPT.append([len(KEPT)])
    return len(KEPT) == 500
def clean(): pass
def segfaults():
    if call():
        import ctypes
        ctypes.string_at(0)
def segfaults_loudly():
    faulthandler.enable()
    segfaults()
def exits_hard():
    if call(): os._exit(3)
def exits_with_success():
    if call(): os._exit(0)
def aborts():
    if call(): os.abort()
def is_killed():
    if call(): os.kill(os.getpid(), signal.SIGKILL)
def is_terminated():
    if call(): os.kill(os.getpid(), signal.SIGTERM)
def is_terminated_by_default():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    is_terminated()
def is_interrupted():
    if call(): os.kill(os.getpid(), signal.SIGINT)
def raises():
    if call(): raise ValueError("no more")
def raises_base():
    if call(): raise GeneratorExit
def exits():
    if call(): sys.exit(4)
def recurses():
    if call(): recurse()
def recurse(): recurse()
def closes_all():
    if call(): os.closerange(3, 1000)
def closes_all_and_goes_on():
    if call():
        os.closerange(3, 1000)
        signal.pause()
def closes_all_and_opens():
    if call():
        os.closerange(3, 1000)
        for number in range(20): os.open(f"own{number}", os.O_RDWR | os.O_CREAT)
async def closes_all_in_a_loop():
    if call(): os.closerange(3, 1000)
def limit(room):
    used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + room,) * 2)
def uses_all_memory():
    if not KEPT: limit(64 << 20)
    KEPT.append(bytes(100_000))
def uses_all_memory_in_small_pieces():
    if not KEPT: limit(40 << 20)
    KEPT.extend([number] for number in range(200))
def leaves_a_child_behind():
    if not KEPT and os.fork() == 0: signal.pause()
    exits_hard()
def fails_afterwards(): raise ValueError("cannot tidy up")
"""
TIMEOUT_SECONDS = 60
needs_proc = pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="needs /proc")


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


ENDINGS = [
    ("segfaults", "was ended by SIGSEGV", "[child-failed]", "python -X faulthandler -m leakscope check app:segfaults"),
    ("segfaults_loudly", "was ended by SIGSEGV", "Fatal Python error: Segmentation fault", "--calls"),
    ("exits_hard", "ended its process with status 3", "[child-failed]", "check a function that returns"),
    ("exits_with_success", "ended its process with status 0", "[child-failed]", "check a function that returns"),
    ("aborts", "was ended by SIGABRT", "[child-failed]", "faulthandler"),
    ("is_killed", "was ended by SIGKILL", "[child-failed]", "out-of-memory"),
    ("is_terminated", "was interrupted", "", "run it again"),
    ("is_terminated_by_default", "was ended by SIGTERM", "[child-failed]", "who sends the signal"),
    ("is_interrupted", "was interrupted", "", "run it again"),
    ("raises", "raised ValueError: no more", "[target-raised]", "can be repeated"),
    ("raises_base", "raised GeneratorExit", "which is no Exception", "can be repeated"),
    ("exits", "called sys.exit(4)", "[target-raised]", "check a function that returns"),
    ("recurses", "raised RecursionError", "more times]", "can be repeated"),
    ("closes_all", "closed the descriptors", "[child-failed]", "not ranges of descriptors"),
    ("closes_all_and_goes_on", "closed the descriptors", "[child-failed]", "not ranges of descriptors"),
    ("closes_all_and_opens", "closed the descriptors", "[child-failed]", "not ranges of descriptors"),
    ("closes_all_in_a_loop", "closed the descriptors", "[child-failed]", "not ranges of descriptors"),
    ("leaves_a_child_behind", "ended its process with status 3", "[child-failed]", "check a function that returns"),
]


@pytest.mark.parametrize(("name", "reason", "told", "step"), ENDINGS, ids=[ending[0] for ending in ENDINGS])
def test_what_was_measured_is_reported(folder, name, reason, told, step):
    done = check(folder, name)
    assert done.returncode == 2, done.stderr
    assert f"INCONCLUSIVE: app:{name} {reason.split()[0]}" in done.stderr
    assert told in done.stderr
    report = json.loads((folder / "r.json").read_text())
    kinds = [finding["kind"] for finding in report["findings"]]
    assert (report["verdict"], report["is_cut_short"], kinds) == ("inconclusive", True, ["retained"])
    assert report["reason"].startswith(reason)
    assert report["reason"].endswith(f"after {report['calls']} measured calls")
    assert 450 < report["calls"] < 500
    assert step in report["next_step"]
    growth = next(growth for growth in report["growths"] if growth["signal"] == "gc_object_count")
    assert growth["trend"] == "leaks"
    assert growth["per_call"] == pytest.approx(1.0, rel=0.1)
    assert report["notes"][0].startswith("until then it grew by 1 gc object")
    assert len(report["windows"]) == 4
    assert dict(report["environment"])["python"]
    for path in folder.glob("own*"):
        assert path.read_bytes() == b""


@needs_proc
@pytest.mark.parametrize("name", ["uses_all_memory", "uses_all_memory_in_small_pieces"])
def test_a_memory_limit_is_reported(folder, name):
    done = check(folder, name)
    assert done.returncode == 2, done.stderr
    assert "MemoryError" in done.stderr
    report = json.loads((folder / "r.json").read_text())
    assert report["reason"].startswith(("raised MemoryError", "left no memory to measure with"))
    assert report["calls"] > 100
    assert "grow" in report["next_step"]


def test_a_crash_in_the_first_call_is_a_message_alone(folder):
    (folder / "app.py").write_text("import os\ndef f(): os.closerange(3, 1000)\n")
    done = check(folder, "f")
    assert done.returncode == 2
    assert done.stderr.startswith("leakscope: app:f closed the descriptors")
    assert not (folder / "r.json").exists()


def test_a_teardown_that_fails_does_not_take_the_verdict_away(folder):
    done = check(folder, "clean", "--calls", "20", "--teardown", "app:fails_afterwards")
    assert done.returncode == 2
    assert done.stderr.startswith("NO LEAK: app:clean")
    assert "app:fails_afterwards raised ValueError" in done.stderr
    assert json.loads((folder / "r.json").read_text())["verdict"] == "no_leak"
