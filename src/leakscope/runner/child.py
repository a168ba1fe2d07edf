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

from leakscope import checking, settings, targets, why
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
    signal.signal(signal.SIGTERM, _interrupt)
    pipe = _Pipe(pipe_fd)
    try:
        _VERBS[request.verb](request, pipe)
    except LeakscopeError as error:
        pipe.send("error", _error_body(error))
    except KeyboardInterrupt:
        pipe.send("error", {"slug": "interrupted", "message": "interrupted before anything was measured", "trace": ""})
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(0)


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


def _check(request: Request, pipe: _Pipe) -> None:
    target, chosen = (
        _target(request),
        settings.CheckSettings(**request.settings | {"ignore": tuple(request.settings["ignore"])}),
    )
    with _hooks(request):
        pipe.send("started", {"label": target.label})
        report = checking.run_check(target, chosen, pipe.progress, keeps_interrupted=True)
        pipe.send("report", report.to_dict())


def _why(request: Request, pipe: _Pipe) -> None:
    target = _target(request)
    with _hooks(request):
        pipe.send("started", {"label": target.label})
        checking.call_repeatedly(target, request.calls)
        retention = why.why_alive(request.type_name)
        pipe.send("retention", {"text": str(retention), "data": retention.to_dict()})


_VERBS: dict[str, Callable[[Request, _Pipe], None]] = {"check": _check, "why": _why}


def _target(request: Request) -> targets.Target:
    return targets.target_of(loading.load(request.target), request.target)


@contextlib.contextmanager
def _hooks(request: Request) -> Any:
    """``--setup`` before and ``--teardown`` after, also when the target failed."""
    if request.setup:
        loading.load_callable(request.setup)()
    try:
        yield
    finally:
        if request.teardown:
            loading.load_callable(request.teardown)()


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
