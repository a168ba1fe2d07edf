"""What ended a check, in words: from a process's exit status, and what to do about each kind of ending. Pure."""

from __future__ import annotations

import signal

from leakscope.analysis import growth
from leakscope.errors import TargetRaised
from leakscope.model.ending import Ending, EndingKind

INTERRUPTED = Ending("interrupted", "was interrupted")

_KIND_OF_SIGNAL: dict[str, EndingKind] = {
    "SIGSEGV": "crashed",
    "SIGBUS": "crashed",
    "SIGFPE": "crashed",
    "SIGILL": "crashed",
    "SIGABRT": "crashed",
    "SIGKILL": "killed",
}

_ADVICE: dict[EndingKind, str] = {
    "interrupted": "run it again and let it end: --budget says how long that may take",
    "raised": "check a function that can be repeated; what grows until it fails may be why it fails",
    "exited": "check a function that returns instead of ending its process",
    "crashed": "see where: python -X faulthandler -m leakscope check {name}",
    "killed": "the out-of-memory killer sends SIGKILL: see what grows above",
    "signalled": "find out who sends the signal: the function, or somebody outside",
    "memory": "see what grows above, or raise the memory limit",
    "overdue": "see where a call hangs; when it is only slow, give it more time: --budget {budget:g}",
    "closed": "close only what the function opened, not ranges of descriptors",
}
_ADVICE_ON_FEWER = "; for a verdict make fewer calls: --calls {calls} (calls={calls})"
#: Half the calls that went well leave as many for the explanation of what grew.
_FEWER = 2


def of_failure(failure: TargetRaised) -> Ending:
    """The ending by a target that raised or called ``sys.exit``."""
    return Ending("exited" if isinstance(failure.__cause__, SystemExit) else "raised", failure.what)


def of_status(code: int) -> Ending:
    """The ending of a process by its return code, negative for a signal, as ``subprocess`` tells it."""
    if code >= 0:
        return Ending("exited", f"ended its process with status {code}")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    return Ending(_KIND_OF_SIGNAL.get(name, "signalled"), f"was ended by {name}")


def advice(ending: Ending, name: str, calls: int, budget_seconds: float) -> str:
    """What to do next, after so many calls went well; ``name`` is what the command line calls the target."""
    text = _ADVICE[ending.kind].format(name=name, budget=max(60.0, 6 * budget_seconds))
    if ending.kind == "interrupted" or calls < _FEWER * growth.LEAST_CALLS:
        return text
    return text + _ADVICE_ON_FEWER.format(calls=calls // _FEWER)
