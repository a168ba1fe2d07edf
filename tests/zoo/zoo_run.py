"""Owns one run of one side of a zoo shape: reads what the shape expects, runs the real command on it, says what was
wrong. Shapes are read as text, never imported here: each of them runs in a process of its own only.

    python tests/zoo/zoo_run.py [NAME...] [--runs N] [--busy]
"""

from __future__ import annotations

import argparse
import ast
import concurrent.futures
import contextlib
import importlib.util
import json
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakscope.results import Report

SHAPES = Path(__file__).parent / "shapes"
MARK = "# allocated here"
SIDES = ("leak", "clean")
ALL_KINDS = frozenset(
    ("retained", "native", "mapping", "file_descriptor", "thread", "task", "process", "uncollectable", "cyclic_garbage")
)
HANDLE_KINDS = frozenset(("mapping", "file_descriptor", "thread", "task", "process"))
DEFAULT_BUDGET = 10.0
#: What the command may take beyond its budget, on a busy machine too: loading, a slow call, the search, ending.
GRACE_SECONDS = 40.0
#: Two at a time: as many as the smallest machine that runs this has cores.
JOBS = 2
_SITE = re.compile(r"(?P<file>[^\s:]+):(?P<line>\d+)(?: in (?P<function>\S+))?")


@dataclass(frozen=True, slots=True)
class Shape:
    """What one file of the zoo says of itself: its sides, and what a right report says of the leaking one.

    ``lines`` are those marked as allocating, ``functions`` the ones they lie in. ``all_types`` asks for a finding for
    each type. ``skip`` is why this interpreter cannot run it, or empty.
    """

    name: str
    sides: tuple[str, ...]
    kinds: frozenset[str]
    types: frozenset[str]
    holder: str | None
    lines: frozenset[int]
    functions: frozenset[str]
    is_native: bool
    all_types: bool
    budget: float
    leak_verdicts: frozenset[str]
    clean_verdicts: frozenset[str]
    skip: str

    def verdicts(self, side: str) -> frozenset[str]:
        return self.leak_verdicts if side == "leak" else self.clean_verdicts


@dataclass(frozen=True, slots=True)
class Named:
    """What one finding names."""

    kind: str
    type_name: str | None
    holder: str | None
    site: str | None


NOTHING = Named("", None, None, None)


@dataclass(frozen=True, slots=True)
class Result:
    """What the command said of one side. ``verdict`` is ``error`` when it said none; ``seconds`` is the whole command's
    time, ``check_seconds`` that of the check in it."""

    shape: str
    side: str
    verdict: str
    findings: tuple[Named, ...]
    seconds: float
    check_seconds: float
    report: str

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(finding.kind for finding in self.findings)

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(finding.type_name for finding in self.findings if finding.type_name)

    @property
    def holders(self) -> tuple[str, ...]:
        return tuple(finding.holder for finding in self.findings if finding.holder)

    @property
    def sites(self) -> tuple[str, ...]:
        return tuple(finding.site for finding in self.findings if finding.site)


@dataclass(frozen=True, slots=True)
class Score:
    """Which of a report's answers are right; ``None`` where the shape asks for none."""

    verdict: bool
    kind: bool | None = None
    type: bool | None = None
    holder: bool | None = None
    site: bool | None = None

    @property
    def wrong(self) -> tuple[str, ...]:
        """The names of what is wrong."""
        return tuple(name for name in self.__slots__ if getattr(self, name) is False)


# --- reading shapes ---------------------------------------------------------------------------------------------------


def read_shapes(names: Iterable[str] = ()) -> list[Shape]:
    """The named shapes, or all of them."""
    wanted = list(names) or sorted(path.stem for path in SHAPES.glob("*.py"))
    return [read_shape(name) for name in wanted]


def read_shape(name: str) -> Shape:
    """Reads the constants and the marks of one file."""
    text = (SHAPES / f"{name}.py").read_text(encoding="utf-8")
    tree = ast.parse(text)
    values = constants(tree)
    functions = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]
    lines = frozenset(number for number, line in enumerate(text.splitlines(), 1) if line.endswith(MARK))
    return Shape(
        name=name,
        sides=tuple(side for side in SIDES if any(node.name == side for node in functions)),
        kinds=frozenset(values.get("KINDS", ())),
        types=frozenset(values.get("TYPES", ())),
        holder=values.get("HOLDER"),
        lines=lines,
        functions=frozenset(_function_at(tree, line) for line in lines),
        is_native=bool(values.get("NATIVE", False)),
        all_types=bool(values.get("ALL_TYPES", False)),
        budget=float(values.get("BUDGET", DEFAULT_BUDGET)),
        leak_verdicts=frozenset(values.get("LEAK_VERDICTS", {"leak"})),
        clean_verdicts=frozenset(values.get("CLEAN_VERDICTS", {"no_leak"})),
        skip=_skip_reason(values),
    )


def constants(tree: ast.Module) -> dict[str, Any]:
    """The values of the upper-case names that are bound to literals at module level, and ``ONLY``, a lambda."""
    found: dict[str, Any] = {}
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name, value = node.targets[0].id, node.value
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            name, value = node.target.id, node.value
        else:
            continue
        if name == "ONLY":
            found[name] = eval(compile(ast.Expression(value), name, "eval"), {})
        elif name.isupper():
            with contextlib.suppress(ValueError):  # a container of the shape's own
                found[name] = ast.literal_eval(value)
    return found


def _function_at(tree: ast.Module, line: int) -> str:
    """The innermost function around a line; a class body counts, as it does in a traceback."""
    best: ast.FunctionDef | ast.AsyncFunctionDef | None = None
    for node in ast.walk(tree):
        if (
            isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            and node.lineno <= line <= (node.end_lineno or line)
            and (best is None or node.lineno >= best.lineno)
        ):
            best = node
    return best.name if best else "<module>"


def _skip_reason(values: dict[str, Any]) -> str:
    version = sys.version_info
    least = values.get("PYTHONS")
    if least is not None and version[:2] < tuple(least):
        return f"needs Python {'.'.join(map(str, least))}"
    only = values.get("ONLY")
    if only is not None and not only(version):
        return "not on this Python"
    missing = [name for name in values.get("REQUIRES", ()) if importlib.util.find_spec(name) is None]
    return f"needs {', '.join(missing)}" if missing else ""


# --- running and judging ----------------------------------------------------------------------------------------------


def run_side(shape: Shape, side: str) -> Result:
    """Runs ``leakscope check`` on one side, as a user does: in a process of its own, in the shape's folder."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "report.json"
        command = [sys.executable, "-m", "leakscope", "check", f"{shape.name}:{side}", "--json", str(path)]
        if shape.budget != DEFAULT_BUDGET:
            command += ["--budget", str(shape.budget)]
        started = time.perf_counter()
        try:
            done = subprocess.run(
                command,
                cwd=SHAPES,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                timeout=shape.budget + GRACE_SECONDS,
            )
            said = done.stderr.decode(errors="replace")
        except subprocess.TimeoutExpired as expired:
            said = f"no answer within {expired.timeout:.0f} s"
        seconds = time.perf_counter() - started
        if not path.exists():
            return Result(shape.name, side, "error", (), seconds, seconds, said)
        report = Report.load(path)
        data = json.loads(path.read_text(encoding="utf-8"))
    findings = tuple(Named(row["kind"], row["type_name"], row["holder"], row["site"]) for row in data["findings"])
    return Result(shape.name, side, data["verdict"], findings, seconds, data["seconds"], str(report))


def judge(shape: Shape, result: Result) -> Score:
    """Compares a report with what the shape expects. The first finding is what a reader acts on: it must be of an
    expected kind and name type, holder and site. Only where it counts handles, which have none of these, another
    finding may: the one that has most of them right."""
    verdict = result.verdict in shape.verdicts(result.side)
    if result.side == "clean":
        return Score(verdict)
    kind = bool(result.kinds) and result.kinds[0] in shape.kinds
    counts_handles = bool(result.kinds) and result.kinds[0] in HANDLE_KINDS
    candidates = result.findings if counts_handles else result.findings[:1]
    scores = [_names(shape, finding) for finding in candidates if finding.kind in shape.kinds]
    type_name, holder, site = max(scores or [_names(shape, NOTHING)], key=lambda score: sum(map(bool, score)))
    if shape.all_types:
        type_name = shape.types <= set(result.types)
    return Score(verdict, kind, type_name, holder, site)


def _names(shape: Shape, finding: Named) -> tuple[bool | None, bool | None, bool | None]:
    type_name = finding.type_name in shape.types if shape.types else None
    holder = shape.holder in (finding.holder or "") if shape.holder is not None else None
    return type_name, holder, _site(shape, finding.site) if shape.lines else None


def _site(shape: Shape, site: str | None) -> bool:
    """A native leak must name the function; any other the marked line."""
    found = _SITE.search(site or "")
    if found is None or not found["file"].endswith(f"{shape.name}.py"):
        return False
    if shape.is_native:
        return (found["function"] or "").rpartition(".")[2] in shape.functions
    return int(found["line"]) in shape.lines


@contextlib.contextmanager
def busy_cores(count: int = 2) -> Iterator[None]:
    """Keeps that many cores busy with processes that spin."""
    spinning = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


# --- the command line -------------------------------------------------------------------------------------------------


def main() -> int:
    """Runs the named shapes, or all; prints one line per side and a summary; 1 when anything was wrong."""
    parser = argparse.ArgumentParser(description="Run shapes of the zoo through leakscope check.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="shapes to run (default: all)")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="runs of each side (default 1)")
    parser.add_argument("--busy", action="store_true", help="keep two cores busy meanwhile")
    parser.add_argument("--side", choices=SIDES, help="run this side only")
    parser.add_argument("--jobs", type=int, default=JOBS, metavar="N", help=f"sides at a time (default {JOBS})")
    parser.add_argument("--reports", action="store_true", help="print the whole report of each wrong side")
    options = parser.parse_args()
    shapes = {shape.name: shape for shape in read_shapes(options.names)}
    for shape in shapes.values():
        if shape.skip:
            print(f"skipped    {shape.name}: {shape.skip}")
    sides = [
        (shape, side)
        for shape in shapes.values()
        for side in shape.sides
        if not shape.skip and options.side in (None, side)
    ] * options.runs
    scored: list[tuple[Result, Score]] = []
    with (
        busy_cores() if options.busy else contextlib.nullcontext(),
        concurrent.futures.ThreadPoolExecutor(options.jobs) as pool,
    ):
        for result in pool.map(lambda pair: run_side(*pair), sides):
            score = judge(shapes[result.shape], result)
            scored.append((result, score))
            print(_line(result, score), flush=True)
            if options.reports and score.wrong:
                print(result.report, flush=True)
    print(summary(scored))
    return any(score.wrong for _, score in scored)


def _line(result: Result, score: Score) -> str:
    mark = f"WRONG {', '.join(score.wrong)}" if score.wrong else "right"
    said = result.verdict
    if result.findings and (score.wrong or result.side == "leak"):
        first = result.findings[0]
        said += f": {first.kind} {first.type_name} in {first.holder} at {first.site}"
        said += f" (+{len(result.findings) - 1})" if len(result.findings) > 1 else ""
    elif result.verdict == "error":
        said += f": {' '.join(result.report.split())[:160]}"
    return f"{mark:<10} {result.shape}:{result.side} {result.seconds:.1f} s  {said}"


def summary(scored: list[tuple[Result, Score]]) -> str:
    """Found, false alarms, what was named, and the times, in a few lines."""
    leaks = [(result, score) for result, score in scored if result.side == "leak"]
    cleans = [(result, score) for result, score in scored if result.side == "clean"]
    named = []
    for part in ("kind", "type", "holder", "site"):
        asked = [getattr(score, part) for _, score in leaks if getattr(score, part) is not None]
        if asked:
            named.append(f"{part} {sum(asked)} of {len(asked)} ({100 * sum(asked) / len(asked):.0f} %)")
    seconds = [result.seconds for result, _ in scored] or [0.0]
    checks = [result.check_seconds for result, _ in scored] or [0.0]
    return "\n".join(
        (
            f"found {sum(score.verdict for _, score in leaks)} of {len(leaks)} leaks; "
            f"{sum(result.verdict == 'leak' for result, _ in cleans)} false alarms and "
            f"{sum(not score.verdict for _, score in cleans)} wrong verdicts on {len(cleans)} clean sides",
            f"named right: {', '.join(named) or 'nothing asked'}",
            f"the command took {statistics.median(seconds):.1f} s in the median and {max(seconds):.1f} s at most, "
            f"the check in it {statistics.median(checks):.1f} s and {max(checks):.1f} s",
        )
    )


if __name__ == "__main__":
    sys.exit(main())
