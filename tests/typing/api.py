"""The public types as a type checker sees them: checked by mypy, never run."""

from __future__ import annotations

from collections.abc import Iterator

from typing_extensions import assert_type

import leakscope


def step() -> None: ...


async def async_step() -> None: ...


assert_type(leakscope.snapshot(), leakscope.Snapshot)
assert_type(leakscope.snapshot(detail="objects").uss_bytes, int | None)
assert_type(leakscope.compare(leakscope.snapshot(), leakscope.snapshot()), leakscope.Delta)
assert_type(leakscope.collect(2, trim=True).summary, str)
assert_type(leakscope.check(step, calls=10, ignore=["a.*"]), leakscope.Report)
assert_type(leakscope.check(async_step).verdict, leakscope.Verdict)
assert_type(leakscope.assert_no_growth(step, max_bytes_per_call=10, on_inconclusive="fail"), leakscope.Report)
assert_type(leakscope.why_alive(object()).paths, tuple[leakscope.ReferrerPath, ...])

with leakscope.probe("label") as probe:
    assert_type(probe.report, leakscope.Report)


@leakscope.probe("step")
def decorated(a: int) -> str:
    return str(a)


@leakscope.probe()
def numbers() -> Iterator[int]:
    yield 1


assert_type(decorated(1), str)
assert_type(numbers(), Iterator[int])


async def main() -> None:
    async with leakscope.probe() as entered:
        assert_type(entered.report.findings, tuple[leakscope.Finding, ...])
    assert_type(await leakscope.check_async(async_step), leakscope.Report)
