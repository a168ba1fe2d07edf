"""leakscope finds memory leaks: does it leak, what grows, where was it allocated, what keeps it alive, and where did
the memory go. Importing it imports nothing else: each public name is loaded when it is first used (PEP 562).
"""

TYPE_CHECKING = False  # as typing.TYPE_CHECKING, whose import alone would cost more than this package
if TYPE_CHECKING:
    from leakscope.checking import assert_no_growth, check, check_async
    from leakscope.collecting import collect
    from leakscope.errors import ArgumentError, GrowthError, LeakscopeError, TargetRaised
    from leakscope.model.finding import Finding
    from leakscope.model.report import Verdict
    from leakscope.model.retention import ReferrerPath
    from leakscope.model.snapshot import Missing
    from leakscope.probing import probe
    from leakscope.results import Collection, Delta, Report, Retention, Snapshot
    from leakscope.snapshots import compare, snapshot
    from leakscope.why import why_alive

__version__ = "0.1.0"

_EXPORTS: dict[str, str] = {
    "snapshot": "leakscope.snapshots",
    "compare": "leakscope.snapshots",
    "collect": "leakscope.collecting",
    "probe": "leakscope.probing",
    "check": "leakscope.checking",
    "check_async": "leakscope.checking",
    "assert_no_growth": "leakscope.checking",
    "why_alive": "leakscope.why",
    "Snapshot": "leakscope.results",
    "Delta": "leakscope.results",
    "Collection": "leakscope.results",
    "Report": "leakscope.results",
    "Retention": "leakscope.results",
    "Verdict": "leakscope.model.report",
    "Finding": "leakscope.model.finding",
    "ReferrerPath": "leakscope.model.retention",
    "Missing": "leakscope.model.snapshot",
    "LeakscopeError": "leakscope.errors",
    "ArgumentError": "leakscope.errors",
    "GrowthError": "leakscope.errors",
    "TargetRaised": "leakscope.errors",
}

__all__ = [
    "ArgumentError",
    "Collection",
    "Delta",
    "Finding",
    "GrowthError",
    "LeakscopeError",
    "Missing",
    "ReferrerPath",
    "Report",
    "Retention",
    "Snapshot",
    "TargetRaised",
    "Verdict",
    "__version__",
    "assert_no_growth",
    "check",
    "check_async",
    "collect",
    "compare",
    "probe",
    "snapshot",
    "why_alive",
]


def __getattr__(name: str) -> object:
    module = _EXPORTS.get(name)
    if module is None:
        raise AttributeError(f"module 'leakscope' has no attribute {name!r}")
    from importlib import import_module

    value: object = getattr(import_module(module), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_EXPORTS})
