"""The parent: starts the child, follows it, and ends it. Touches processes, a pipe and signals; measures nothing."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from leakscope import _env
from leakscope.errors import ChildFailed, LeakscopeError
from leakscope.runner.child import RESTORE_VARIABLE
from leakscope.runner.protocol import Message, Request

#: Beyond its budget the child may finish a slow call and the search; then it is ended.
GRACE_SECONDS = 10.0
#: What importing the target and --setup may take.
LOAD_SECONDS = 120.0
#: After Ctrl-C the child gets this long to send what it has.
INTERRUPT_SECONDS = 5.0
_TUNABLES = "GLIBC_TUNABLES"
#: Without its thread caches malloc's figures are exact to a chunk: the native floor falls from 32 KiB to 256 bytes.
_NO_THREAD_CACHE = "glibc.malloc.tcache_count=0"
_CHILD = "from leakscope.runner.child import main; main()"


class TargetFailed(LeakscopeError):
    """An error that the child met and described; ``trace`` is the traceback of what the target raised."""

    def __init__(self, slug: str, message: str, trace: str) -> None:
        super().__init__(message)
        self.child_slug = slug
        self.trace = trace

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Outcome:
    """The child's answer: the last message's kind and body, and whether Ctrl-C ended it."""

    kind: str
    body: dict[str, Any]
    was_interrupted: bool


Follow = Callable[[Message], None]


def run(request: Request, *, budget_seconds: float, follow: Follow, target_stdout: Any = None) -> Outcome:
    """Runs a request in a child process; ``follow`` is told of each message on the way.

    ``target_stdout`` is where the target's own output goes (default: this process's stdout). Raises ``TargetFailed``
    for an error that the child described, ``ChildFailed`` when it ended without an answer or had to be ended.
    """
    read_fd, write_fd = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, *_interpreter_flags(), "-c", _CHILD, str(write_fd), request.to_json()],
            env=_environment(),
            pass_fds=(write_fd,),
            stdin=subprocess.DEVNULL,
            stdout=target_stdout,
            start_new_session=True,
        )
    finally:
        os.close(write_fd)
    with _ended(process), open(read_fd, "rb", buffering=0) as pipe:
        return _Following(process, pipe.fileno(), budget_seconds, follow).outcome()


class _Following:
    """Reads the child's messages until its answer, a deadline or Ctrl-C."""

    def __init__(self, process: subprocess.Popen[bytes], fd: int, budget_seconds: float, follow: Follow) -> None:
        self._process = process
        self._fd = fd
        self._budget_seconds = budget_seconds
        self._follow = follow
        self._deadline = time.monotonic() + LOAD_SECONDS
        self._has_started = False
        self._calls = 0
        self._was_interrupted = False
        self._rest = b""

    def outcome(self) -> Outcome:
        while True:
            try:
                for message in self._messages():
                    if message.kind == "error":
                        raise TargetFailed(**message.body)
                    if message.kind in ("report", "retention"):
                        return Outcome(message.kind, message.body, self._was_interrupted)
                    self._note(message)
                raise self._ended_without_answer()
            except KeyboardInterrupt:
                if self._was_interrupted:
                    raise
                self._was_interrupted = True
                self._deadline = time.monotonic() + INTERRUPT_SECONDS
                with contextlib.suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGINT)

    def _note(self, message: Message) -> None:
        self._has_started = True
        if message.kind == "started" and not self._was_interrupted:
            self._deadline = time.monotonic() + self._budget_seconds + GRACE_SECONDS
        self._calls = message.body.get("calls", self._calls)
        self._follow(message)

    def _messages(self) -> Iterator[Message]:
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                yield Message.from_line(line)
                continue
            timeout = max(0.0, self._deadline - time.monotonic())
            if not select.select([self._fd], [], [], timeout)[0]:
                raise self._overdue()
            chunk = os.read(self._fd, 1 << 16)
            if not chunk:
                return
            self._rest += chunk

    def _overdue(self) -> ChildFailed:
        if self._was_interrupted:
            return ChildFailed(f"interrupted; the target did not stop within {INTERRUPT_SECONDS:.0f} s and was ended")
        if not self._has_started:
            return ChildFailed(
                f"the target was not ready within {LOAD_SECONDS:.0f} s and was ended: importing it or --setup hangs"
            )
        limit = self._budget_seconds + GRACE_SECONDS
        return ChildFailed(
            f"no verdict within {limit:.0f} s ({self._calls:,} calls were measured) and the target was ended: "
            "a call hangs, or is slower than the budget; raise --budget"
        )

    def _ended_without_answer(self) -> ChildFailed:
        code = self._process.wait()
        if code < 0:
            name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
            how = f"was ended by {name}"
        else:
            how = f"ended itself with status {code}"
        return ChildFailed(
            f"the process that ran the target {how} after {self._calls:,} measured calls: "
            "see what it printed, or run the function by itself"
        )


@contextlib.contextmanager
def _ended(process: subprocess.Popen[bytes]) -> Iterator[None]:
    """Leaves no process of the child's group behind."""
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _interpreter_flags() -> list[str]:
    """``-X``, ``-W`` and the other options of this interpreter, for the child; what multiprocessing uses too."""
    flags: list[str] = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]  # not in typeshed
    return flags


def _environment() -> dict[str, str]:
    """This process's environment, malloc's thread caches off and the hash seed fixed unless the user set them."""
    changed = {"PYTHONHASHSEED": os.environ.get("PYTHONHASHSEED", "0")}
    if _env.libc().startswith("glibc"):
        tunables = os.environ.get(_TUNABLES, "")
        if "tcache_count" not in tunables:
            changed[_TUNABLES] = f"{tunables}:{_NO_THREAD_CACHE}" if tunables else _NO_THREAD_CACHE
    earlier = {name: os.environ.get(name) for name in changed}
    return {**os.environ, **changed, RESTORE_VARIABLE: json.dumps(earlier)}
