"""Calls a target between the steps of a generator: plainly, or awaited on an event loop. The same steps serve both,
and learn of what the target raised. Touches the target and asyncio; ends copies of the process that the target forked.
"""

from __future__ import annotations

import asyncio
import os
import sys
import traceback
from collections.abc import AsyncIterator, Callable, Generator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from typing import Any, NoReturn, TypeAlias, TypeVar, cast

from leakscope import targets
from leakscope.errors import RunningLoopError, TargetNotCallable
from leakscope.targets import Target

T = TypeVar("T")
Steps: TypeAlias = Generator[int, None, T]

#: A task needs a turn to start and one to end; chains of a few are common.
LOOP_TURNS = 5


@dataclass(frozen=True, slots=True)
class Hooks:
    """What to call, or await on the target's event loop, once before the first call and once after the last."""

    setup: Target | None = None
    teardown: Target | None = None


NO_HOOKS = Hooks()


def run_steps(
    make_steps: Callable[[Any], Steps[T]],
    target: Target,
    *,
    keeps_interrupted: bool = False,
    hooks: Hooks = NO_HOOKS,
) -> T:
    """Runs ``make_steps(loop)`` to its end, a coroutine function on an event loop made for it (else ``loop`` is None).

    ``keeps_interrupted``: steps that end on a thrown KeyboardInterrupt give their result. Teardown runs whenever setup
    returned. Raises ``RunningLoopError`` for a coroutine function where a loop is running, ``TargetRaised`` for a hook
    that raised.
    """
    if not target.is_coroutine_function:
        with _between(hooks):
            return _drive(make_steps(None), target)
    if asyncio._get_running_loop() is not None:
        raise RunningLoopError(
            f"{target.label} is a coroutine function and an event loop is running here: "
            "use `await leakscope.check_async(...)`"
        )
    loop = asyncio.new_event_loop()
    try:
        steps = make_steps(loop)
        try:
            return loop.run_until_complete(drive_async(steps, target, hooks))
        except KeyboardInterrupt as interrupt:  # it hit the loop, not the target: the steps do not know yet
            if not keeps_interrupted:
                raise
            return _interrupted(steps, interrupt)
    finally:
        _close_loop(loop)


@contextmanager
def _between(hooks: Hooks) -> Iterator[None]:
    """Hooks around the block, each coroutine function on an event loop of its own."""
    if hooks.setup is not None:
        call_repeatedly(hooks.setup, 1)
    try:
        yield
    finally:
        if hooks.teardown is not None:
            call_repeatedly(hooks.teardown, 1)


@asynccontextmanager
async def _awaited_between(hooks: Hooks) -> AsyncIterator[None]:
    """Hooks around the block, coroutine functions awaited on the running loop."""
    await _call_or_await(hooks.setup)
    try:
        yield
    finally:
        await _call_or_await(hooks.teardown)


async def _call_or_await(hook: Target | None) -> None:
    if hook is None:
        return
    try:
        result = hook.call()
        if hook.is_coroutine_function:
            await result
    except Exception as error:
        raise targets.raised_on_call(hook, 1, error) from error


def _interrupted(steps: Steps[T], interrupt: KeyboardInterrupt) -> T:
    """The result of steps that wait for calls."""
    try:
        steps.throw(interrupt)
    except StopIteration as stop:
        return cast("T", stop.value)
    raise interrupt


def call_repeatedly(target: Target, calls: int) -> None:
    """Calls or awaits a target so many times, with the errors of ``check``."""
    run_steps(lambda loop: _one_batch(calls), target)


def _one_batch(calls: int) -> Steps[None]:
    yield calls


def _close_loop(loop: asyncio.AbstractEventLoop) -> None:
    """As ``asyncio.run`` ends: leftover tasks cancelled, async generators and the executor shut down."""
    try:
        leftover = asyncio.all_tasks(loop)
        for task in leftover:
            task.cancel()
        if leftover:
            loop.run_until_complete(asyncio.gather(*leftover, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.run_until_complete(loop.shutdown_default_executor())
    finally:
        loop.close()


def _drive(steps: Steps[T], target: Target) -> T:
    """Runs the steps to their end, calling the target in between; what it raises is thrown into the steps."""
    call = target.call
    pid = os.getpid()
    made = 0
    wanted = next(steps)
    try:
        while True:
            error: BaseException | None = None
            try:
                for _ in range(wanted):
                    result = call()
                    if os.getpid() != pid:
                        _end_forked_copy(None)
                    made += 1
                    if made == 1:
                        targets.require_not_coroutine(result, target)
                    del result
            except (KeyboardInterrupt, TargetNotCallable) as caught:
                error = caught
            except (Exception, SystemExit) as caught:
                error = targets.raised_on_call(target, made + 1, caught)
                error.__cause__ = caught
            if os.getpid() != pid:
                _end_forked_copy(error)
            try:
                wanted = steps.send(None) if error is None else steps.throw(error)
            except StopIteration as stop:
                return cast("T", stop.value)
    finally:
        steps.close()


async def drive_async(steps: Steps[T], target: Target, hooks: Hooks = NO_HOOKS) -> T:
    """As ``_drive``, awaiting the target; before each sample the event loop runs what is ready."""
    async with _awaited_between(hooks):
        return await _drive_async(steps, target)


async def _drive_async(steps: Steps[T], target: Target) -> T:
    call = target.call
    pid = os.getpid()
    made = 0
    wanted = next(steps)
    try:
        while True:
            error: BaseException | None = None
            try:
                for _ in range(wanted):
                    result = call()
                    targets.require_awaitable(result, target)
                    await result
                    if os.getpid() != pid:
                        _end_forked_copy(None)
                    made += 1
                await _let_the_loop_run()
            except (KeyboardInterrupt, TargetNotCallable, asyncio.CancelledError) as caught:
                error = caught
            except (Exception, SystemExit) as caught:
                error = targets.raised_on_call(target, made + 1, caught)
                error.__cause__ = caught
            if os.getpid() != pid:
                _end_forked_copy(error)
            try:
                wanted = steps.send(None) if error is None else steps.throw(error)
            except StopIteration as stop:
                return cast("T", stop.value)
    finally:
        steps.close()


def _end_forked_copy(error: BaseException | None) -> NoReturn:
    """Ends a child that the target forked and that came back from the call, as returning, exiting or raising ends a
    program: two processes would go on calling, and give two answers."""
    cause = error.__cause__ or error if error is not None else None
    if cause is None:
        os._exit(0)  # its streams hold what the parent printed before the fork: not to be written twice
    status = _exit_status(cause)
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError, AttributeError):
            stream.flush()
    os._exit(status)


def _exit_status(error: BaseException) -> int:
    """The status that the interpreter ends with for what nobody caught, after printing what it prints."""
    if isinstance(error, SystemExit):
        if error.code is None:
            return 0
        if type(error.code) is int:
            return error.code & 0xFF
    with suppress(OSError, ValueError, AttributeError):
        traceback.print_exception(type(error), error, error.__traceback__)
    return 1


async def _let_the_loop_run() -> None:
    """Gives callbacks and tasks that are ready their turns: a coroutine that never waits would starve them, and they
    would look like growth."""
    for _ in range(LOOP_TURNS):
        await asyncio.sleep(0)
