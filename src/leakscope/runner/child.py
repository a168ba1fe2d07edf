"""The child process: loads the target, measures, and writes what it found to the pipe. Touches signals, the
environment that the parent set for it, and the target.
"""

from __future__ import annotations

import contextlib
import json
import mmap
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

from leakscope import _env, checking, codec, driving, targets, why
from leakscope.analysis import endings
from leakscope.errors import ChildFailed, LeakscopeError, TargetRaised
from leakscope.measuring import State
from leakscope.model.ending import Ending
from leakscope.runner import loading
from leakscope.runner.protocol import Kind, Message, Request
from leakscope.runner.record import Record
from leakscope.sensors.sampler import Sampler

#: What the parent changed for this process, as it was: the target's own children shall not inherit it.
RESTORE_VARIABLE = "LEAKSCOPE_RESTORE"
#: Address space kept back, so that there is memory to tell of an error when the target has used all it may have.
RESERVE_BYTES = 8 << 20


def main() -> None:
    """Entry of the child: the descriptors of pipe and record, and the request, are its arguments. Ends without running
    exit handlers: threads that the target leaked would keep them waiting."""
    pipe_fd, record_fd, request = int(sys.argv[1]), int(sys.argv[2]), Request.from_json(sys.argv[3])
    sys.argv[1:] = []
    restore_environment()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job starts with SIGINT ignored
        signal.signal(number, _interrupt)
    record = Record(record_fd, request.settings.get("calls"))
    os.close(record_fd)
    pipe = _Pipe(pipe_fd)
    try:
        _answer(request, pipe, record)
    except BrokenPipeError:  # the parent is gone: nobody is left to tell
        pass
    except PipeLost:
        record.say_pipe_is_lost()
    flush_streams()
    os._exit(0)


def flush_streams() -> None:
    """Writes out what the target printed; a stream that it closed or replaced is its own business."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def _answer(request: Request, pipe: _Pipe, record: Record) -> None:
    """Sends the verb's answer, or what ended it."""
    reserve = mmap.mmap(-1, RESERVE_BYTES)
    try:
        _VERBS[request.verb](request, pipe, record)
        flush_streams()  # before the last word: with that the parent ends this process
        pipe.send("done", {})
    except (BrokenPipeError, PipeLost):
        raise
    except BaseException as error:
        reserve.close()
        flush_streams()
        pipe.send("error", _error_body(error, request.target))


class PipeLost(Exception):
    """The descriptor of the pipe is closed, or is somebody else's by now."""


class _Pipe:
    """The child's end of the pipe: each message is one write, so a killed child leaves whole lines."""

    def __init__(self, fd: int) -> None:
        os.set_inheritable(fd, False)
        self._fd = fd
        self._identity = _identity(fd)
        self._pid = os.getpid()

    def send(self, kind: Kind, body: dict[str, Any]) -> None:
        """Raises ``PipeLost``. Ends a process that the target forked: only one may answer."""
        if os.getpid() != self._pid:
            os._exit(0)
        if _identity(self._fd) != self._identity:
            raise PipeLost
        line = Message(kind, body).to_line()
        while line:
            line = line[os.write(self._fd, line) :]


def _identity(fd: int) -> tuple[int, int] | None:
    """What a descriptor is open on; None when it is closed."""
    try:
        status = os.fstat(fd)
    except OSError:
        return None
    return status.st_dev, status.st_ino


class _Recorder:
    """Copies each sample to where the parent sees it."""

    def __init__(self, pipe: _Pipe, record: Record) -> None:
        self._pipe = pipe
        self._record = record
        self._columns: tuple[Any, ...] = ()

    def begins(self, sampler: Sampler) -> None:
        self._columns = tuple(sampler.columns.values())
        self._pipe.send("measuring", {"columns": list(sampler.columns), "missing": codec.encode(sampler.missing)})

    def sampled(self, row: int, state: State) -> None:
        self._record.write(row, self._columns, state)


def _check(request: Request, pipe: _Pipe, record: Record) -> None:
    target, chosen = _target(request), request.check_settings()
    with _hooks(request):
        pipe.send("started", {"label": target.label, "environment": codec.encode(_env.environment())})
        report = checking.run_check(target, chosen, _Recorder(pipe, record), keeps_interrupted=True)
        pipe.send("report", report.to_dict())


def _why(request: Request, pipe: _Pipe, record: Record) -> None:
    target = _target(request)
    with _hooks(request):
        pipe.send("started", {})
        driving.call_repeatedly(target, request.calls)
        retention = why.why_alive(request.type_name)
        pipe.send("retention", {"text": str(retention), "data": retention.to_dict()})
        del retention


_VERBS: dict[str, Callable[[Request, _Pipe, Record], None]] = {"check": _check, "why": _why}


def _target(request: Request) -> targets.Target:
    return targets.target_of(loading.load(request.target), request.target)


@contextlib.contextmanager
def _hooks(request: Request) -> Iterator[None]:
    """``--setup`` before and ``--teardown`` after, also when the target failed; coroutine functions are awaited."""
    _call_hook(request.setup)
    try:
        yield
    finally:
        _call_hook(request.teardown)


def _call_hook(spec: str | None) -> None:
    if spec:
        driving.call_repeatedly(targets.target_of(loading.load(spec), spec), 1)


def _error_body(error: BaseException, name: str) -> dict[str, Any]:
    """The error as plain values: its message, the traceback of what the target raised, and what the report says."""
    told, ending = _told(error, name)
    cause = told.__cause__
    trace = "" if cause is None else "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))
    return {"message": str(told), "trace": trace, "ending": codec.encode(ending)}


def _told(error: BaseException, name: str) -> tuple[LeakscopeError, Ending]:
    """The error in leakscope's words, and as what ended the check."""
    if isinstance(error, TargetRaised):
        return error, endings.of_failure(error)
    if isinstance(error, LeakscopeError):
        return error, Ending("raised", f"ended with {type(error).__name__}")
    if isinstance(error, KeyboardInterrupt):
        return LeakscopeError(f"{name} was interrupted"), endings.INTERRUPTED
    kind = type(error).__name__
    if isinstance(error, MemoryError):
        told: LeakscopeError = ChildFailed(f"there was no memory left to measure {name}: see what it keeps")
        ending = Ending("memory", "left no memory to measure with")
    elif isinstance(error, Exception):  # what the target raised is TargetRaised: this comes from measuring itself
        told = ChildFailed(f"measuring failed with {kind} ({error}): {name} may have closed what leakscope has open")
        ending = Ending("closed", f"made measuring fail with {kind}")
    else:  # must not look like a crash
        told = LeakscopeError(f"{name} raised {kind}, which is no Exception: catch it")
        ending = Ending("raised", f"raised {kind}")
    told.__cause__ = error
    return told, ending


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def restore_environment() -> None:
    """Gives the variables that the parent set for the start of this process their earlier values."""
    for name, value in json.loads(os.environ.pop(RESTORE_VARIABLE, "{}")).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
