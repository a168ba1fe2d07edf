"""Why objects are alive, as plain text: the answer first, at most 25 lines of 80 columns, numbers never cut. Pure."""

from __future__ import annotations

from leakscope import _format
from leakscope.model.retention import PathGroup, RetentionData

WIDTH = 80
MAX_LINES = 25
_MAX_NOTE_LINES = 8
_MIN_NAME = 8
_MIN_PATH = 24


def retention(data: RetentionData) -> str:
    """``12 Page objects are alive: held by app.CACHE['/page/1'] (12 of 12)``, then all holders, then the notes."""
    lines = [_answer(data)]
    notes = [line for note in data.notes for line in _wrapped(f"note: {note}")][:_MAX_NOTE_LINES]
    table = [*map(_row, data.groups, [data.searched_count] * len(data.groups)), *_unexplained(data)]
    if len(table) > 1:
        room = MAX_LINES - len(lines) - len(notes)
        if len(table) > room:
            left_out = len(data.groups) - room + 1
            table = [*table[: room - 1], f"  and {_format.plural(left_out, 'more holder')}"]
        lines += table
    return "\n".join(lines + notes)


def _answer(data: RetentionData) -> str:
    count = _format.number(data.target_count)
    verb = "object is alive" if data.target_count == 1 else "objects are alive"
    why, path, share = _holder(data)
    taken = len(f"{count}  {verb}{why}{share}")
    name = _format.cut(data.type_name.rpartition(".")[2], max(_MIN_NAME, WIDTH - taken - min(len(path), _MIN_PATH)))
    return f"{count} {name} {verb}{why}{_format.cut(path, max(2, WIDTH - taken - len(name)))}{share}"


def _holder(data: RetentionData) -> tuple[str, str, str]:
    """How the answer goes on: a link, the path to be cut to fit, and its share."""
    if not data.target_count:
        return "", "", ""
    if not data.groups:
        return ": no holder was found", "", ""
    best = data.groups[0]
    is_sentence = not best.path.hops and best.path.root.startswith(("only your variable", "held outside"))
    return ": " if is_sentence else ": held by ", str(best.path), f" ({_share(best.count, data.searched_count)})"


def _share(count: int, total: int) -> str:
    return f"{_format.number(count)} of {_format.number(total)}"


def _row(group: PathGroup, total: int) -> str:
    share = f"  {_share(group.count, total):>10}  "
    return share + _format.cut(str(group.path), WIDTH - len(share))


def _unexplained(data: RetentionData) -> list[str]:
    if not data.unexplained_count:
        return []
    return [f"  {_share(data.unexplained_count, data.searched_count):>10}  no holder was found"]


def _wrapped(text: str) -> list[str]:
    lines = [""]
    for word in text.split():
        if len(lines[-1]) + 1 + len(word) > WIDTH and lines[-1].strip():
            lines.append("     ")
        lines[-1] += f" {word}" if lines[-1] else word
    return [line[:WIDTH] for line in lines]
