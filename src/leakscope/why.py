"""``why_alive``: an object, a type or a type's name in, the named holders out. Joins search and naming; collects
garbage first when it has to find the instances, so that only what is really held is counted.
"""

from __future__ import annotations

import gc
from collections.abc import Sequence

from leakscope import _format
from leakscope.errors import ArgumentError, TypeNotFound
from leakscope.heap import live_types, safe
from leakscope.holder_paths import SearchResult, find_paths
from leakscope.model.retention import PathGroup, ReferrerPath
from leakscope.results import Retention

_CLOSE_MATCHES = 3


def why_alive(target: object, *, limit: int = 100, budget_seconds: float = 10.0) -> Retention:
    """Say what keeps ``target`` alive.

    ``target`` is an object, a type (all its live instances) or a type's name (``"Page"``, ``"app.models.Page"``).
    Of more than ``limit`` instances an even sample is searched. Variables of the calling functions that are bound to
    the target itself count only when nothing else holds it. The result holds no reference to the target.
    """
    if type(limit) is not int or limit < 1:
        raise ArgumentError(f"limit must be a whole number of at least 1, not {limit!r}: give limit=100")
    if not budget_seconds > 0:
        raise ArgumentError(f"budget_seconds must be more than 0, not {budget_seconds!r}: give budget_seconds=10")
    if type(target) is str:
        types = _types_named(target)
        return _of_types(types, target if len(types) > 1 else None, limit, budget_seconds)
    if safe.is_instance(target, type):
        return _of_types([target], None, limit, budget_seconds)  # type: ignore[list-item]  # checked by its real type
    name = safe.type_name(target)
    try:
        result = find_paths((target,), budget_seconds=budget_seconds, skips_caller_globals=True)
        is_outside = any(path is not None and path.root_kind == "unknown" for path in result.paths)
        notes = ["an object that only a temporary of the calling expression holds looks the same"] if is_outside else []
        return _retention(name, 1, result, notes)
    finally:
        del target  # a traceback that somebody keeps must not keep it


def _types_named(name: str) -> list[type]:
    """Every class whose qualified name is the name, or ends in it after a dot."""
    candidates = live_types.all_types()
    found = [cls for cls in candidates if f".{safe.qualified_name(cls)}".endswith(f".{name}")] if name else []
    if found:
        return found
    import difflib  # 5 ms of import time that only a misspelled name costs

    names = {safe.qualified_name(cls) for cls in candidates}
    short = {full.rpartition(".")[2]: full for full in sorted(names)}
    close = difflib.get_close_matches(name, [*names, *short], n=_CLOSE_MATCHES)
    hint = ", ".join(dict.fromkeys(short.get(match, match) for match in close))
    advice = f"did you mean {hint}?" if hint else "give the name as in 'app.models.Page', after its module is imported"
    raise TypeNotFound(f"no class is named {_format.cut(name, 60)!r}: {advice}")


def _of_types(types: list[type], asked: str | None, limit: int, budget_seconds: float) -> Retention:
    for cls in types:
        if len(types) == 1 and not live_types.is_collected_type(cls):
            raise ArgumentError(
                f"the garbage collector does not track instances of {safe.qualified_name(cls)}, so they cannot be "
                "listed: give why_alive one of the objects itself"
            )
    name = asked or safe.qualified_name(types[0])
    notes: list[str] = []
    if len(types) > 1:
        shown = ", ".join(safe.qualified_name(cls) for cls in types[:3]) + (", ..." if len(types) > 3 else "")
        notes.append(f"{len(types)} classes have this name: {shown}")
    gc.collect()
    instances = live_types.instances_of(types)
    count = len(instances)
    alive = {id(type(instance)): type(instance) for instance in instances}
    if len(alive) == 1:
        (only,) = alive.values()
        name = safe.qualified_name(only)
    if not count:
        return Retention(name, 0, 0, (), 0, (*notes, f"no live instance of {name} was found"))
    if count > limit:
        instances = [instances[position * count // limit] for position in range(limit)]
        notes.append(f"searched an even sample of {limit} of {_format.number(count)} instances (limit={limit})")
    try:
        return _retention(name, count, find_paths(instances, budget_seconds=budget_seconds), notes)
    finally:
        instances.clear()  # a traceback that somebody keeps must not keep them


def _retention(name: str, count: int, result: SearchResult, notes: list[str]) -> Retention:
    groups = _grouped([path for path in result.paths if path is not None])
    unexplained = sum(path is None for path in result.paths)
    return Retention(name, count, len(result.paths), groups, unexplained, (*notes, *result.notes))


def _grouped(paths: Sequence[ReferrerPath]) -> tuple[PathGroup, ...]:
    """One group per shape, the most shared first."""
    by_shape: dict[str, list[ReferrerPath]] = {}
    for path in paths:
        by_shape.setdefault(path.shape, []).append(path)
    groups = [PathGroup(min(same, key=_plainness), len(same)) for same in by_shape.values()]
    return tuple(sorted(groups, key=lambda group: -group.count))


def _plainness(path: ReferrerPath) -> tuple[int, str]:
    """Which of several paths of one shape to show: always the same one, and the shortest to read."""
    text = str(path)
    return len(text), text
