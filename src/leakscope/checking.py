"""``check`` and ``assert_no_growth``: joins the measuring of pass one, the judge, and the explaining of pass two.
Touches the process as its two passes do, and leaves everything as it was.
"""

from __future__ import annotations

import asyncio
import threading
import time
import warnings
from collections.abc import Callable, Generator, Iterable
from dataclasses import replace
from typing import Any

from leakscope import _env, settings, targets
from leakscope._format import plural
from leakscope.analysis import endings, findings, growth, other_threads, verdict
from leakscope.causes import Effort
from leakscope.driving import NO_HOOKS, Hooks, drive_async, run_steps
from leakscope.errors import GrowthError, TargetRaised
from leakscope.explaining import explain
from leakscope.measuring import PASS_ONE_SHARE, Measured, Observer, capacity_for, measure
from leakscope.model.ending import Ending
from leakscope.model.evidence import Evidence
from leakscope.model.finding import Finding
from leakscope.model.growth import Judgement, Trend
from leakscope.model.report import Overhead, Verdict
from leakscope.model.snapshot import Missing
from leakscope.partial_reports import Partial, partial_report
from leakscope.results import Report
from leakscope.sensors import thread_names
from leakscope.sensors.sampler import Sampler
from leakscope.settings import CheckSettings, OnInconclusive
from leakscope.targets import Target

#: Share of the growth that must go away once the old heap is collectable again, for it to have been no growth.
ARTEFACT_SHARE = 0.5
SHOWN_THREADS = 3
#: Of the budget: what pass two began by then still has to end.
EXPLAIN_UNTIL = 0.95


def check(
    fn: Callable[[], Any],
    *,
    calls: int | None = None,
    warmup: int | None = None,
    windows: int | None = None,
    budget_seconds: float = 10,
    sites: bool = True,
    holders: bool = True,
    ignore: Iterable[str] = (),
    setup: Callable[[], Any] | None = None,
    teardown: Callable[[], Any] | None = None,
) -> Report:
    """Calls ``fn`` until it is certain whether memory, objects or handles grow with the number of calls.

    Gives a ``Report`` whose verdict is ``LEAK``, ``NO_LEAK`` or ``INCONCLUSIVE``. Without ``calls`` the number of calls
    is chosen: enough to tell a leak from a cache that fills, within ``budget_seconds``. ``warmup`` calls come first
    and are not measured (1 by default, and the first fifth of all calls never counts). ``windows`` is how many windows
    must all grow (4). ``sites`` and ``holders`` say whether growth is explained by where it was allocated and by what
    keeps it. ``ignore`` are shell-style patterns of types, holders, sites or signatures to leave out. ``setup`` is
    called once before the first call and ``teardown`` once after the last, also when ``fn`` raised; coroutine functions
    are awaited.

    A coroutine function is run on an event loop made for the check. Raises ``TargetNotCallable`` for what cannot be
    called again and again, ``TargetRaised`` when ``fn`` raises, ``RunningLoopError`` for a coroutine function where a
    loop is running, ``ArgumentError`` for the rest. Times are seconds, sizes bytes.
    """
    chosen = settings.check_settings(calls, warmup, windows, budget_seconds, sites, holders, _as_tuple(ignore))
    return run_check(targets.target_of(fn), chosen, hooks=_hooks(setup, teardown))


async def check_async(
    fn: Callable[[], Any],
    *,
    calls: int | None = None,
    warmup: int | None = None,
    windows: int | None = None,
    budget_seconds: float = 10,
    sites: bool = True,
    holders: bool = True,
    ignore: Iterable[str] = (),
    setup: Callable[[], Any] | None = None,
    teardown: Callable[[], Any] | None = None,
) -> Report:
    """``check`` on the running event loop: awaits ``fn()`` again and again. Arguments and errors as ``check``."""
    chosen = settings.check_settings(calls, warmup, windows, budget_seconds, sites, holders, _as_tuple(ignore))
    target = targets.target_of(fn)
    loop = asyncio.get_running_loop()
    return await drive_async(_session(target, chosen, loop, None, False), target, _hooks(setup, teardown))


def _hooks(setup: object, teardown: object) -> Hooks:
    named = (("setup", setup), ("teardown", teardown))
    return Hooks(*(None if hook is None else targets.target_of(hook, name) for name, hook in named))


def assert_no_growth(
    fn: Callable[[], Any],
    *,
    max_bytes_per_call: float = 0,
    fail_on_cycles: bool = False,
    on_inconclusive: OnInconclusive = "warn",
    **check_arguments: Any,
) -> Report:
    """Raises ``GrowthError`` (an ``AssertionError``, with ``.report``) when ``fn`` leaks; else gives the report.

    ``max_bytes_per_call`` allows that much growth of memory (descriptors and threads never). ``fail_on_cycles`` fails
    for cyclic garbage too. ``on_inconclusive`` is ``"warn"``, ``"fail"`` or ``"pass"``.
    All arguments of ``check`` can be given.
    """
    settings.at_least_zero("max_bytes_per_call", max_bytes_per_call)
    settings.true_or_false("fail_on_cycles", fail_on_cycles)
    settings.one_of("on_inconclusive", on_inconclusive, ("warn", "fail", "pass"))
    report = check(fn, **check_arguments)
    if report.verdict is Verdict.LEAK and not _is_allowed(report, max_bytes_per_call):
        raise GrowthError(str(report), report)
    if fail_on_cycles and any(finding.kind == "cyclic_garbage" for finding in report.findings):
        raise GrowthError(f"cyclic garbage is not allowed here (fail_on_cycles)\n{report}", report)
    if report.verdict is Verdict.INCONCLUSIVE and on_inconclusive == "fail":
        raise GrowthError(str(report), report)
    if report.verdict is Verdict.INCONCLUSIVE and on_inconclusive == "warn":
        warnings.warn(f"leakscope cannot tell: {report.label} {report.reason}", stacklevel=2)
    return report


def _is_allowed(report: Report, max_bytes_per_call: float) -> bool:
    """True when all that leaks is memory, and no more of it than allowed."""
    leaking = [entry for entry in report.growths if entry.trend is not Trend.FLAT]
    if not max_bytes_per_call or any(entry.signal not in growth.MEMORY for entry in leaking):
        return False
    by_signal = [entry.per_call for entry in leaking if entry.signal.endswith("_bytes")]
    by_finding = sum(finding.bytes_per_call or 0.0 for finding in report.findings if finding.kind != "cyclic_garbage")
    return max(by_finding, *by_signal, 0.0) <= max_bytes_per_call


# --- the session ------------------------------------------------------------------------------------------------------


def run_check(
    target: Target,
    chosen: CheckSettings,
    observer: Observer | None = None,
    *,
    keeps_interrupted: bool = False,
    hooks: Hooks = NO_HOOKS,
) -> Report:
    """Checks a target in this thread; ``keeps_interrupted`` gives a report of what was seen until Ctrl-C."""
    return run_steps(
        lambda loop: _session(target, chosen, loop, observer, keeps_interrupted),
        target,
        keeps_interrupted=keeps_interrupted,
        hooks=hooks,
    )


def _session(
    target: Target, chosen: CheckSettings, loop: Any, observer: Observer | None, keeps_interrupted: bool
) -> Generator[int, None, Report]:
    """Pass one, the judge, pass two, the report: yields how many calls to make next."""
    environment = _env.environment()
    sampler = Sampler(capacity_for(chosen.calls), is_wide=True, loop=loop)
    started = time.perf_counter()
    try:
        if observer is not None:
            observer.begins(sampler)
        measured = yield from _measured(sampler, chosen, observer, keeps_interrupted)
        ending = _ending(measured)
        if ending is not None:
            overhead = Overhead(measured.total_seconds, measured.target_seconds, measured.sample_count)
            partial = Partial(target.label, chosen, measured.series, overhead, sampler.missing, environment)
            return _cut_short(partial_report(partial, ending), measured.failure)
        judgement = other_threads.weigh(
            growth.judge(measured.series, measured.calls, window_count=_window_count(chosen)), measured.background
        )
        collected = _collected_per_call(measured)
        evidence = Evidence(calls=0)
        with_cycles = collected >= findings.CYCLES_PER_CALL
        if judgement.trend is not Trend.FLAT or with_cycles:
            effort = _effort(chosen, measured, started)
            try:
                evidence = yield from explain(judgement, effort, with_cycles=with_cycles)
            except TargetRaised as error:  # the verdict stands: pass one is done
                evidence = Evidence(calls=0, notes=(f"not explained: {error}",))
    finally:
        sampler.close()
    seconds = time.perf_counter() - started
    overhead = Overhead(seconds, measured.target_seconds, measured.sample_count)
    return _report(target, chosen, measured, judgement, evidence, collected, overhead, sampler.missing, environment)


def _ending(measured: Measured) -> Ending | None:
    """What ended pass one before its time, if something did."""
    if measured.failure is not None:
        return endings.of_failure(measured.failure)
    return endings.INTERRUPTED if measured.stopped_by == "interrupted" else None


def _cut_short(report: Report, failure: TargetRaised | None) -> Report:
    """The report of an interrupted check; raises the target's failure with its report."""
    if failure is None:
        return report
    failure.report = report
    raise failure


def _measured(
    sampler: Sampler, chosen: CheckSettings, observer: Observer | None, keeps_interrupted: bool
) -> Generator[int, None, Measured]:
    """Pass one; again without freezing when most of the growth went away with the freeze."""
    may_freeze = True
    while True:
        measured: Measured = yield from measure(
            sampler,
            calls=chosen.calls,
            warmup=1 if chosen.warmup is None else chosen.warmup,
            budget_seconds=chosen.budget_seconds * PASS_ONE_SHARE,
            window_count=_window_count(chosen),
            may_freeze=may_freeze,
            keeps_interrupted=keeps_interrupted,
            observer=observer,
        )
        if _ending(measured) is not None or not (may_freeze and _grew_by_freezing(measured)):
            return measured
        may_freeze = False


def _grew_by_freezing(measured: Measured) -> bool:
    blocks = measured.series.values["allocated_blocks"]
    total = blocks[-1] - blocks[0]
    return total > 0 and measured.freed_by_unfreezing >= ARTEFACT_SHARE * total and measured.freed_by_unfreezing > 100


def _window_count(chosen: CheckSettings) -> int:
    return chosen.windows or growth.WINDOW_COUNT


def _collected_per_call(measured: Measured) -> float:
    """Objects per call that collections found in cycles, after the first sample."""
    values = measured.series.values["collected_count"]
    return (values[-1] - values[0]) / max(1, measured.calls)


def _effort(chosen: CheckSettings, measured: Measured, started: float) -> Effort:
    per_call = measured.target_seconds / max(1, measured.calls)
    return Effort(chosen.sites, chosen.holders, started + EXPLAIN_UNTIL * chosen.budget_seconds, per_call)


def _report(
    target: Target,
    chosen: CheckSettings,
    measured: Measured,
    judgement: Judgement,
    evidence: Evidence,
    collected: float,
    overhead: Overhead,
    missing: tuple[Missing, ...],
    environment: tuple[tuple[str, str], ...],
) -> Report:
    case = findings.Case(judgement, evidence, measured.series.collector_is_enabled, collected)
    everything = findings.findings(case)
    kept = tuple(finding for finding in everything if not findings.is_ignored(finding, chosen.ignore))
    decision = verdict.decide(judgement, evidence, measured.series, measured.stopped_by)
    ignored_count = len(everything) - len(kept)
    if decision.verdict is Verdict.LEAK and ignored_count and not any(map(_is_leak, kept)):
        ignored = plural(ignored_count, "finding")
        decision = replace(decision, verdict=Verdict.NO_LEAK, reason=f"grows only by what is ignored ({ignored})")
    return Report(
        origin="check",
        label=target.label,
        verdict=decision.verdict,
        reason=decision.reason,
        findings=kept,
        calls=measured.calls,
        seconds=overhead.total_seconds,
        growths=judgement.growths,
        windows=judgement.windows,
        sensitivity=verdict.sensitivity(judgement) if decision.verdict is not Verdict.LEAK else "",
        next_step=_next_step(target, chosen, decision.verdict, kept),
        notes=(*decision.notes, *_neighbours(measured), *evidence.notes),
        missing=missing,
        environment=environment,
        overhead=overhead,
    )


def _neighbours(measured: Measured) -> tuple[str, ...]:
    """Who else moved the counters, when somebody did."""
    if measured.background is None or not other_threads.moving(measured.background):
        return ()
    names = sorted(set(thread_names.names_by_ident().values()) - {threading.current_thread().name})
    shown = ", ".join(names[:SHOWN_THREADS]) + (", ..." if len(names) > SHOWN_THREADS else "")
    return (f"other threads allocate meanwhile ({shown or 'not started by Python'}): stop them for a clear answer",)


def _is_leak(finding: Finding) -> bool:
    return finding.kind != "cyclic_garbage"


def _next_step(target: Target, chosen: CheckSettings, outcome: Verdict, kept: tuple[Finding, ...]) -> str:
    """The command or call that tells more."""
    if outcome is Verdict.INCONCLUSIVE:
        return _rerun(target, chosen)
    held = next((finding for finding in kept if finding.kind == "retained" and finding.type_name), None)
    if outcome is Verdict.LEAK and held is not None:
        short = (held.type_name or "").rpartition(".")[2]
        return f"all that keeps it alive: leakscope why {_cli_name(target)} {short}"
    return ""


def _rerun(target: Target, chosen: CheckSettings) -> str:
    """More calls where their number was given, else more time; a command for a target of the command line."""
    more = (
        ("more calls", "calls", growth.LEAK_CALLS)
        if chosen.calls is not None and chosen.calls < growth.LEAK_CALLS
        else ("more time", "budget", max(60, int(chosen.budget_seconds * 6)))
    )
    what, option, value = more
    if ":" in target.label and " " not in target.label:
        return f"rerun with {what}: leakscope check {target.label} --{option} {value}"
    argument = "budget_seconds" if option == "budget" else option
    return f"rerun with {what}: check(..., {argument}={value})"


def _cli_name(target: Target) -> str:
    module, _, name = target.label.rpartition(".")
    return target.label if ":" in target.label or " " in target.label or not module else f"{module}:{name}"


def _as_tuple(ignore: object) -> object:
    return tuple(ignore) if isinstance(ignore, list | set | frozenset) else ignore
