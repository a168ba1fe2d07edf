"""Records the counters of each side of the zoo once, then replays the judge on them with each constant of
analysis/growth.py scaled, one at a time, and prints how many answers that changes.

    python benchmarks/sensitivity.py [--only SHAPE...] [--every N] [--series FILE] [--names]
"""

from __future__ import annotations

import argparse
import concurrent.futures
import contextlib
import dataclasses
import gc
import inspect
import json
import os
import sys
import tempfile
import time
from array import array
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import accuracy
import zoo_run

import leakscope
from leakscope import measuring, targets
from leakscope.analysis import growth, other_threads
from leakscope.driving import run_steps
from leakscope.model.growth import Background, Judgement, Series, Trend
from leakscope.runner import loading
from leakscope.sensors.sampler import Sampler

FACTORS = (0.5, 0.75, 1.0, 1.5, 2.0)
#: What a real check has for pass one: later samples would tell of a check that nobody runs.
PASS_ONE_SECONDS = inspect.signature(leakscope.check).parameters["budget_seconds"].default * measuring.PASS_ONE_SHARE
#: Counting the old objects that are left walks all of them.
ROWS_PER_COUNT = 8


# --- recording, in a process of its own per side ----------------------------------------------------------------------


class TimedSampler(Sampler):
    """Also notes when each row was read, and now and then how many of the frozen objects are left."""

    __slots__ = ("old_count", "read_at")

    def __init__(self, capacity: int, *, is_wide: bool, loop: Any = None) -> None:
        super().__init__(capacity, is_wide=is_wide, loop=loop)
        self.read_at = array("d", bytes(8 * capacity))
        self.old_count = array("q", bytes(8 * capacity))

    def read(self, row: int) -> None:
        super().read(row)
        self.read_at[row] = time.perf_counter()
        if row % ROWS_PER_COUNT == 1:
            self.old_count[row] = gc.get_freeze_count()
        elif row:
            self.old_count[row] = self.old_count[row - 1]


@dataclass(frozen=True, slots=True)
class Recording:
    """The series of pass one over all its calls, without the signals that never moved: they are flat under any
    constants. ``seconds`` and ``replaced`` belong to the samples."""

    shape: str
    side: str
    calls: list[int]
    values: dict[str, list[int]]
    seconds: list[float]
    replaced: list[int]
    collector_is_enabled: bool
    background: Background | None


def record(spec: str, path: str) -> None:
    """Runs pass one over the full number of calls, or the time that a check has, and writes what it read."""
    target = targets.target_of(loading.load(spec), spec)

    def steps(loop: Any) -> Generator[int, None, tuple[measuring.Measured, TimedSampler]]:
        sampler = TimedSampler(measuring.capacity_for(None), is_wide=True, loop=loop)
        measured: measuring.Measured = yield from measuring.measure(
            sampler,
            calls=growth.CALL_LIMIT,
            warmup=1,
            budget_seconds=PASS_ONE_SECONDS,
            window_count=growth.WINDOW_COUNT,
            may_freeze=True,
        )
        return measured, sampler

    measured, sampler = run_steps(steps, target)
    series, rows = measured.series, len(measured.series.calls)
    counted = sampler.old_count[1] if measured.was_frozen and rows > 1 else 0
    shape, _, side = spec.partition(":")
    recording = Recording(
        shape=shape,
        side=side,
        calls=list(series.calls),
        values={name: list(column) for name, column in series.values.items() if len(set(column)) > 1},
        seconds=[moment - sampler.read_at[0] for moment in sampler.read_at[:rows]],
        replaced=[max(0, counted - left) if row else 0 for row, left in enumerate(sampler.old_count[:rows])],
        collector_is_enabled=series.collector_is_enabled,
        background=measured.background,
    )
    Path(path).write_text(json.dumps(asdict(recording)), encoding="utf-8")
    os._exit(0)  # threads and children that the side left must not hold it up


def recorded(shape: str, side: str) -> Recording | str:
    """One side recorded in a child process; why not, when it was not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "series.json"
        command = [sys.executable, __file__, "--record", f"{shape}:{side}", str(path)]
        code, _ = accuracy.run_boxed(command, {**os.environ, "HOME": folder}, Path(folder))
        if not path.exists():
            lines = (Path(folder) / "err").read_text(errors="replace").strip().splitlines()
            return f"{shape}:{side} was not recorded: {lines[-1] if lines else f'exit {code}'}"
        return as_recording(json.loads(path.read_text(encoding="utf-8")))


def as_recording(data: dict[str, Any]) -> Recording:
    background = data.pop("background")
    return Recording(**data, background=Background(**background) if background else None)


def record_all(shapes: Sequence[zoo_run.Shape]) -> tuple[list[Recording], list[str]]:
    sides = [(shape.name, side) for shape in shapes for side in shape.sides]
    recordings: list[Recording] = []
    problems = [f"left out: {shape.name} ({shape.skip})" for shape in shapes if shape.skip]
    with concurrent.futures.ThreadPoolExecutor(accuracy.JOBS) as pool:
        runnable = [pair for pair in sides if not any(shape.skip for shape in shapes if shape.name == pair[0])]
        for number, result in enumerate(pool.map(lambda pair: recorded(*pair), runnable), 1):
            progress(f"recorded {number} of {len(runnable)}")
            if isinstance(result, str):
                problems.append(result)
            else:
                recordings.append(result)
    progress("")
    return recordings, problems


# --- replaying --------------------------------------------------------------------------------------------------------


def replay(recording: Recording) -> str:
    """What the judge answers, by the loop of ``measuring._sample_windows``."""
    last = recording.calls[-1]
    for calls in growth.evaluation_points():
        row = bisect_right(recording.calls, calls) - 1
        if calls > last:
            break
        if growth.is_answerable(calls, recording.seconds[row]):
            judgement = judged(recording, calls)
            if growth.is_settled(judgement):
                return answer(recording, judgement)
    return answer(recording, judged(recording, last))


def judged(recording: Recording, calls: int) -> Judgement:
    row = bisect_right(recording.calls, calls) - 1
    series = Series(
        recording.calls,
        recording.values,
        recording.seconds[row],
        recording.collector_is_enabled,
        recording.replaced[row],
    )
    return growth.judge(series, calls, window_count=growth.WINDOW_COUNT)


def answer(recording: Recording, judgement: Judgement) -> str:
    """The verdict as far as numbers alone give it: what holds the growth may still say more in a real check."""
    if judgement.calls < growth.LEAST_CALLS:
        return "inconclusive"
    trend = other_threads.weigh(judgement, recording.background).trend
    return {Trend.LEAKS: "leak", Trend.FLAT: "clean", Trend.SUSPECT: "inconclusive"}[trend]


# --- the constants ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Constant:
    """A number of the module, or with ``signal`` a field of that row of ``GROWTH_RULES``."""

    name: str
    value: float
    signal: str = ""

    @property
    def title(self) -> str:
        return f"{self.signal}.{self.name}" if self.signal else self.name


def is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def constants() -> list[Constant]:
    """All of them, read from the module."""
    found = [
        Constant(name, value)
        for name, value in vars(growth).items()
        if name.isupper() and not name.startswith("_") and is_number(value)
    ]
    for rule in growth.GROWTH_RULES:
        for field in dataclasses.fields(rule):
            value = getattr(rule, field.name)
            if is_number(value):
                found.append(Constant(field.name, value, rule.signal))
    return found


@contextlib.contextmanager
def scaled(constant: Constant, factor: float) -> Iterator[None]:
    """The module with one constant multiplied."""
    value: float = constant.value * factor
    if isinstance(constant.value, int):
        value = max(1, round(value))
    name = "GROWTH_RULES" if constant.signal else constant.name
    before = getattr(growth, name)
    setattr(growth, name, _rules_with(constant, value) if constant.signal else value)
    try:
        yield
    finally:
        setattr(growth, name, before)


def _rules_with(constant: Constant, value: Any) -> tuple[growth.SignalRule, ...]:
    change = {constant.name: value}
    return tuple(replace(rule, **change) if rule.signal == constant.signal else rule for rule in growth.GROWTH_RULES)


_recordings: list[Recording] = []


def load_recordings(path: str) -> None:
    _recordings[:] = [as_recording(data) for data in json.loads(Path(path).read_text(encoding="utf-8"))]


def answers_with(constant: Constant, factor: float) -> list[str] | None:
    """One answer per recording; ``None`` for a value that the judge cannot work with."""
    with scaled(constant, factor):
        try:
            return [replay(recording) for recording in _recordings]
        except (ArithmeticError, LookupError, ValueError):
            return None


# --- the table --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Count:
    """The sides that a set of answers gets wrong or leaves open."""

    missed: tuple[str, ...]
    accused: tuple[str, ...]
    inconclusive: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.missed)}/{len(self.accused)}/{len(self.inconclusive)}"


def count(answers: Sequence[str] | None) -> Count | None:
    if answers is None:
        return None
    pairs = [
        (f"{recording.shape}:{recording.side}", given) for recording, given in zip(_recordings, answers, strict=True)
    ]
    return Count(
        tuple(side for side, given in pairs if side.endswith(":leak") and given == "clean"),
        tuple(side for side, given in pairs if side.endswith(":clean") and given == "leak"),
        tuple(side for side, given in pairs if given == "inconclusive"),
    )


def line(constant: Constant, counts: Sequence[Count | None], unchanged: Count | None) -> str:
    cells = ["." if one == unchanged else str(one or "fails") for one in counts]
    return f"{constant.title:<38}{constant.value:>10g}" + "".join(f"{cell:>11}" for cell in cells)


def names(counts: Sequence[Count | None], unchanged: Count | None) -> Iterator[str]:
    """Which sides changed, for each factor."""
    for factor, one in zip(FACTORS, counts, strict=True):
        for what in ("missed", "accused", "inconclusive"):
            more = sorted(set(getattr(one, what, ())) - set(getattr(unchanged, what)))
            if more:
                yield f"    x {factor:g} {what}: {', '.join(more)}"


def print_table(path: str, with_names: bool) -> None:
    load_recordings(path)
    unchanged = count([replay(recording) for recording in _recordings])
    leak_count = sum(recording.side == "leak" for recording in _recordings)
    print(f"{leak_count} leaking and {len(_recordings) - leak_count} clean sides. Unchanged: {unchanged}")
    for what in ("missed", "accused", "inconclusive"):
        print(f"  {what}: {', '.join(getattr(unchanged, what)) or 'none'}")
    print(
        "Each cell: leaks missed/clean sides accused/inconclusive; a dot where nothing changes; fails: no such judge.\n"
    )
    print(f"{'constant':<38}{'value':>10}" + "".join(f"{f'x {factor:g}':>11}" for factor in FACTORS))
    every = constants()
    with concurrent.futures.ProcessPoolExecutor(accuracy.JOBS, initializer=load_recordings, initargs=(path,)) as pool:
        futures = [[pool.submit(answers_with, constant, factor) for factor in FACTORS] for constant in every]
        for constant, row in zip(every, futures, strict=True):
            counts = [count(future.result()) for future in row]
            print(line(constant, counts, unchanged), flush=True)
            if with_names:
                print("".join(f"{text}\n" for text in names(counts, unchanged)), end="")


# --- the command line -------------------------------------------------------------------------------------------------


def progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def main() -> int:
    options = parsed()
    if options.record:
        record(*options.record)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(options.series or Path(folder) / "series.json")
        if not path.exists():
            recordings, problems = record_all(zoo_run.read_shapes(options.only)[:: options.every])
            path.write_text(json.dumps([asdict(recording) for recording in recordings]), encoding="utf-8")
            print("".join(f"{problem}\n" for problem in problems), end="")
        print(
            f"Python {sys.version.split()[0]}, the first {PASS_ONE_SECONDS:g} s or {growth.CALL_LIMIT:,} calls, ",
            end="",
        )
        print_table(str(path), options.names)
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="What the constants of the judge do on the zoo.")
    parser.add_argument("--only", nargs="+", default=[], metavar="SHAPE", help="shapes to record (default: all)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only one shape in N, for a quick look")
    parser.add_argument("--series", metavar="FILE", help="replay what FILE holds; record into it when there is none")
    parser.add_argument("--names", action="store_true", help="print which sides each change concerns")
    parser.add_argument("--record", nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
