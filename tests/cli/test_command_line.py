"""The command line as a user meets it: real child processes, exit codes, one message for each kind of bad input."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

TARGETS = """
import asyncio, os, sys, time
CACHE = {}
def clean(): pass
def leaky(): CACHE[len(CACHE)] = [1]
def generator(): yield 1
async def coroutine_function(): await asyncio.sleep(0)
async def slow_coroutine():
    tell()
    await asyncio.sleep(0.02)
def returns_coroutine(): return coroutine_function()
def needs(a, b): pass
made = []
def raises_first(): raise ValueError("no database")
def raises_hundredth():
    made.append(None)
    if len(made) == 100: raise ValueError("no more")
def exits(): sys.exit(4)
def exits_hard(): os._exit(3)
def crashes():
    import ctypes
    ctypes.string_at(0)
def hangs(): time.sleep(1000)
def slow():
    tell()
    time.sleep(0.02)
told = []
def tell():
    told.append(None)
    if len(told) == 20: print("called", flush=True)
def prints(): print("hello from the target")
class BaseOnly(BaseException): pass
def raises_base(): raise BaseOnly
anonymous = lambda: None
number = 3
class Jobs:
    @staticmethod
    def run(): pass
def before(): CACHE["before"] = 1
async def before_async(): open("before_async", "w").close()
def after(): open("after", "w").close()
"""
TIMEOUT_SECONDS = 60


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "app.py").write_text(TARGETS)
    (tmp_path / "broken.py").write_text("import nothing_of_this_name\n")
    (tmp_path / "syntax.py").write_text("def f(:\n")
    return tmp_path


def leakscope(folder, *arguments):
    return subprocess.run(
        [sys.executable, "-m", "leakscope", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        env={**os.environ, "NO_COLOR": "1"},
    )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["check", "app"], "does not name a function"),
        (["check", "nowhere:f"], "there is no module 'nowhere'"),
        (["check", "app:nothing"], "app has no 'nothing'"),
        (["check", "app:leeky"], "did you mean leaky?"),
        (["check", "broken:f"], "importing 'broken' failed: ModuleNotFoundError"),
        (["check", "syntax:f"], "importing 'syntax' failed: SyntaxError"),
        (["check", "app:number"], "of type int, not a function"),
        (["check", "app:generator"], "is a generator function"),
        (["check", "app:returns_coroutine"], "a coroutine that nobody awaits"),
        (["check", "app:needs"], "needs 2 arguments (a, b)"),
        (["check", "app:raises_first"], "raised ValueError: no database on call 1."),
        (["check", "app:raises_hundredth"], "raised ValueError: no more on call 100."),
        (["check", "app:raises_base"], "raised BaseOnly, which is no Exception"),
        (["check", "app:exits"], "called sys.exit(4) on call 1."),
        (["check", "app:exits_hard"], "ended its process with status 3"),
        (["check", "app:crashes"], "was ended by SIGSEGV"),
        (["check", "app:clean", "--calls", "0"], "calls=0"),
        (["check", "app:clean", "--calls", "-5"], "calls=-5"),
        (["check", "app:clean", "--calls", "many"], "invalid int value"),
        (["check", "app:clean", "--budget", "0"], "budget_seconds=0"),
        (["check", "app:clean", "--budget", "nan"], "budget_seconds=nan"),
        (["check", "app:clean", "--windows", "2"], "windows=2"),
        (["check", "app:clean", "--json", "nowhere/r.json"], "cannot write"),
        (["check", "app:clean", "--json", "."], "cannot write"),
        (["check", "app:clean", "--json", ""], "names no file"),
        (["check", "app:clean", "--setup", "app:raises_first"], "app:raises_first raised ValueError"),
        (["check", "app:clean", "--calls", "20", "--teardown", "app:raises_first"], "app:raises_first raised"),
        (["check", "app:clean", "--setup", "before"], "does not name a function"),
        (["why", "app:leaky", "NoSuchType"], "no class is named 'NoSuchType'"),
        (["why", "app:leaky", "list", "--calls", "0"], "--calls 0"),
        (["nonsense"], "invalid choice"),
        ([], "required"),
    ],
)
def test_bad_input_is_one_clear_message_and_exit_code_2(folder, arguments, words):
    done = leakscope(folder, *arguments)
    assert done.returncode == 2, done.stderr
    assert words in done.stderr
    assert done.stdout == ""
    assert f"{os.sep}leakscope{os.sep}checking.py" not in done.stderr.rpartition("leakscope:")[2]


def test_a_hanging_target_is_ended(folder):
    started = time.monotonic()
    done = leakscope(folder, "check", "app:hangs", "--budget", "1")
    assert done.returncode == 2
    assert "a call hangs" in done.stderr
    assert time.monotonic() - started < 20


def test_exit_codes_and_reports(folder):
    leak = leakscope(folder, "check", "app:leaky", "--json", "leak.json")
    assert leak.returncode == 1
    assert leak.stderr.startswith("LEAK: app:leaky")
    report = json.loads((folder / "leak.json").read_text())
    assert report["verdict"] == "leak"
    assert report["findings"][0]["holder"].startswith("app.CACHE[")
    assert report["findings"][0]["site"].endswith("in leaky")
    clean = leakscope(folder, "check", "app:clean")
    assert clean.returncode == 0
    assert clean.stderr.startswith("NO LEAK: app:clean")
    assert leakscope(folder, "check", "app:clean", "--calls", "4").returncode == 3


@pytest.mark.parametrize("name", ["coroutine_function", "anonymous", "Jobs.run"])
def test_other_callables_are_checked(folder, name):
    done = leakscope(folder, "check", f"app:{name}", "--calls", "60")
    assert done.returncode == 0, done.stderr


def test_stdout_is_json_alone_while_the_target_prints(folder):
    done = leakscope(folder, "check", "app:prints", "--calls", "30", "--json", "-")
    assert done.returncode == 0
    assert json.loads(done.stdout)["verdict"] == "no_leak"
    assert "hello from the target" in done.stderr
    assert "hello from the target" in leakscope(folder, "check", "app:prints", "--calls", "30").stdout


def test_hooks_run_before_and_after(folder):
    done = leakscope(
        folder, "check", "app:clean", "--calls", "20", "--setup", "app:before_async", "--teardown", "app:after"
    )
    assert done.returncode == 0, done.stderr
    assert (folder / "before_async").exists()
    assert (folder / "after").exists()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_stdout_is_not_a_leak(folder):
    with open("/dev/full", "w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "leakscope", "check", "app:clean", "--calls", "20", "--json", "-"],
            cwd=folder,
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            timeout=TIMEOUT_SECONDS,
        )
    assert done.returncode == 2
    assert "cannot write to stdout" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("name", ["slow", "slow_coroutine"])
def test_an_interrupt_gives_what_was_seen_and_leaves_nothing(folder, name, number):
    process = subprocess.Popen(
        [sys.executable, "-m", "leakscope", "check", f"app:{name}", "--json", "r.json"],
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    process.stdout.readline()  # the target says that it is being called
    process.send_signal(number)
    rest = process.communicate(timeout=TIMEOUT_SECONDS)[1]
    assert process.returncode == 2
    assert "was interrupted after" in rest
    assert json.loads((folder / "r.json").read_text())["verdict"] == "inconclusive"
    assert sorted(path.name for path in folder.iterdir() if path.name.startswith(".")) == []


def test_the_demo_tells_three_kinds_apart(folder):
    done = leakscope(folder, "demo", "--json", "demo.json")
    assert done.returncode == 0, done.stderr
    report = json.loads((folder / "demo.json").read_text())
    assert report["verdict"] == "leak"
    by_kind = {finding["kind"]: finding for finding in report["findings"]}
    assert set(by_kind) == {"retained", "native", "cyclic_garbage"}
    assert by_kind["retained"]["type_name"].endswith("Page")
    assert by_kind["retained"]["holder"].startswith("leakscope.cli.demo_service.PAGES['/page/")
    assert by_kind["native"]["bytes_per_call"] == pytest.approx(1024, rel=0.1)
    assert "Request" in by_kind["cyclic_garbage"]["evidence"][0]
    assert "the collector frees it: not a leak" in by_kind["cyclic_garbage"]["summary"]


def test_why_names_the_holder(folder):
    done = leakscope(folder, "why", "leakscope.cli.demo_service:handle_request", "Page", "--json", "-")
    assert done.returncode == 0
    assert done.stderr.startswith("10 Page objects are alive: held by leakscope.cli")
    assert "PAGES['/page/1'] (10 of 10)" in done.stderr
    assert json.loads(done.stdout)["target_count"] == 10


def test_doctor_says_what_is_there_and_why_the_rest_is_not(folder):
    done = leakscope(folder, "doctor")
    assert done.returncode == 0
    assert "allocated blocks" in done.stdout
    assert "tracemalloc is off" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_the_target_sees_its_own_environment(folder):
    (folder / "seen.py").write_text(
        "import json, os\n"
        "json.dump({key: os.environ.get(key) for key in ('GLIBC_TUNABLES', 'PYTHONHASHSEED', 'LEAKSCOPE_RESTORE')},"
        " open('env.json', 'w'))\n"
        "def f(): pass\n"
    )
    env = {key: value for key, value in os.environ.items() if key not in ("GLIBC_TUNABLES", "PYTHONHASHSEED")}
    subprocess.run(
        [sys.executable, "-m", "leakscope", "check", "seen:f", "--calls", "20"],
        cwd=folder,
        env=env,
        check=True,
        stderr=subprocess.DEVNULL,
        timeout=TIMEOUT_SECONDS,
    )
    assert json.loads((folder / "env.json").read_text()) == {
        "GLIBC_TUNABLES": None,
        "PYTHONHASHSEED": None,
        "LEAKSCOPE_RESTORE": None,
    }
