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

from leakscope import _env, codec
from leakscope._format import plural
from leakscope.analysis import endings
from leakscope.errors import ChildFailed
from leakscope.model.ending import Ending
from leakscope.model.snapshot import Missing
from leakscope.partial_reports import Partial, partial_report
from leakscope.results import Report
from leakscope.runner.child import RESTORE_VARIABLE
from leakscope.runner.protocol import Message, Request
from leakscope.runner.record import Record, unnamed_file

#: Beyond its budget the child may finish a slow call and the search; then it is ended.
GRACE_SECONDS = 10.0
#: What importing the target and --setup may take.
LOAD_SECONDS = 120.0
#: After Ctrl-C the child gets this long to send what it has.
INTERRUPT_SECONDS = 5.0
#: A child whose pipe is closed is about to end, unless it closed the pipe itself.
CLOSED_SECONDS = 2.0
#: How often progress is told, and the child looked after.
TICK_SECONDS = 0.25
_TUNABLES = "GLIBC_TUNABLES"
#: Without its thread caches malloc's figures are exact to a chunk: the native floor falls from 32 KiB to 256 bytes.
_NO_THREAD_CACHE = "glibc.malloc.tcache_count=0"
_CHILD = "from leakscope.runner.child import main; main()"


class TargetFailed(Exception):
    """An error that the child met, in its words with its slug; ``trace`` is the traceback of what the target raised,
    ``report`` what was measured until then, None when nothing was."""

    def __init__(self, message: str, trace: str, report: Report | None = None) -> None:
        super().__init__(message)
        self.trace = trace
        self.report = report


@dataclass(frozen=True, slots=True)
class Outcome:
    """The child's answer: the last message's kind and body, and whether Ctrl-C ended it."""

    kind: str
    body: dict[str, Any]
    was_interrupted: bool


#: Told of the measured calls so far and the seconds they took.
Follow = Callable[[int, float], None]


def run(request: Request, *, budget_seconds: float, follow: Follow, target_stdout: Any = None) -> Outcome:
    """Runs a request in a child process; ``follow`` is told several times a second how far it is.

    ``target_stdout`` is where the target's own output goes (default: this process's stdout). Raises ``TargetFailed``
    for an error that the child described, ``ChildFailed`` when it ended without an answer or had to be ended; both
    with a report when measuring had begun.
    """
    read_fd, write_fd = os.pipe()
    record_fd = unnamed_file(request.settings.get("calls"))
    record = Record(record_fd, request.settings.get("calls"))
    arguments = [str(write_fd), str(record_fd), request.to_json()]
    try:
        process = subprocess.Popen(
            [sys.executable, *_interpreter_flags(), "-c", _CHILD, *arguments],
            env=_environment(),
            pass_fds=(write_fd, record_fd),
            stdin=subprocess.DEVNULL,
            stdout=target_stdout,
            start_new_session=True,
        )
    finally:
        os.close(write_fd)
        os.close(record_fd)
    with contextlib.closing(record), _ended(process), open(read_fd, "rb", buffering=0) as pipe:
        return _Following(process, pipe.fileno(), request, record, budget_seconds, follow).outcome()


class _Following:
    """Reads the child's messages until its last word, its end, a deadline or Ctrl-C."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        fd: int,
        request: Request,
        record: Record,
        budget_seconds: float,
        follow: Follow,
    ) -> None:
        self._process = process
        self._fd = fd
        self._request = request
        self._record = record
        self._budget_seconds = budget_seconds
        self._follow = follow
        self._deadline = time.monotonic() + LOAD_SECONDS
        self._told: dict[str, dict[str, Any]] = {}
        self._was_interrupted = False
        self._rest = b""

    def outcome(self) -> Outcome:
        while True:
            try:
                for message in self._messages():
                    self._told[message.kind] = message.body
                    if message.kind == "error":
                        raise self._target_failed(**message.body)
                    if message.kind == "done":
                        (kind,) = self._told.keys() & {"report", "retention"}
                        return Outcome(kind, self._told[kind], self._was_interrupted)
                    if message.kind == "started" and not self._was_interrupted:
                        self._deadline = time.monotonic() + self._budget_seconds + GRACE_SECONDS
                raise self._ended_without_answer()
            except KeyboardInterrupt:
                if self._was_interrupted:
                    raise
                self._was_interrupted = True
                self._deadline = time.monotonic() + INTERRUPT_SECONDS
                with contextlib.suppress(ProcessLookupError):
                    self._process.send_signal(signal.SIGINT)

    def _messages(self) -> Iterator[Message]:
        """Until the pipe is closed or the child has ended: a process that it forked may keep the pipe open."""
        while True:
            line, newline, rest = self._rest.partition(b"\n")
            if newline:
                self._rest = rest
                yield Message.from_line(line)
                continue
            has_ended = self._process.poll() is not None
            if not select.select([self._fd], [], [], 0 if has_ended else self._wait_seconds())[0]:
                if has_ended:
                    return
                if time.monotonic() >= self._deadline:
                    raise self._overdue()
                self._follow(self._record.calls, self._record.seconds)
                continue
            chunk = os.read(self._fd, 1 << 16)
            if not chunk:
                return
            self._rest += chunk

    def _wait_seconds(self) -> float:
        return min(TICK_SECONDS, max(0.0, self._deadline - time.monotonic()))

    # --- what went wrong ----------------------------------------------------------------------------------------------

    def _overdue(self) -> ChildFailed:
        name, calls = self._request.target, plural(self._record.calls, "measured call")
        if self._was_interrupted:
            message = f"{name} was interrupted, did not stop within {INTERRUPT_SECONDS:.0f} s and was ended ({calls})"
            return ChildFailed(message, self._report(endings.INTERRUPTED))
        if "started" not in self._told:
            return ChildFailed(
                f"{name} was not ready within {LOAD_SECONDS:.0f} s and was ended: importing it or --setup hangs"
            )
        limit = self._budget_seconds + GRACE_SECONDS
        if "report" in self._told or "retention" in self._told:
            message = f"--teardown did not end within {limit:.0f} s, of which calling {name} took a part, and was ended"
            return ChildFailed(f"{message}: it hangs", self._report())
        return ChildFailed(
            f"no verdict within {limit:.0f} s ({calls}) and {name} was ended: "
            "a call hangs, or is slower than the budget; raise --budget",
            self._report(Ending("overdue", f"gave no verdict within {limit:.0f} s, hanging or slow,")),
        )

    def _ended_without_answer(self) -> ChildFailed:
        name, calls = self._request.target, plural(self._record.calls, "measured call")
        try:
            code = self._process.wait(CLOSED_SECONDS)
        except subprocess.TimeoutExpired:  # it runs on, but there is no way left to answer
            code = None
        if code is None or self._record.pipe_is_lost:
            return ChildFailed(
                f"{name} closed the descriptors that leakscope measures with, after {calls}: "
                "close what the function opened, not ranges of descriptors (os.closerange)",
                self._report(Ending("closed", "closed the descriptors that leakscope measures with")),
            )
        ending = endings.of_status(code)
        return ChildFailed(
            f"{name} {ending.how} after {calls}: see what it printed, or run the function by itself",
            self._report(ending),
        )

    def _target_failed(self, message: str, trace: str, ending: dict[str, str]) -> TargetFailed:
        return TargetFailed(message, trace, self._report(codec.decode(Ending, ending)))

    def _report(self, ending: Ending | None = None) -> Report | None:
        """The child's own report when it got that far, else what it measured until ``ending``."""
        if "report" in self._told:
            return Report.from_dict(self._told["report"])
        measuring, started = self._told.get("measuring"), self._told.get("started")
        series = self._record.series(measuring["columns"]) if measuring else None
        if ending is None or series is None or measuring is None or started is None:
            return None
        partial = Partial(
            started["label"],
            self._request.check_settings(),
            series,
            self._record.overhead(),
            codec.decode(tuple[Missing, ...], measuring["missing"]),
            codec.decode(tuple[tuple[str, str], ...], started["environment"]),
        )
        return partial_report(partial, ending)


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
