"""``probe``: what one block left behind, as a context manager and a decorator. Owns which measurement belongs to which
thread and task; the measuring itself is ``block_measuring``'s.
"""

from __future__ import annotations

import functools
import inspect
import sys
import threading
from collections.abc import Callable, Generator
from dataclasses import replace
from types import TracebackType
from typing import Any, Generic, TypeVar, cast

from leakscope import settings
from leakscope.block_measuring import Measurement
from leakscope.errors import ArgumentError, NotMeasured
from leakscope.results import Report
from leakscope.settings import ProbeSettings

F = TypeVar("F", bound=Callable[..., Any])
T = TypeVar("T")

#: For settings and way of entering whose probe has been rehearsed: the blocks by which the two readings around an
#: empty block differ. While ``__enter__`` runs, its bound method is alive (up to 3.13), and a coroutine with ``async``.
_edge_blocks: dict[tuple[object, ...], int] = {}


def probe(
    label: str | None = None,
    *,
    collect: bool | int = True,
    trace: bool | int = False,
    objects: bool = True,
    memory: bool = True,
) -> Probe:
    """A context manager (also ``async with``) and decorator (def, async def, generator functions) that tells what a
    block left behind: ``.report`` is there when the block has ended, also when it raised.

    ``collect``: collect this generation (``True``: all) before each reading; ``trace``: tracemalloc on in the block,
    with so many frames; ``objects``: which objects are new, by type; ``memory``: USS, PSS, descriptors, threads,
    children and tasks too. Costs three full collections with the defaults; ``collect=False, objects=False,
    memory=False`` costs microseconds. Raises ``ArgumentError`` for settings it cannot use.
    """
    chosen = settings.probe_settings(label, collect, trace, objects, memory)
    _rehearse(chosen, _enter_and_leave)
    return Probe(chosen)


def _rehearse(chosen: ProbeSettings, run_empty_block: Callable[[Probe], None]) -> int:
    """Runs an empty block twice, once per settings and way of entering, so that nothing is imported or cached inside a
    real one; gives the blocks by which its two readings differ."""
    key = (run_empty_block, chosen.collect, bool(chosen.trace), chosen.objects, chosen.memory)
    if key not in _edge_blocks:
        _edge_blocks[key] = 0
        for _ in range(2):
            rehearsal = Probe(replace(chosen, label="rehearsal"))
            run_empty_block(rehearsal)
            assert rehearsal.report.delta is not None
            seen = rehearsal.report.delta.amount_of("allocated_blocks") or 0
        _edge_blocks[key] = seen
    return _edge_blocks[key]


def _enter_and_leave(rehearsal: Probe) -> None:
    with rehearsal:
        pass


def _enter_and_leave_async(rehearsal: Probe) -> None:
    async def empty_block() -> None:
        async with rehearsal:
            pass

    try:
        empty_block().send(None)
    except StopIteration:
        return


class Probe:
    """See ``leakscope.probe``. One probe can be entered again while it is open, also by other threads and tasks;
    ``report`` is the last to end."""

    __slots__ = ("__weakref__", "_open", "_report", "_settings")

    def __init__(self, chosen: ProbeSettings) -> None:
        self._settings = chosen
        #: Open measurements of each thread and task, the innermost last.
        self._open: dict[tuple[int, int], list[Measurement]] = {}
        self._report: Report | None = None

    @property
    def report(self) -> Report:
        """What the block left behind. Raises ``NotMeasured`` before the first block has ended."""
        if self._report is None:
            raise NotMeasured(f"probe {self._settings.label!r} has no report yet: read it after the block has ended")
        return self._report

    def __enter__(self) -> Probe:
        self._begin(_rehearse(self._settings, _enter_and_leave))
        return self

    def _begin(self, edge_blocks: int) -> None:
        measurement = Measurement(self._settings, edge_blocks)
        self._open.setdefault(_place(), []).append(measurement)
        measurement.begin()

    def __exit__(
        self, exc_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        place = _place()
        stack = self._open.get(place)
        if not stack:
            raise NotMeasured(f"probe {self._settings.label!r} was left where it was not entered: use it in `with`")
        # Taken off only after it has read: an emptied list gives its buffer back, which would count as a block freed.
        self._report = stack[-1].end(error)
        stack.pop()
        if not stack:
            del self._open[place]

    def __aenter__(self) -> _Done[Probe]:
        # No coroutine functions: a coroutine of ours would be alive at one edge of the block and not at the other.
        self._begin(_rehearse(self._settings, _enter_and_leave_async))
        return _Done(self)

    def __aexit__(
        self, exc_type: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> _Done[None]:
        self.__exit__(exc_type, error, traceback)
        return _Done(None)

    def __call__(self, fn: F) -> F:
        """Decorates ``fn``: each call is a block of its own. The probe is ``fn.probe``, so ``fn.probe.report``."""
        if isinstance(fn, type) or not callable(fn):
            raise ArgumentError(f"a probe decorates functions, not {settings.shown(fn)}: use it in `with` instead")
        wrapped = next(wrap for applies, wrap in _WRAPPERS if applies(fn))(self, fn)
        wrapped.probe = self
        return cast("F", wrapped)

    def _measure(self) -> _Call:
        return _Call(self)


def _place() -> tuple[int, int]:
    """The thread and the asyncio task that run this, by number."""
    asyncio = sys.modules.get("asyncio")
    task = None if asyncio is None or asyncio._get_running_loop() is None else asyncio.current_task()
    return threading.get_ident(), id(task) if task is not None else 0


class _Done(Generic[T]):
    """An awaitable that has its result already."""

    __slots__ = ("_result",)

    def __init__(self, result: T) -> None:
        self._result = result

    def __await__(self) -> Generator[None, None, T]:
        return self._result
        yield


class _Call:
    """One decorated call: a measurement of its own, so that overlapping calls do not end each other's."""

    __slots__ = ("_measurement", "_probe")

    def __init__(self, owner: Probe) -> None:
        self._probe = owner
        self._measurement = Measurement(owner._settings, _rehearse(owner._settings, _enter_and_leave))

    def __enter__(self) -> None:
        self._measurement.begin()

    def __exit__(self, exc_type: object, error: BaseException | None, traceback: object) -> None:
        self._probe._report = self._measurement.end(error)


def _wrap_function(owner: Probe, fn: Any) -> Any:
    @functools.wraps(fn)
    def probed(*args: Any, **kwargs: Any) -> Any:
        with owner._measure():
            return fn(*args, **kwargs)

    return probed


def _wrap_coroutine_function(owner: Probe, fn: Any) -> Any:
    @functools.wraps(fn)
    async def probed(*args: Any, **kwargs: Any) -> Any:
        with owner._measure():
            return await fn(*args, **kwargs)

    return probed


def _wrap_generator_function(owner: Probe, fn: Any) -> Any:
    @functools.wraps(fn)
    def probed(*args: Any, **kwargs: Any) -> Any:
        with owner._measure():
            return (yield from fn(*args, **kwargs))

    return probed


def _wrap_async_generator_function(owner: Probe, fn: Any) -> Any:
    @functools.wraps(fn)
    async def probed(*args: Any, **kwargs: Any) -> Any:
        with owner._measure():
            generator = fn(*args, **kwargs)
            try:
                step = generator.__anext__()
                while True:
                    item = await step
                    try:
                        sent = yield item
                    except GeneratorExit:
                        raise
                    except BaseException as error:
                        step = generator.athrow(error)
                    else:
                        step = generator.asend(sent)
            except StopAsyncIteration:
                return
            finally:
                await generator.aclose()

    return probed


_WRAPPERS: tuple[tuple[Callable[[Any], bool], Callable[[Probe, Any], Any]], ...] = (
    (inspect.iscoroutinefunction, _wrap_coroutine_function),
    (inspect.isasyncgenfunction, _wrap_async_generator_function),
    (inspect.isgeneratorfunction, _wrap_generator_function),
    (callable, _wrap_function),
)
