"""One probed block: the readings right before and right after it, and what they say. Touches gc (collections,
callbacks), tracemalloc when asked to, and reads the counters through the sampler.
"""

from __future__ import annotations

import gc
import time
from array import array
from collections import Counter

from leakscope import _env, snapshots
from leakscope.analysis.blocks_left import judge_block
from leakscope.heap import safe
from leakscope.heap.census import census
from leakscope.heap.new_objects import BirthRecorder, why_not_recordable
from leakscope.heap.sites import SiteNames
from leakscope.model.delta import Change, DeltaData
from leakscope.model.report import Overhead
from leakscope.model.snapshot import Missing, TypeCount
from leakscope.results import Report, Snapshot
from leakscope.sensors import blocks, tracing
from leakscope.sensors.gc_pauses import PauseRecorder
from leakscope.sensors.sampler import COUNTERS, Sampler
from leakscope.settings import ProbeSettings

#: Rows of the sampler, marks of the recorders and slots of the clock: the block's edges, then after the collection.
_BEFORE, _AFTER, _COLLECTED = range(3)
_SITES_PER_TYPE = 50
#: What an event loop needs to run the step that is running: it ends with it.
_LOOP_STEP_TYPES = frozenset(
    {"asyncio.events.Handle", "TaskStepMethWrapper", "_asyncio.TaskStepMethWrapper", "TaskWakeupMethWrapper"}
)


class Measurement:
    """One block. Everything it keeps while the block runs is made before the first reading, what it makes afterwards
    after the last one; and the steps from the last collection to the reading are the same on both sides, because free
    lists, which a collection empties, count as allocated blocks.
    """

    __slots__ = (
        "_before",
        "_births",
        "_clock",
        "_edge_blocks",
        "_frozen_before",
        "_has_collected",
        "_holds_own_results",
        "_missing",
        "_pauses",
        "_sampler",
        "_settings",
    )

    def __init__(self, chosen: ProbeSettings, edge_blocks: int) -> None:
        _env.environment()
        self._settings = chosen
        self._edge_blocks = edge_blocks
        self._sampler = Sampler(2, is_wide=False)
        self._pauses = PauseRecorder(mark_count=3)
        self._clock = array("d", bytes(8 * 3))
        self._missing = _missing_objects(chosen)
        self._births = BirthRecorder() if chosen.objects and self._missing is None else None
        self._before: Snapshot | None = None
        self._frozen_before = gc.get_freeze_count()
        self._has_collected = True
        self._holds_own_results = False

    def begin(self) -> None:
        """Everything up to the first statement of the block; the readings that count come last."""
        if self._settings.trace:
            tracing.acquire(self._settings.trace)
        if self._settings.memory:
            self._before = snapshots.snapshot(detail="memory")
        self._pauses.open()
        if self._births is not None:
            self._births.open()
            self._births.collect()  # makes all that is alive old, so that young means new from here
            del self._births.ids[1:]
            # After the collection: 3.12 moves immortal objects among the frozen ones when it collects.
            self._frozen_before = gc.get_freeze_count()
        self._read_edge(_BEFORE, _BEFORE)

    def _read_edge(self, row: int, mark: int) -> None:
        if self._settings.collect == 2 and self._births is not None:
            self._has_collected = self._births.collect()
            blocks.clear_internal_caches()
        elif self._settings.collect == 2:
            self._sampler.settle()
        elif self._settings.collect is not None:
            gc.collect(self._settings.collect)
        self._pauses.mark(mark)
        self._sampler.read(row)
        self._clock[mark] = time.perf_counter()

    def end(self, error: BaseException | None) -> Report:
        """The readings that count first, then everything else. Never raises because of the block's own exception."""
        self._clock[_AFTER] = time.perf_counter()
        self._pauses.mark(_AFTER)
        try:
            self._read_edge(_AFTER, _COLLECTED)
            new = [] if self._births is None else self._births.live()
            if not self._has_collected:
                self._missing = Missing("objects", "another thread never stopped collecting")
        finally:
            self._pauses.close()
            if self._births is not None:
                self._births.close()
        seconds = self._clock[_AFTER] - self._clock[_BEFORE]
        after = snapshots.snapshot(detail="memory") if self._settings.memory else None
        self._sampler.close()
        left_behind, sites, missing = self._left_behind(new, error)
        if self._settings.trace:
            tracing.release()
        delta = self._delta(after, seconds)
        outcome, reason, found = judge_block(
            delta, left_behind, sites, blocks_count=error is None and not self._holds_own_results
        )
        return Report(
            origin="probe",
            label=self._settings.label,
            verdict=outcome,
            reason=reason,
            findings=found,
            calls=0,
            seconds=seconds,
            delta=delta,
            pauses=self._pauses.between(_BEFORE, _AFTER),
            left_behind=left_behind,
            raised=None if error is None else safe.type_name(error),
            notes=self._notes(error),
            missing=(*missing, *delta.missing),
            environment=_env.environment(),
            overhead=Overhead(time.perf_counter() - self._clock[_AFTER], seconds, 2),
        )

    def _left_behind(
        self, new: list[object], error: BaseException | None
    ) -> tuple[tuple[TypeCount, ...], dict[str, str], tuple[Missing, ...]]:
        """The new objects by type, where those of each type were made when that is traced, and what is missing."""
        if self._missing is not None:
            return (), {}, (self._missing,)
        if gc.get_freeze_count() != self._frozen_before:
            reason = "the block called gc.freeze() or gc.unfreeze(): new objects cannot be told"
            return (), {}, (Missing("objects", reason),)
        passing = _ids_of_exception(error)
        objects = [obj for obj in new if id(obj) not in passing]
        self._holds_own_results = _drop_own(objects)
        try:
            return census(objects), _sites(objects) if tracing.is_tracing() else {}, ()
        finally:
            objects.clear()
            new.clear()

    def _delta(self, after: Snapshot | None, seconds: float) -> DeltaData:
        """The exact counters as read at the block's edges; the other signals from the snapshots around them."""
        columns = self._sampler.columns
        columns["allocated_blocks"][_AFTER] -= self._edge_blocks
        exact = tuple(
            Change(name, columns[name][_BEFORE], columns[name][_AFTER]) for name in COUNTERS if name in columns
        )
        if after is None or self._before is None:
            return DeltaData(seconds, exact, self._sampler.missing)
        wide = snapshots.compare(self._before, after)
        others = tuple(change for change in wide.changes if change.signal not in COUNTERS)
        return DeltaData(seconds, exact + others, wide.missing)

    def _notes(self, error: BaseException | None) -> tuple[str, ...]:
        notes = []
        if self._settings.collect != 2:
            notes.append("nothing old was collected before the readings: garbage may be among what is left")
        if error is not None:
            notes.append("the exception that leaves the block, its traceback and frames are not counted as left behind")
        return tuple(notes)


def _drop_own(objects: list[object]) -> bool:
    """Takes out of ``objects`` what other probes made in the block and what the event loop runs right now; True when
    there was something of leakscope's."""
    by_id = {id(obj): obj for obj in objects}
    own = [obj for obj in objects if _is_own(type(obj))]
    pending, seen = list(own), set[int]()
    while pending:
        obj = pending.pop()
        if id(obj) not in seen:
            seen.add(id(obj))
            pending.extend(child for child in safe.referents(obj) if id(child) in by_id)
    objects[:] = [obj for obj in objects if id(obj) not in seen and safe.type_name(obj) not in _LOOP_STEP_TYPES]
    by_id.clear()
    return bool(own)


def _is_own(cls: type) -> bool:
    name = safe.qualified_name(cls)
    return name.startswith("leakscope.") and not name.startswith("leakscope.cli.demo_service.")


def _sites(objects: list[object]) -> dict[str, str]:
    """For each type the site where most of its first objects were made."""
    names = SiteNames()
    sites: dict[str, Counter[str]] = {}
    for obj in objects:
        rows = sites.setdefault(safe.type_name(obj), Counter())
        if sum(rows.values()) < _SITES_PER_TYPE:
            rows[names.of_object(obj) or ""] += 1
    return {name: rows.most_common(1)[0][0] for name, rows in sites.items() if rows}


def _missing_objects(chosen: ProbeSettings) -> Missing | None:
    """Why new objects cannot be told with these settings on this interpreter, if they cannot."""
    if not chosen.objects:
        return None
    if chosen.collect in (None, 0):
        return Missing("objects", "new objects are told apart by a collection: use collect=True, or objects=False")
    reason = why_not_recordable()
    return Missing("objects", reason) if reason else None


def _ids_of_exception(error: BaseException | None) -> frozenset[int]:
    """The exception that is passing through, its traceback and its frames: they leave with it."""
    found: set[int] = set()
    while error is not None and id(error) not in found:
        found.add(id(error))
        traceback = BaseException.__dict__["__traceback__"].__get__(error)
        while traceback is not None:
            found.update((id(traceback), id(traceback.tb_frame)))
            traceback = traceback.tb_next
        error = BaseException.__dict__["__context__"].__get__(error)
    return frozenset(found)
