"""Figures as sentences: what a collection did, what a check would have seen. Pure."""

from __future__ import annotations

from leakscope._format import duration, plural, size
from leakscope.model.delta import CollectionData


def of_collection(collection: CollectionData) -> str:
    """What a collection found, freed and returned, and how long it took."""
    found = plural(collection.unreachable, "unreachable object")
    if not collection.unreachable:
        head = f"gc.collect({collection.generation}) found nothing to free in {duration(collection.duration_seconds)}"
    else:
        head = f"gc.collect({collection.generation}) found {found} in {duration(collection.duration_seconds)}"
        head += f" and freed {plural(max(0, collection.freed_blocks), 'block')}"
        if collection.freed_bytes is not None:
            head += f" ({size(max(0, collection.freed_bytes))})"
    parts = [head]
    if collection.uncollectable:
        parts.append(f"{plural(collection.uncollectable, 'object')} went to gc.garbage as uncollectable")
    if collection.unreachable:
        parts.append(_of_returned(collection))
    return "; ".join(part for part in parts if part) + "."


def _of_returned(collection: CollectionData) -> str:
    returned = collection.returned_bytes
    if returned is None:
        return "USS could not be read"
    if returned > 0:
        return f"USS fell by {size(returned)}"
    if (collection.freed_bytes or 0) > 0:
        return "USS did not fall: the allocators keep what was freed for reuse"
    return "" if returned == 0 else f"USS rose by {size(-returned)} meanwhile"
