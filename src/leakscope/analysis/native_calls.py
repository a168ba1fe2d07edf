"""Which function, and which of its lines, native growth is to be blamed on, from what each path of calls took. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from leakscope.model.evidence import CallPath

#: What carries less of the growth than this is not named.
SHARE = 0.2
#: Of the growth that was measured before, what must show again.
SEEN_AGAIN_SHARE = 0.5
#: From this many parts on, the highest and the lowest are left out: one step of a table that doubles is no leak.
PARTS_TRIMMED = 4
MOST_BLAMED = 4


@dataclass(frozen=True, slots=True)
class Blame:
    """A function, or a line, and the bytes that it kept over the window."""

    function: int
    bytes: float


def blamed_functions(paths: Sequence[CallPath], expected: float) -> tuple[Blame, ...]:
    """The functions that keep what grew, most first; none when less than half of the ``expected`` bytes grew again.

    Only what is left counts: memory that one function takes and another gives back is nobody's growth. From the outside
    in, growth is followed into the functions called for as long as they carry it.
    """
    for estimate in (_trimmed, _plain):
        own = [estimate(path.growths) for path in paths]
        inclusive = list(own)
        for index in range(len(paths) - 1, 0, -1):  # a path comes after the one that called it
            inclusive[paths[index].parent] += inclusive[index]
        if paths and inclusive[0] >= SEEN_AGAIN_SHARE * expected > 0:
            return _named(paths, _followed(paths, own, inclusive))
    return ()


def blamed_lines(growths: Sequence[Sequence[int]], carried: float) -> tuple[int, ...]:
    """The indices of the lines of one function that keep what grew, most first."""
    for estimate in (_trimmed, _plain):
        amounts = [estimate(parts) for parts in growths]
        if sum(amounts) >= SEEN_AGAIN_SHARE * carried:
            left, _ = _cancelled(amounts, ())
            least = SHARE * sum(amounts)
            return tuple(sorted((i for i, amount in enumerate(left) if amount >= least), key=lambda i: -left[i]))
    return ()


def _trimmed(parts: Sequence[int]) -> float:
    if len(parts) < PARTS_TRIMMED:
        return float(sum(parts))
    return (sum(parts) - max(parts) - min(parts)) * len(parts) / (len(parts) - 2)


def _plain(parts: Sequence[int]) -> float:
    return float(sum(parts))


# --- following growth down the calls ----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Branch:
    """Paths of one function, how much of the growth they carry, and what was given back elsewhere of what they took."""

    indices: tuple[int, ...]
    carried: float
    given_back: tuple[float, ...] = ()


def _followed(paths: Sequence[CallPath], own: Sequence[float], inclusive: Sequence[float]) -> list[_Branch]:
    """The ends of the branches that carry growth."""
    children: dict[int, list[int]] = defaultdict(list)
    for index in range(1, len(paths)):
        children[paths[index].parent].append(index)
    least = 0.5 * SHARE * inclusive[0]
    ends: list[_Branch] = []
    pending = [_Branch((0,), inclusive[0])]
    while pending:
        branch = pending.pop()
        groups: dict[int, list[int]] = defaultdict(list)
        for index in branch.indices:
            for child in children[index]:
                groups[paths[child].function].append(child)
        called = list(groups.values())
        amounts = [sum(own[i] for i in branch.indices), *(sum(inclusive[i] for i in group) for group in called)]
        left, given_back = _cancelled(amounts, branch.given_back)
        enough = max(least, SHARE * branch.carried)
        below = [
            _Branch(tuple(group), left[place], tuple(given_back[place]))
            for place, group in enumerate(called, 1)
            if left[place] >= enough
        ]
        if left[0] >= enough:
            ends.append(_Branch(branch.indices, left[0]))
        elif not below:
            ends.append(_scattered(paths, own, children, branch) or branch)
        pending.extend(below)
    return ends


def _cancelled(amounts: Sequence[float], given_back: Sequence[float]) -> tuple[list[float], list[list[float]]]:
    """What is left of each positive amount once the negative ones are set off, and what was set off against each.

    What gives back is set off against the amount nearest to it: a function that frees all that another one took has
    that one's amount, and not the amount of one that also leaks.
    """
    left = [max(0.0, amount) for amount in amounts]
    against: list[list[float]] = [[] for _ in amounts]
    for negative in sorted((*given_back, *(-amount for amount in amounts if amount < 0)), reverse=True):
        rest = negative
        while rest > 0 and any(left):
            place = min((i for i, amount in enumerate(left) if amount > 0), key=_nearest(left, rest))
            taken = min(left[place], rest)
            left[place] -= taken
            against[place].append(taken)
            rest -= taken
    return left, against


def _nearest(left: Sequence[float], amount: float) -> Callable[[int], float]:
    return lambda place: abs(left[place] - amount)


def _scattered(
    paths: Sequence[CallPath], own: Sequence[float], children: dict[int, list[int]], branch: _Branch
) -> _Branch | None:
    """The one function that takes what the branch carries although it is reached by many paths, each with a little."""
    by_function: dict[int, list[int]] = defaultdict(list)
    pending = [child for index in branch.indices for child in children[index]]
    while pending:
        index = pending.pop()
        by_function[paths[index].function].append(index)
        pending.extend(children[index])
    for indices in by_function.values():
        amount = sum(own[i] for i in indices)
        if (1 - SHARE) * branch.carried <= amount <= (1 + SHARE) * branch.carried:
            return _Branch(tuple(indices), amount)
    return None


def _named(paths: Sequence[CallPath], ends: Sequence[_Branch]) -> tuple[Blame, ...]:
    """The functions of the ends, library functions left by their callers."""
    amounts: dict[int, float] = defaultdict(float)
    for end in ends:
        function = paths[_outside_library(paths, end.indices[0])].function
        if end.indices[0]:
            amounts[function] += end.carried
    ordered = sorted(amounts, key=lambda function: -amounts[function])
    return tuple(Blame(function, amounts[function]) for function in ordered[:MOST_BLAMED])


def _outside_library(paths: Sequence[CallPath], index: int) -> int:
    """The nearest caller that is not of a library; the path itself when there is none."""
    caller = index
    while caller and paths[caller].is_library:
        caller = paths[caller].parent
    return caller or index
