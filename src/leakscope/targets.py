"""The function a check calls: what may be checked, what it is called in a report, and one message for each kind of
thing that cannot be. Touches the target only through inspect, until it is called.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from leakscope.errors import TargetNotCallable, TargetRaised


@dataclass(frozen=True, slots=True)
class Target:
    """A callable without arguments, its name for reports, and whether its calls are awaited."""

    call: Callable[[], Any]
    label: str
    is_coroutine_function: bool


def target_of(fn: object, label: str | None = None) -> Target:
    """The target for ``fn``. Raises ``TargetNotCallable`` with what to pass instead."""
    name = label or label_of(fn)
    if not callable(fn):
        raise TargetNotCallable(f"{name} is of type {type(fn).__name__}, not a function: pass one of no arguments")
    body = _body_of(fn)
    if inspect.isgeneratorfunction(body) or inspect.isasyncgenfunction(body):
        consumer = "list" if inspect.isgeneratorfunction(body) else "consume"
        raise TargetNotCallable(
            f"{name} is a generator function: calling it runs none of its body. "
            f"Pass a function that consumes it, such as `lambda: {consumer}({_bare(name)}())`"
        )
    _require_no_arguments(fn, name)
    return Target(fn, name, inspect.iscoroutinefunction(body))


def label_of(fn: object) -> str:
    """``"app.handle"``; a lambda by its file and line; an instance by its type."""
    body = _body_of(fn)
    if type(body) is types.FunctionType:
        if body.__name__ == "<lambda>":
            code = body.__code__
            return f"lambda at {code.co_filename.rpartition('/')[2]}:{code.co_firstlineno}"
        module = "" if body.__module__ in (None, "__main__") else f"{body.__module__}."
        return f"{module}{body.__qualname__}"
    if isinstance(body, type):
        return f"{body.__module__}.{body.__qualname__}"
    name = getattr(body, "__qualname__", None)
    return name if type(name) is str else type(fn).__qualname__


def require_not_coroutine(result: object, target: Target) -> None:
    """Raises ``TargetNotCallable`` when a plain function's first call gave a coroutine, and closes that."""
    if type(result) is types.CoroutineType:
        result.close()
        raise TargetNotCallable(
            f"{target.label} returned a coroutine that nobody awaits, so its body never ran. "
            "Pass the coroutine function itself, or a function that runs it to its end"
        )


def require_awaitable(result: object, target: Target) -> None:
    """Raises ``TargetNotCallable`` for the result of a function that should have given something to await."""
    if not inspect.isawaitable(result):
        raise TargetNotCallable(
            f"{target.label} gave {type(result).__name__}, nothing to await: use leakscope.check() for a plain function"
        )


def raised_on_call(target: Target, number: int, error: BaseException) -> TargetRaised:
    """The error for a target that raised ``error`` on its ``number``-th call."""
    if isinstance(error, SystemExit):
        what = f"called sys.exit({_exit_code(error)})"
        remedy = "Pass a function that returns, so that it can be called again"
    else:
        what = f"raised {_described(error)}"
        remedy = "A check calls the function many times: pass one that can be repeated, all it needs set up before"
    return TargetRaised(f"{target.label} {what} on call {number}. {remedy}", number, what)


def _exit_code(error: SystemExit) -> str:
    return repr(error.code) if error.code is None or type(error.code) in (int, str) else type(error.code).__name__


def _described(error: BaseException) -> str:
    """Type and text of an exception, also when its ``__str__`` fails."""
    try:
        text = " ".join(str(error).split())
    except Exception:
        text = ""
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def _body_of(fn: object) -> object:
    """The function behind partials, bound methods and instances with ``__call__``."""
    while isinstance(fn, functools.partial):
        fn = fn.func
    if isinstance(fn, types.MethodType):
        return fn.__func__
    if isinstance(fn, types.FunctionType | types.BuiltinFunctionType | type):
        return fn
    call = type(fn).__dict__.get("__call__")
    return call if type(call) is types.FunctionType else fn


def _require_no_arguments(fn: Callable[..., Any], name: str) -> None:
    try:
        signature = inspect.signature(fn)
    except (TypeError, ValueError):  # some built-in functions have none: the first call will tell
        return
    try:
        signature.bind()
    except TypeError:
        needed = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.default is parameter.empty
            and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        raise TargetNotCallable(
            f"{name} needs {len(needed)} argument{'s' * (len(needed) != 1)} ({', '.join(needed)}): "
            f"pass a function of no arguments, such as `lambda: {_bare(name)}(...)`"
        ) from None


def _bare(name: str) -> str:
    return "f" if " " in name else name.replace(":", ".").rpartition(".")[2]
