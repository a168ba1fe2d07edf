"""The search upwards: from suspects to their referrers, level by level, until every suspect hangs on a root.

One ``gc.get_referrers`` per level serves all suspects. The session keeps the objects it has met alive until it is
closed; what analysis sees of it are ints.
"""

from __future__ import annotations

import gc
import types
from collections.abc import Callable, Collection, Iterable, Sequence

from leakscope.heap import roots, running_frames, safe
from leakscope.heap.roots import Root, RootFinder

#: 3.12 freezes what it has made at start-up; more than that was frozen by the user and is not seen.
_FROZEN_AT_START = gc.get_freeze_count()
_CLOCK_EVERY = 4096  # objects between two looks at the clock


class ReferrerSearch:
    """One search. Nodes are numbered in the order they were met: the suspects are ``0 .. n-1``.

    ``children`` has the edges found (holder to held), ``ranks`` the rank of each node that is a root.
    Use as a context manager: leaving it lets go of every object.
    """

    def __init__(
        self,
        suspects: Sequence[object],
        ignore_ids: Collection[int],
        budget_seconds: float,
        clock: Callable[[], float],
        frontier_limit: int,
        skips_caller_globals: bool,
    ) -> None:
        self.children: dict[int, list[int]] = {}
        self.parents: dict[int, list[int]] = {}
        self.ranks: dict[int, int] = {}
        self.notes: list[str] = []
        self.is_complete = False
        self._clock = clock
        self._deadline = clock() + budget_seconds
        self._limit = frontier_limit
        self._nodes: list[object] = []
        self._numbers: dict[int, int] = {}
        self._roots: dict[int, Root] = {}
        self._resolved: set[int] = set()  # nodes that a module, a class or a special root reaches
        self._targets: list[int] = []
        self._takes_any_edge = False
        self._running = running_frames.read()
        self._skipped_namespaces = set(map(id, self._running.caller_namespaces)) if skips_caller_globals else set()
        self._bindings: dict[int, int] = {}
        for position, value in enumerate(self._running.values):
            best = self._bindings.get(id(value))
            if best is None or self._running.variables[best].is_caller:  # another thread's variable says more
                self._bindings[id(value)] = position
        suspect_ids = frozenset(map(id, suspects))
        self._finder = RootFinder(suspect_ids)
        self._ignored = {id(suspects), id(self._nodes), id(self._running.values), id(self._running.caller_namespaces)}
        self._ignored.update(ignore_ids)
        self._start(suspects)

    def __enter__(self) -> ReferrerSearch:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of every object that the search has met."""
        self._nodes.clear()
        self._roots.clear()
        self._running.close()
        del self._finder

    @property
    def targets(self) -> list[int]:
        """The number of each suspect, in the order given (a suspect given twice has one number)."""
        return self._targets

    def live_path(self, path: Iterable[int]) -> list[object]:
        """The objects of a path, the root's anchor before them. For naming only."""
        nodes = [self._nodes[number] for number in path]
        anchor = self._roots[next(iter(path))].anchor
        return nodes if anchor is None else [anchor, *nodes]

    def root(self, number: int) -> Root:
        """The name of the node that is a root."""
        return self._roots[number]

    def is_tracked(self, number: int) -> bool:
        """Whether the collector tracks the node: else holders that are untracked themselves cannot be seen."""
        return gc.is_tracked(self._nodes[number])

    def run(self) -> None:
        """Search until every suspect is resolved, nothing more refers to what was found, or the budget is used."""
        frontier = sorted(set(self._targets))
        depth = 0
        while True:
            frontier = self._worth_expanding(frontier)
            if not frontier and not self._takes_any_edge:
                frontier = self._last_resort()
            if not frontier:
                self.is_complete = True
                break
            if self._clock() >= self._deadline:
                self._give_up(depth)
                break
            depth += 1
            next_frontier = self._expand(frontier)
            if next_frontier is None:
                self._give_up(depth)
                break
            frontier = next_frontier
        if gc.get_freeze_count() > _FROZEN_AT_START:
            self.is_complete = False
            self.notes.append("frozen objects (gc.freeze) were not searched: call gc.unfreeze() first")
        self._name_caller_globals()
        if self.is_complete:
            self._name_tops()
        if self._running.unread and not self._resolved.issuperset(self._targets):
            self._note_unread_frames()

    def _last_resort(self) -> list[int]:
        """Where nothing was found: classes may be held by their instances, namespaces by their functions."""
        self._takes_any_edge = True
        missing = [
            target
            for target in self._targets
            if target not in self._resolved and self.ranks.get(target, roots.OUTSIDE) >= roots.CALLER
        ]
        useful = self._leading_to(missing)
        return sorted(number for number in useful if _may_have_noise(self._nodes[number]))

    def _start(self, suspects: Sequence[object]) -> None:
        for suspect in suspects:
            number = self._numbers.get(id(suspect))
            if number is None:
                number = self._add(suspect, is_suspect=True)
            self._targets.append(number)
        self._suspect_count = len(self._nodes)

    def _add(self, node: object, is_suspect: bool = False) -> int:
        number = len(self._nodes)
        self._nodes.append(node)
        self._numbers[id(node)] = number
        root = self._finder.find(node) or self._frame_root(node, is_suspect)
        if root is not None:
            self._set_root(number, root)
        return number

    def _frame_root(self, node: object, is_suspect: bool) -> Root | None:
        position = self._bindings.get(id(node))
        if position is None:
            return None
        variable = self._running.variables[position]
        rank = roots.CALLER if is_suspect and variable.is_caller else roots.FRAME
        return Root(rank, "frame", str(variable), variable=variable.name if rank == roots.CALLER else "")

    def _set_root(self, number: int, root: Root) -> None:
        self._roots[number] = root
        self.ranks[number] = root.rank
        if root.rank <= roots.SPECIAL:
            self._resolve(number)

    def _resolve(self, number: int) -> None:
        waiting = [number]
        while waiting:
            at = waiting.pop()
            if at not in self._resolved:
                self._resolved.add(at)
                waiting.extend(self.children.get(at, ()))

    def _worth_expanding(self, frontier: list[int]) -> list[int]:
        """The nodes whose referrers may still resolve a suspect."""
        useful = self._leading_to(target for target in self._targets if target not in self._resolved)
        return [number for number in frontier if number in useful]

    def _leading_to(self, targets: Iterable[int]) -> set[int]:
        """The targets and all holders of theirs that were found."""
        useful = set(targets)
        waiting = list(useful)
        while waiting:
            for parent in self.parents.get(waiting.pop(), ()):
                if parent not in useful:
                    useful.add(parent)
                    waiting.append(parent)
        return useful

    def _expand(self, frontier: list[int]) -> list[int] | None:
        """One level up; the new nodes, or ``None`` when the time ran out."""
        # A tuple is handed to the call as it is: of a list a tuple would be made, which 3.13 then finds as a referrer.
        objects = tuple([self._nodes[number] for number in frontier])
        wanted = {id(found): number for found, number in zip(objects, frontier, strict=True)}
        self._ignored.add(id(objects))
        referrers = referrer = None
        try:
            referrers = gc.get_referrers(*objects) if len(objects) <= self._limit else self._scan_heap(wanted)
            if referrers is None:
                return None
            found: list[int] = []
            for count, referrer in enumerate(referrers):
                if count % _CLOCK_EVERY == _CLOCK_EVERY - 1 and self._clock() >= self._deadline:
                    return None
                if id(referrer) not in self._ignored and not _is_own_frame(referrer):
                    self._connect(referrer, wanted, found)
            return found
        finally:
            self._ignored.discard(id(objects))
            del objects, referrers, referrer  # a traceback that somebody keeps must not keep them

    def _connect(self, referrer: object, wanted: dict[int, int], found: list[int]) -> None:
        held = {
            wanted[id(child)]
            for child in safe.referents(referrer)
            if id(child) in wanted and (self._takes_any_edge or not _is_noise(referrer, child))
        }
        if id(referrer) in self._skipped_namespaces:
            held = {number for number in held if number >= self._suspect_count}
        if not held:
            return
        number = self._numbers.get(id(referrer))
        if number is None:
            number = self._add(referrer)
            found.append(number)
        is_resolved = number in self._resolved
        edges = self.children.setdefault(number, [])
        for child in sorted(held):
            edges.append(child)
            self.parents.setdefault(child, []).append(number)
            if is_resolved:
                self._resolve(child)

    def _scan_heap(self, wanted: dict[int, int]) -> list[object] | None:
        """What ``gc.get_referrers`` finds, at a cost that does not grow with the number of wanted objects."""
        identities = wanted.keys()
        everything = gc.get_objects()
        found: list[object] = []
        self._ignored.update((id(found), id(everything)))
        try:
            for count, candidate in enumerate(everything):
                if count % _CLOCK_EVERY == 0 and self._clock() >= self._deadline:
                    return None
                if not identities.isdisjoint(map(id, safe.referents(candidate))):
                    found.append(candidate)
            return found
        finally:
            self._ignored.difference_update((id(found), id(everything)))
            del everything

    def _give_up(self, depth: int) -> None:
        missing = sum(target not in self._resolved for target in self._targets)
        self.notes.append(f"the time budget ended the search at depth {depth}, with {missing} without a static holder")

    def _name_caller_globals(self) -> None:
        """Globals of the calling code that are bound to a suspect count only where nothing else was found."""
        for namespace in self._running.caller_namespaces if self._skipped_namespaces else ():
            for name, value in safe.dict_items(namespace):
                number = self._numbers.get(id(value), self._suspect_count)
                if number < self._suspect_count and number not in self._roots and type(name) is str:
                    self._set_root(number, Root(roots.CALLER, "module", f"global {name!r}", variable=name))

    def _name_tops(self) -> None:
        """After a complete search: nodes that nothing refers to are held by something that is no Python object."""
        for number, node in enumerate(self._nodes):
            if number in self._roots or self.parents.get(number) or not gc.is_tracked(node):
                continue
            frame = self._snapshot_owner(node)
            if frame is not None:
                self._set_root(number, Root(roots.UNSEEN_FRAME, "frame", f"locals of {frame}"))
            elif not self._running.unread:
                text = "held outside Python (C)" if number in self._targets else "an object held outside Python (C): "
                self._set_root(number, Root(roots.OUTSIDE, "unknown", text))

    def _snapshot_owner(self, node: object) -> str | None:
        """The unread frame whose snapshot of variables this dict is: a tracer has made it."""
        if type(node) is not dict:
            return None
        names = {key for key, _ in safe.dict_items(node) if type(key) is str}
        for frame, variables in zip(self._running.unread, self._running.unread_names, strict=True):
            if names and len(names) == len(node) and names <= variables:
                return frame
        return None

    def _note_unread_frames(self) -> None:
        functions = list(dict.fromkeys(self._running.unread))
        shown = ", ".join(functions[:3]) + (", ..." if len(functions) > 3 else "")
        self.notes.append(f"variables of frames under a trace function were not read, they would be lost: {shown}")


def _is_own_frame(referrer: object) -> bool:
    return type(referrer) is types.FrameType and running_frames.is_own_code(referrer.f_code)


def _may_have_noise(node: object) -> bool:
    return type(node) is dict or safe.is_instance(node, type)


def _is_noise(referrer: object, child: object) -> bool:
    """References that keep something alive only in theory: an instance its class, a function its module."""
    if type(referrer) is child:
        return True
    if type(child) is dict:
        if type(referrer) is types.FunctionType:
            return referrer.__globals__ is child
        if type(referrer) is types.FrameType:
            return referrer.f_globals is child or referrer.f_builtins is child
    return False
