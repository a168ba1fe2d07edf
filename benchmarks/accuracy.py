"""Runs the zoo of tests/zoo through leakscope and six other tools, each in fresh processes and at the settings that its
documentation gives, and prints who found what, who cried wolf, and who named the type, the holder and the line.

    python benchmarks/accuracy.py [--only SHAPE...] [--every N] [--all] [--tools TOOL...] [--json FILE]
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import contextlib
import json
import os
import re
import resource
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / "benchmarks" / "peers"
sys.path.insert(0, str(ROOT / "tests" / "zoo"))

import zoo_run  # noqa: E402
from zoo_run import Shape  # noqa: E402

ENVIRONMENT = ROOT / ".venvs" / f"accuracy-{sys.version_info.major}.{sys.version_info.minor}"
TIME_BOX_SECONDS = 60
#: Two at a time: as many as the smallest machine that runs this has cores.
JOBS = 2
#: A tool that calls a leak of megabytes ten thousand times would take the machine with it.
ADDRESS_SPACE_BYTES = 32 << 30
PARTS = ("type", "holder", "site")


# --- the tools --------------------------------------------------------------------------------------------------------


def as_printed(output: str) -> str:
    return output


def findings_of(output: str) -> str:
    """What leakscope's JSON says in its findings, one per line: the rest of it repeats the settings."""
    with contextlib.suppress(ValueError):
        rows = json.loads(output)["findings"]
        return "\n".join(" ".join(str(row[key]) for key in ("kind", "type_name", "holder", "site")) for row in rows)
    return ""


@dataclass(frozen=True, slots=True)
class Tool:
    """One way to use a tool. ``arguments`` follow the interpreter, with ``{target}`` put in. ``alarm``, ``silent`` and
    ``unsure`` are what it prints when it accuses, when it does not, and when it cannot tell. ``said`` is the part of
    its output that names things. A slow tool runs on one shape in ``every``, unless all are asked for."""

    name: str
    module: str
    requirement: str
    call: str
    arguments: tuple[str, ...]
    alarm: str
    silent: str
    variables: dict[str, str] = field(default_factory=dict)
    unsure: str = ""
    said: Callable[[str], str] = as_printed
    every: int = 1

    @property
    def is_peer(self) -> bool:
        return bool(self.requirement)

    @property
    def python(self) -> str:
        return str(ENVIRONMENT / "bin" / "python") if self.is_peer else sys.executable


def script(name: str) -> tuple[str, ...]:
    return (str(PEERS / f"run_{name}.py"),)


def pytest_memray(limit: str) -> Tool:
    """The documentation's example allows 1 MB and its text "some small amount": both limits are tried."""
    options = ("--memray", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", str(PEERS))
    return Tool(
        name=f"pytest-memray {limit}",
        module="pytest_memray",
        requirement="pytest-memray==1.11.0",
        call=f'@pytest.mark.limit_leaks("{limit}"), 100 calls in a loop, pytest --memray',
        arguments=("-m", "pytest", *options, *script("pytest_memray")),
        alarm=r"^Test was allowed to leak",
        silent=r"^=+ 1 passed",
        variables={"LIMIT": limit},
    )


TOOLS = (
    Tool(
        name="leakscope",
        module="leakscope",
        requirement="",
        call="python -m leakscope check MODULE:FN --json -",
        arguments=("-m", "leakscope", "check", "{target}", "--json", "-"),
        alarm=r'^ *"verdict": "leak"',
        silent=r'^ *"verdict": "no_leak"',
        unsure=r'^ *"verdict": "inconclusive"',
        said=findings_of,
    ),
    Tool(
        name="psleak",
        module="psleak",
        requirement="psleak==0.1.6",
        call="MemoryLeakTestCase.execute(fn), PYTHONMALLOC=malloc PYTHONUNBUFFERED=1",
        arguments=script("psleak"),
        alarm=r"^FAILED \(failures=1\)",
        silent=r"^OK$",
        variables={"PYTHONMALLOC": "malloc", "PYTHONUNBUFFERED": "1"},
    ),
    Tool(
        name="python-leak-hunter",
        module="leak_hunter",
        requirement="python-leak-hunter==0.1.1",
        call="measure_growth(fn), then why_alive(report.suspect)",
        arguments=script("leak_hunter"),
        alarm=r"^Objects accumulating across calls",
        silent=r"^No object type grew steadily",
    ),
    Tool(
        name="objgraph.growth",
        module="objgraph",
        requirement="objgraph==3.7.0",
        call="growth() after 1 call and after 100 more; alarm when a type grew",
        arguments=script("objgraph"),
        alarm=r"^verdict: grew",
        silent=r"^verdict: nothing grew",
    ),
    Tool(
        name="pympler",
        module="pympler",
        requirement="Pympler==1.1",
        call="SummaryTracker().diff() over 100 calls after 1; alarm when a type has more objects or bytes",
        arguments=script("pympler"),
        alarm=r"^verdict: grew",
        silent=r"^verdict: nothing grew",
    ),
    pytest_memray("1 MB"),
    pytest_memray("1 KB"),
    Tool(
        name="memalot",
        module="memalot",
        requirement="memalot==2.0.3",
        call="@leak_monitor, 2 calls, the first is its warm-up; alarm when the report lists an object",
        arguments=script("memalot"),
        alarm=r"^Possible New Leaks \(iteration 2\)",
        silent=r"^End of Memalot Report \(iteration 2\)",
        every=6,
    ),
)


# --- the environment --------------------------------------------------------------------------------------------------


def prepare(tools: Iterable[Tool], shapes: Iterable[Shape]) -> dict[str, str]:
    """Makes the peers' environment; gives why a tool cannot be used, for those that cannot."""
    peers = [tool for tool in tools if tool.is_peer]
    if not peers:
        return {}
    python = ENVIRONMENT / "bin" / "python"
    if not python.exists():
        failed = reason_of_failure([sys.executable, "-m", "venv", str(ENVIRONMENT)])
        if failed:
            return {tool.name: f"no environment: {failed}" for tool in peers}
    for requirement in sorted(requirements_of(shapes)):
        reason_of_failure(pip_install(requirement))
    return {tool.name: reason for tool in peers if (reason := _reason_it_cannot_run(tool))}


def _reason_it_cannot_run(tool: Tool) -> str:
    name, _, version = tool.requirement.partition("==")
    is_there = f"import importlib.metadata as m; assert m.version({name!r}) == {version!r}"
    if reason_of_failure([tool.python, "-c", is_there]):
        failed = reason_of_failure(pip_install(tool.requirement))
        if failed:
            return f"cannot be installed: {failed}"
    failed = reason_of_failure([tool.python, "-c", f"import {tool.module}"])
    return f"does not run on this Python: {failed}" if failed else ""


def pip_install(requirement: str) -> list[str]:
    pip = [str(ENVIRONMENT / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    return [*pip, requirement]


def reason_of_failure(command: Sequence[str]) -> str:
    """Runs a command; the last line it wrote when it failed, else nothing."""
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    lines = done.stderr.strip().splitlines()
    return "" if done.returncode == 0 else (lines[-1] if lines else f"exit code {done.returncode}")


def requirements_of(shapes: Iterable[Shape]) -> set[str]:
    """What the shapes themselves import; the ones whose packages are missing here are not run."""
    found: set[str] = set()
    for shape in shapes:
        tree = ast.parse((zoo_run.SHAPES / f"{shape.name}.py").read_text(encoding="utf-8"))
        found.update(zoo_run.constants(tree).get("REQUIRES", ()))
    return found


# --- one run ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Run:
    """What one tool said of one side. ``verdict`` is ``leak``, ``clean`` or ``no answer``, then with the reason."""

    tool: str
    shape: str
    side: str
    verdict: str
    seconds: float
    reason: str = ""
    type: bool | None = None
    holder: bool | None = None
    site: bool | None = None


def run_side(tool: Tool, shape: Shape, side: str) -> Run:
    target = f"{shape.name}:{side}"
    with tempfile.TemporaryDirectory() as folder:
        command = [tool.python, *(part.format(target=target) for part in tool.arguments)]
        # memalot writes its reports into the home folder
        variables = {**os.environ, **tool.variables, "TARGET": target, "HOME": folder}
        code, seconds = run_boxed(command, variables, Path(folder))
        output, errors = ((Path(folder) / name).read_text(errors="replace") for name in ("out", "err"))
    verdict = verdict_of(tool, output)
    if verdict == "no answer":
        return Run(tool.name, shape.name, side, verdict, seconds, why_not(tool, code, output, errors))
    if side == "clean" or verdict == "clean":
        return Run(tool.name, shape.name, side, verdict, seconds)
    return Run(tool.name, shape.name, side, verdict, seconds, "", *named_in(tool.said(output), shape))


def why_not(tool: Tool, code: int | None, output: str, errors: str) -> str:
    """Why there is no answer: the tool says so, the time was up, or the last error that was printed."""
    if tool.unsure and re.search(tool.unsure, output, re.MULTILINE):
        return "inconclusive"
    if code is None:
        return f"nothing within {TIME_BOX_SECONDS} s"
    lines = [line for line in f"{output}\n{errors}".splitlines() if line.strip()]
    raised = [line for line in lines if re.match(r"[\w.]+(Error|Exception|Interrupt)\b", line)]
    return (raised or lines or [f"exit code {code}"])[-1]


def run_boxed(command: list[str], variables: dict[str, str], folder: Path) -> tuple[int | None, float]:
    """Exit code (``None`` when the time was up) and seconds. Output goes to files: children that a shape leaves behind
    would keep a pipe open."""
    started = time.perf_counter()
    with (folder / "out").open("wb") as out, (folder / "err").open("wb") as err:
        process = subprocess.Popen(
            command,
            cwd=zoo_run.SHAPES,
            env=variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
        )
        if hasattr(resource, "prlimit"):
            resource.prlimit(process.pid, resource.RLIMIT_AS, (ADDRESS_SPACE_BYTES, ADDRESS_SPACE_BYTES))
        try:
            code: int | None = process.wait(TIME_BOX_SECONDS)
        except subprocess.TimeoutExpired:
            code = None
        seconds = time.perf_counter() - started
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    return code, seconds


def verdict_of(tool: Tool, output: str) -> str:
    if re.search(tool.alarm, output, re.MULTILINE):
        return "leak"
    return "clean" if re.search(tool.silent, output, re.MULTILINE) else "no answer"


def named_in(said: str, shape: Shape) -> tuple[bool | None, bool | None, bool | None]:
    """Type, holder, site by one rule for all tools: the output has an accepted type's last part as a word, the holder,
    a marked line; ``None`` where the shape has none."""
    lines = said.splitlines()
    short_types = {name.rpartition(".")[2] for name in shape.types}
    return (
        any(has_word(said, name) for name in short_types) if shape.types else None,
        any(has_holder(line, shape.holder) for line in lines) if shape.holder else None,
        any(has_site(line, shape) for line in lines) if shape.lines else None,
    )


def has_word(text: str, word: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def has_holder(line: str, holder: str) -> bool:
    """As leakscope writes it, or all its names in one line: every tool has a notation of its own."""
    return holder in line or all(has_word(line, name) for name in re.findall(r"[^\W\d]\w*", holder))


def has_site(line: str, shape: Shape) -> bool:
    """``file:line``; for a native leak the function, which is as much as anybody can know, in that file."""
    found = {int(number) for number in re.findall(rf"\b{re.escape(shape.name)}\.py:(\d+)", line)}
    if shape.is_native and found:
        return any(has_word(line, name) for name in shape.functions)
    return bool(found & shape.lines)


# --- the table --------------------------------------------------------------------------------------------------------


def table(tools: Sequence[Tool], runs: Sequence[Run], unusable: dict[str, str]) -> str:
    heads = ("tool", "found", "false alarms", "no answer", *PARTS, "median s", "all s")
    rows: list[tuple[str, ...]] = [heads]
    for tool in tools:
        if tool.name not in unusable:
            rows.append(_row(tool.name, [run for run in runs if run.tool == tool.name]))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(f"{cell:<{width}}" if index == 0 else f"{cell:>{width}}" for index, (cell, width) in cells)
        for cells in (enumerate(zip(row, widths, strict=True)) for row in rows)
    ]
    lines += [f"{name}: {reason}" for name, reason in unusable.items()]
    return "\n".join(lines)


def _row(name: str, runs: Sequence[Run]) -> tuple[str, ...]:
    leaks = [run for run in runs if run.side == "leak"]
    cleans = [run for run in runs if run.side == "clean"]
    seconds = [run.seconds for run in runs] or [0.0]
    return (
        name,
        share(run.verdict == "leak" for run in leaks),
        share(run.verdict == "leak" for run in cleans),
        share(run.verdict == "no answer" for run in runs),
        *(share(_is_named(runs, part)) for part in PARTS),
        f"{statistics.median(seconds):.1f}",
        f"{sum(seconds):.0f}",
    )


def _is_named(runs: Iterable[Run], part: str) -> list[bool]:
    return [getattr(run, part) for run in runs if getattr(run, part) is not None]


def share(answers: Iterable[bool]) -> str:
    values = list(answers)
    return f"{sum(values)} of {len(values)}"


def header(tools: Sequence[Tool], shapes: Sequence[Shape], skipped: Sequence[Shape]) -> str:
    leak_count = sum("leak" in shape.sides for shape in shapes)
    clean_count = sum("clean" in shape.sides for shape in shapes)
    lines = [
        f"Python {sys.version.split()[0]}; {leak_count} leaking and {clean_count} clean sides of the zoo; "
        f"each in a fresh process, {JOBS} at a time, "
        f"at most {TIME_BOX_SECONDS} s and {ADDRESS_SPACE_BYTES >> 30} GiB of addresses each.",
        "Type, holder, site: named, of the leaks that were found and have one. "
        "No answer: no verdict in time, a crash, or inconclusive.",
        *(f"left out: {shape.name} ({shape.skip})" for shape in skipped),
        *(f"{tool.name} ({tool.requirement or 'this checkout'}): {tool.call}" for tool in tools),
        *(f"{tool.name} takes long: without --all, one shape in {tool.every}" for tool in tools if tool.every > 1),
    ]
    return "\n".join(lines)


# --- the command line -------------------------------------------------------------------------------------------------


def main() -> int:
    options = parsed()
    tools = [tool for tool in TOOLS if not options.tools or any(name in tool.name for name in options.tools)]
    if not tools:
        print(f"no such tool: choose from {', '.join(tool.name for tool in TOOLS)}", file=sys.stderr)
        return 2
    shapes = zoo_run.read_shapes(options.only)[:: options.every]
    runnable = [shape for shape in shapes if not shape.skip]
    print(header(tools, runnable, [shape for shape in shapes if shape.skip]), flush=True)
    unusable = prepare(tools, runnable)
    work = planned([tool for tool in tools if tool.name not in unusable], runnable, options.all)
    runs = run_all(work)
    print("\n" + table(tools, runs, unusable))
    if options.json:
        text = json.dumps(
            {"python": sys.version, "unusable": unusable, "runs": [asdict(run) for run in runs]}, indent=1
        )
        Path(options.json).write_text(text + "\n", encoding="utf-8")
    return 0


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Compare leakscope with other tools on the zoo.")
    parser.add_argument("--only", nargs="+", default=[], metavar="SHAPE", help="shapes to run (default: all)")
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only one shape in N, for a quick look")
    parser.add_argument("--all", action="store_true", help="all shapes also for the tools that take long")
    parser.add_argument("--tools", nargs="+", default=[], metavar="TOOL", help="tools to run, by part of their name")
    parser.add_argument("--json", metavar="FILE", help="write every single run here")
    options = parser.parse_args()
    unknown = [name for name in options.only if not (zoo_run.SHAPES / f"{name}.py").exists()]
    if unknown:
        parser.error(f"no such shape in tests/zoo/shapes: {', '.join(unknown)}")
    return options


def planned(tools: Sequence[Tool], shapes: Sequence[Shape], with_all: bool) -> list[tuple[Tool, Shape, str]]:
    """The runs to make. Tools take turns on each side, so that what else the machine does hits all of them."""
    return [
        (tool, shape, side)
        for number, shape in enumerate(shapes)
        for side in shape.sides
        for tool in tools
        if with_all or number % tool.every == 0
    ]


def run_all(work: Sequence[tuple[Tool, Shape, str]]) -> list[Run]:
    runs: list[Run] = []
    with concurrent.futures.ThreadPoolExecutor(JOBS) as pool:
        for run in pool.map(lambda arguments: run_side(*arguments), work):
            runs.append(run)
            if sys.stderr.isatty():
                print(
                    f"\r\x1b[K{len(runs)} of {len(work)}: {run.tool} {run.shape}", end="", file=sys.stderr, flush=True
                )
    if sys.stderr.isatty():
        print("\r\x1b[K", end="", file=sys.stderr)
    return runs


if __name__ == "__main__":
    sys.exit(main())
