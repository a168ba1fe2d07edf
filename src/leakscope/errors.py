"""Every error leakscope raises: one base class, a slug that leads to docs/errors.md, and a message that says
what happened, the value seen and what to do next. Touches nothing.
"""

from __future__ import annotations

from typing import Any

DOCS_PAGE = "docs/errors.md"


class LeakscopeError(Exception):
    """Base of all errors of leakscope; ``slug`` is the heading of its explanation in docs/errors.md."""

    slug = "leakscope-error"

    def __str__(self) -> str:
        return f"{super().__str__()} [{self.slug}]"


class ArgumentError(LeakscopeError, ValueError):
    """An argument that leakscope cannot work with; also a ``ValueError``."""

    slug = "bad-argument"


class TargetNotFound(LeakscopeError):
    """``MODULE:FN`` names a module or an attribute that is not there, or a module that cannot be imported."""

    slug = "target-not-found"


class TargetNotCallable(LeakscopeError, TypeError):
    """The thing to check cannot be called again and again without arguments; also a ``TypeError``."""

    slug = "target-not-callable"


class TargetRaised(LeakscopeError):
    """The checked function raised, or called ``sys.exit``; ``__cause__`` is what it raised.

    ``call_number`` counts from 1 and includes the warm-up calls. ``report`` is what was measured until then, None
    when nothing was. ``what`` is what happened as a predicate: ``"raised ValueError: no more"``.
    """

    slug = "target-raised"

    def __init__(self, message: str, call_number: int = 0, what: str = "raised") -> None:
        super().__init__(message)
        self.call_number = call_number
        self.what = what
        self.report: Any = None


class RunningLoopError(LeakscopeError, RuntimeError):
    """``check`` was given a coroutine function while an event loop is running in this thread."""

    slug = "running-event-loop"


class NotMeasured(LeakscopeError):
    """A result was asked for that this probe was not set to measure, or that is not there yet."""

    slug = "not-measured"


class TypeNotFound(LeakscopeError, LookupError):
    """No live object has a type of the name that was asked for."""

    slug = "type-not-found"


class OutputError(LeakscopeError, OSError):
    """A report could not be written where it was asked to go; nothing was left half-written."""

    slug = "cannot-write"


class ReportFormatError(LeakscopeError, ValueError):
    """A saved report cannot be read by this version of leakscope."""

    slug = "bad-report"


class ChildFailed(LeakscopeError):
    """The child process that measures ended without an answer; ``report`` is what was measured until then, None when
    nothing was."""

    slug = "child-failed"

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message)
        self.report = report


class GrowthError(LeakscopeError, AssertionError):
    """``assert_no_growth`` saw growth; ``report`` is the whole Report."""

    slug = "growth"

    def __init__(self, message: str, report: Any = None) -> None:
        super().__init__(message)
        self.report = report
