"""From invented evidence to findings: one cause, one finding, and no native memory that Python explains."""

from __future__ import annotations

import pytest

from leakscope.analysis import findings, native_growth, verdict
from leakscope.model.evidence import Cause, CycleGroup, Evidence, NativeSite, SiteGrowth
from leakscope.model.growth import Judgement, Series, SignalGrowth, Trend
from leakscope.model.report import Verdict
from leakscope.model.retention import Hop, ReferrerPath
from leakscope.model.snapshot import TypeCount

PATH = ReferrerPath("app.CACHE", "module", (Hop("dict_value", "['/page/1']", "[…]", "app.Page"),))


def grew(signal, per_call, trend=Trend.LEAKS):
    return SignalGrowth(signal, (1, 1, 1), per_call, 0.0, trend, "")


def judged(*growths, calls=4096):
    trends = [growth.trend for growth in growths]
    worst = next((trend for trend in (Trend.LEAKS, Trend.SUSPECT) if trend in trends), Trend.FLAT)
    return Judgement(calls, worst, growths, ())


def cause(**changes):
    values = {
        "path": PATH,
        "container_type": "dict",
        "growth": 24,
        "types": (TypeCount("app.Page", 24, 24 * 56), TypeCount("str", 24, 24 * 60)),
        "lead_type": "app.Page",
        "lead_count": 24,
        "shallow_bytes": 24 * 116,
        "entry_bytes": 100.0,
        "site": "app.py:3 in get",
        "never_evicts": False,
    }
    return Cause(**{**values, **changes})


def found(judgement, evidence, **case):
    return findings.findings(
        findings.Case(judgement, evidence, **{"collector_is_enabled": True, "collected_per_call": 0.0, **case})
    )


@pytest.mark.parametrize("rule", findings.FINDING_RULES, ids=lambda rule: rule.__name__)
def test_every_rule_is_silent_where_nothing_grew(rule):
    for evidence in (Evidence(calls=0), Evidence(calls=24, sites=(SiteGrowth("app.py:1 in f", 3, 9000),))):
        case = findings.Case(judged(grew("gc_object_count", 0.0, Trend.FLAT)), evidence, True, 0.0)
        assert list(rule(case)) == []


def test_a_cause_is_one_finding_with_rates_holder_and_site():
    (finding,) = found(judged(grew("gc_object_count", 1.0)), Evidence(calls=24, causes=(cause(),)))
    assert (finding.kind, finding.type_name, finding.count_per_call) == ("retained", "app.Page", 1.0)
    assert finding.bytes_per_call == 216
    assert str(finding.holder) == "app.CACHE['/page/1']"
    assert finding.site == "app.py:3 in get"
    assert "with 1 str per call" in finding.evidence


def test_malloc_that_python_objects_explain_is_not_native():
    evidence = Evidence(calls=24, causes=(cause(entry_bytes=100.0),), large_bytes=24 * 1000)
    kinds = [finding.kind for finding in found(judged(grew("malloc_bytes", 1150.0)), evidence)]
    assert kinds == ["retained"]
    kinds = [finding.kind for finding in found(judged(grew("malloc_bytes", 5000.0)), evidence)]
    assert kinds == ["retained", "native"]


def test_malloc_alone_is_native():
    (finding,) = found(judged(grew("malloc_bytes", 80.0)), Evidence(calls=400, large_bytes=0))
    assert (finding.kind, finding.bytes_per_call) == ("native", 80.0)


def test_native_growth_is_one_finding_for_each_function_that_keeps_it():
    native = (NativeSite("f", "app.py:43 in f", 60.0), NativeSite("g", "app.py:9 in g", 20.0))
    first, second = found(judged(grew("malloc_bytes", 80.0)), Evidence(calls=400, large_bytes=0, native=native))
    assert (first.kind, first.site, first.bytes_per_call) == ("native", "app.py:43 in f", 60.0)
    assert first.evidence[0] == "below f() at app.py:43"
    assert second.site == "app.py:9 in g"
    assert first.signature != second.signature
    (finding,) = found(judged(grew("private_bytes", 80.0)), Evidence(calls=400, native=native[:1]))
    assert (finding.kind, finding.site) == ("native", "app.py:43 in f")


@pytest.mark.parametrize("size", [64, 2000])
def test_memory_from_the_raw_allocator_is_native_though_it_is_traced(size):
    rows = (SiteGrowth("app.py:9 in take", 400, 400 * size),)
    evidence = Evidence(calls=400, sites=rows, large_bytes=400 * size if size > 512 else 0)
    (finding,) = found(judged(grew("malloc_bytes", size + 16.0)), evidence)
    assert finding.kind == "native"
    assert native_growth.python_sites(judged(grew("malloc_bytes", 80.0)), evidence) == ()
    assert native_growth.python_sites(judged(grew("allocated_blocks", 1.0)), evidence) == rows


def test_one_object_that_grows_has_its_line():
    evidence = Evidence(calls=400, sites=(SiteGrowth("app.py:9 in add", 0, 400 * 100),), large_bytes=400 * 100)
    (finding,) = found(judged(grew("malloc_bytes", 100.0)), evidence)
    assert (finding.kind, finding.site) == ("retained", "app.py:9 in add")


def test_blocks_that_nothing_holds_are_said_to_be_held_outside_python():
    evidence = Evidence(calls=24, sites=(SiteGrowth("app.py:9 in add", 24, 24 * 800),))
    (finding,) = found(judged(grew("allocated_blocks", 1.0)), evidence)
    assert finding.site == "app.py:9 in add"
    assert "held outside Python" in finding.evidence[0]


def test_descriptors_and_threads_are_named():
    evidence = Evidence(calls=20, fd_targets=("pipe",) * 20, thread_names=("Thread-N (work)",) * 20)
    kinds = {
        finding.kind: finding for finding in found(judged(grew("fd_count", 1.0), grew("thread_count", 1.0)), evidence)
    }
    assert kinds["file_descriptor"].summary == "1 file descriptor per call: pipe"
    assert "Thread-N (work)" in kinds["thread"].summary


def test_cycles_say_whether_somebody_frees_them():
    evidence = Evidence(calls=0, cycles=(CycleGroup("A.b -> B.a -> A", 16, 32, 3200, "app.A", True),), cycle_calls=16)
    (freed,) = found(judged(), evidence, collected_per_call=2.0)
    assert (freed.kind, freed.count_per_call) == ("cyclic_garbage", 2.0)
    assert "not a leak" in freed.summary
    assert any("__del__" in sentence for sentence in freed.evidence)
    (kept,) = found(judged(), evidence, collected_per_call=2.0, collector_is_enabled=False)
    assert "nothing frees it" in kept.summary
    assert found(judged(), evidence, collected_per_call=0.01) == ()


def test_what_is_left_out_is_matched_by_type_holder_site_or_signature():
    judgement, evidence = judged(grew("gc_object_count", 1.0)), Evidence(calls=24, causes=(cause(),))
    (finding,) = found(judgement, evidence)
    for pattern in ("app.Page", "app.CACHE*", "*in get", finding.signature):
        assert findings.is_ignored(finding, [pattern])
    assert not findings.is_ignored(finding, ["other.*"])


def test_signatures_hold_no_key_and_no_line():
    first = found(judged(grew("gc_object_count", 1.0)), Evidence(calls=24, causes=(cause(),)))[0]
    other_key = ReferrerPath("app.CACHE", "module", (Hop("dict_value", "['/page/2']", "[…]", "app.Page"),))
    second = found(
        judged(grew("gc_object_count", 1.0)),
        Evidence(calls=24, causes=(cause(path=other_key, site="app.py:77 in get"),)),
    )[0]
    assert first.signature == second.signature
    third = found(judged(grew("gc_object_count", 1.0)), Evidence(calls=24, causes=(cause(lead_type="app.Row"),)))[0]
    assert third.signature != first.signature


def decided(judgement, evidence=None, stopped_by="settled"):
    return verdict.decide(judgement, evidence or Evidence(calls=0), Series((), {}, 1.0), stopped_by)


def test_growth_in_what_knows_its_limit_is_no_leak():
    leaking = judged(grew("gc_object_count", 1.0))
    assert decided(leaking, Evidence(calls=24, causes=(cause(bound=(57, 128)),))).verdict is Verdict.NO_LEAK
    assert "fills to 128, now 57" in decided(leaking, Evidence(calls=24, causes=(cause(bound=(57, 128)),))).reason
    two = Evidence(calls=24, causes=(cause(bound=(57, 128)), cause()))
    assert decided(leaking, two).verdict is Verdict.LEAK
    with_fds = judged(grew("gc_object_count", 1.0), grew("fd_count", 1.0))
    assert decided(with_fds, Evidence(calls=24, causes=(cause(bound=(57, 128)),))).verdict is Verdict.LEAK


def test_too_few_calls_are_inconclusive():
    assert decided(judged(calls=3)).verdict is Verdict.INCONCLUSIVE
    assert decided(judged(calls=100)).verdict is Verdict.NO_LEAK


def test_a_reason_is_a_sentence_about_the_target():
    reason = decided(judged(grew("gc_object_count", 1.0), grew("malloc_bytes", 80.0), grew("fd_count", 2.0))).reason
    assert reason == "grows by 2 file descriptors, 1 gc object and 80 B of malloc per call"


def test_sensitivity_is_said_per_call():
    text = verdict.sensitivity(judged(grew("gc_object_count", 0.0, Trend.FLAT), grew("malloc_bytes", 0.0, Trend.FLAT)))
    assert text == "would have seen 1 gc object per 164 calls, 6 B of malloc per call"
