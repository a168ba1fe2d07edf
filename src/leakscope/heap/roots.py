"""Where a path may begin: places that a person can look up or that the interpreter itself keeps. Looks into
sys.modules, the current context and pending tasks; imports nothing.
"""

from __future__ import annotations

import contextvars
import gc
import sys
import types
from collections.abc import Collection
from dataclasses import dataclass

from leakscope.heap import safe
from leakscope.heap.holders import executions
from leakscope.model.retention import RootKind

# Ranks: a path from a root of a lower rank is preferred however long it is.
STATIC = 0
SPECIAL = 1
FRAME = 2
UNSEEN_FRAME = 3
CALLER = 4  # a variable of the calling frames that is bound to the target itself
OUTSIDE = 5


@dataclass(frozen=True, slots=True)
class Root:
    """The name of a root. ``anchor`` is the live object that is named before the node itself (the module of a
    namespace); only the session that made it may keep it. ``variable`` is the bare name
    when the root is a variable of the calling code."""

    rank: int
    kind: RootKind
    text: str
    anchor: object | None = None
    variable: str = ""


class RootFinder:
    """Recognises roots among the objects that a search meets. Holds modules and a context until it is dropped."""

    __slots__ = ("_known", "_suspects", "_task_type")

    def __init__(self, suspect_ids: Collection[int]) -> None:
        self._suspects = suspect_ids
        self._known = {**_class_namespace_roots(suspect_ids), **_module_roots()}
        self._known[id(gc.garbage)] = Root(SPECIAL, "special", "gc.garbage")
        self._task_type = executions.task_type()
        context = contextvars.copy_context()  # shares its tree with the current one
        for tree in gc.get_referents(context):
            self._known[id(tree)] = Root(SPECIAL, "special", "context", context)

    def find(self, node: object) -> Root | None:
        """The root that the node is. A suspect is a root for itself only as a module."""
        known = self._known.get(id(node))
        if known is not None or id(node) in self._suspects:
            return known
        if safe.is_instance(node, type):
            name = class_path(node)  # type: ignore[arg-type]  # checked by its real type
            return Root(STATIC, "class", name) if name else None
        task_type = self._task_type
        if task_type is not None and safe.is_instance(node, task_type) and executions.is_pending(node, type(node)):
            return Root(SPECIAL, "special", executions.task_name(node, task_type))
        return None


def _module_roots() -> dict[int, Root]:
    found: dict[int, Root] = {}
    for name, module in safe.dict_items(sys.modules):
        if type(name) is not str or not safe.is_instance(module, types.ModuleType):
            continue
        namespace = safe.module_dict(module)  # type: ignore[arg-type]  # checked by its real type
        found.setdefault(id(module), Root(STATIC, "module", name))
        found.setdefault(id(namespace), Root(STATIC, "module", name, module))
    return found


def _class_namespace_roots(suspect_ids: Collection[int]) -> dict[int, Root]:
    """The namespaces of classes that a module names. Without them a class attribute is recognised one level later,
    behind all instances that refer to the same object."""
    found: dict[int, Root] = {}
    for _, module in safe.dict_items(sys.modules):
        if not safe.is_instance(module, types.ModuleType):
            continue
        namespace = safe.module_dict(module)  # type: ignore[arg-type]  # checked by its real type
        for _, cls in safe.dict_items(namespace or {}):
            if not safe.is_instance(cls, type) or id(cls) in suspect_ids:
                continue
            own = safe.class_dict(cls)  # type: ignore[arg-type]  # checked by its real type
            if own is not None and id(own) not in found:
                name = class_path(cls)  # type: ignore[arg-type]  # as above
                if name:
                    found[id(own)] = Root(STATIC, "class", name, cls)
    return found


def class_path(cls: type) -> str | None:
    """``app.models.Registry`` if that expression gives this very class; ``None`` for local or replaced classes."""
    module_name, qualname = safe.module_and_qualname(cls)
    module = sys.modules.get(module_name) if module_name else None
    if module is None or not safe.is_instance(module, types.ModuleType):
        return None
    at: object = module
    for part in qualname.split("."):
        namespace = safe.module_dict(module) if at is module else safe.class_dict(at)  # type: ignore[arg-type]
        at = (namespace or {}).get(part)
        if at is None or not safe.is_instance(at, type):
            return None
    return f"{module_name}.{qualname}" if at is cls else None
