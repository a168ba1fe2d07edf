"""The child process: loads the target, measures, and writes what it found to the pipe. Touches signals, the
environment that the parent set for it, and the target.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any

from leakscope import checking, driving, settings, targets, why
from leakscope.errors import LeakscopeError
from leakscope.runner import loading
from leakscope.runner.protocol import Kind, Message, Request

#: What the parent changed for this process, as it was: the target's own children shall not inherit it.
RESTORE_VARIABLE = "LEAKSCOPE_RESTORE"


def main() -> None:
    """Entry of the child: the pipe's descriptor and the request are its arguments. Ends without running exit handlers:
    threads that the target leaked would keep them waiting."""
    pipe_fd, request = int(sys.argv[1]), Request.from_json(sys.argv[2])
    sys.argv[1:] = []
    os.set_inheritable(pipe_fd, False)
    restore_environment()
    for number in (signal.SIGINT, signal.SIGTERM):  # a shell's background job starts with SIGINT ignored
        signal.signal(number, _interrupt)
    pipe = _Pipe(pipe_fd)
    with contextlib.suppress(BrokenPipeError):  # the parent is gone: nobody is left to tell
        _answer(request, pipe)
    flush_streams()
    os._exit(0)


def flush_streams() -> None:
    """Writes out what the target printed; a stream that it closed or replaced is its own business."""
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()


def _answer(request: Request, pipe: _Pipe) -> None:
    """Sends the verb's answer, or what ended it."""
    try:
        answer = _VERBS[request.verb](request, pipe)
        flush_streams()  # before the answer: with that the parent ends this process
        pipe.send(*answer)
    except LeakscopeError as error:
        flush_streams()
        pipe.send("error", _error_body(error))
    except BrokenPipeError:
        raise
    except KeyboardInterrupt:
        flush_streams()
        pipe.send("error", {"slug": "interrupted", "message": "interrupted before anything was measured", "trace": ""})
    except BaseException as error:  # whatever the target raises that is no Exception must not look like a crash
        unexpected = LeakscopeError(f"{request.target} raised {type(error).__name__}, which is no Exception: catch it")
        unexpected.__cause__ = error
        flush_streams()
        pipe.send("error", _error_body(unexpected))


class _Pipe:
    """The child's end of the pipe: each message is one write, so a killed child leaves whole lines."""

    def __init__(self, fd: int) -> None:
        self._fd = fd

    def send(self, kind: Kind, body: dict[str, Any]) -> None:
        line = Message(kind, body).to_line()
        while line:
            line = line[os.write(self._fd, line) :]

    def progress(self, calls: int, seconds: float) -> None:
        self.send("progress", {"calls": calls, "seconds": seconds})


Answer = tuple[Kind, dict[str, Any]]


def _check(request: Request, pipe: _Pipe) -> Answer:
    target, chosen = (
        _target(request),
        settings.CheckSettings(**request.settings | {"ignore": tuple(request.settings["ignore"])}),
    )
    with _hooks(request):
        pipe.send("started", {"label": target.label})
        report = checking.run_check(target, chosen, pipe.progress, keeps_interrupted=True)
    return "report", report.to_dict()


def _why(request: Request, pipe: _Pipe) -> Answer:
    target = _target(request)
    with _hooks(request):
        pipe.send("started", {"label": target.label})
        driving.call_repeatedly(target, request.calls)
        retention = why.why_alive(request.type_name)
        answer = {"text": str(retention), "data": retention.to_dict()}
        del retention
    return "retention", answer


_VERBS: dict[str, Callable[[Request, _Pipe], Answer]] = {"check": _check, "why": _why}


def _target(request: Request) -> targets.Target:
    return targets.target_of(loading.load(request.target), request.target)


@contextlib.contextmanager
def _hooks(request: Request) -> Any:
    """``--setup`` before and ``--teardown`` after, also when the target failed; coroutine functions are awaited."""
    _call_hook(request.setup)
    try:
        yield
    finally:
        _call_hook(request.teardown)


def _call_hook(spec: str | None) -> None:
    if spec:
        driving.call_repeatedly(targets.target_of(loading.load(spec), spec), 1)


def _error_body(error: LeakscopeError) -> dict[str, Any]:
    """The error as plain values, with the traceback of what the target raised."""
    cause = error.__cause__
    trace = "" if cause is None else "".join(traceback.format_exception(type(cause), cause, cause.__traceback__))
    return {"slug": error.slug, "message": str(error), "trace": trace}


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt


def restore_environment() -> None:
    """Gives the variables that the parent set for the start of this process their earlier values."""
    for name, value in json.loads(os.environ.pop(RESTORE_VARIABLE, "{}")).items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
