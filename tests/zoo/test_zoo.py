"""Every shape of the zoo through the real command: leaks are found and named, clean twins are not accused.

Owns the expectations' bookkeeping only; what a side is and how it is run and judged is ``zoo_run``'s.
"""

from __future__ import annotations

import ast
import concurrent.futures
from collections.abc import Callable, Iterator

import pytest
import zoo_run
from zoo_run import Result, Shape

SHAPES = {shape.name: shape for shape in zoo_run.read_shapes()}
SOAK_RUNS = 5
#: Shares of the leaks whose type, holder and allocation site must be named, and of the native ones the function.
LEAST_NAMED = {"type": 1.0, "holder": 0.95, "site": 0.95}
LEAST_NATIVE_NAMED = 0.9


def sides() -> list[object]:
    """One parameter per side, those that this interpreter cannot run marked so."""
    return [
        pytest.param(
            (shape.name, side),
            id=f"{shape.name}:{side}",
            marks=[pytest.mark.skip(reason=shape.skip)] if shape.skip else [],
        )
        for shape in SHAPES.values()
        for side in shape.sides
    ]


def start_selected(request: pytest.FixtureRequest, test: Callable[..., None], runs: int) -> Iterator[dict]:
    """Starts the sides of all selected cases of one test, two at a time, and gives the futures of their runs. The tests
    wait for theirs, so that a selection by ``-k`` runs no more than it needs."""
    with concurrent.futures.ThreadPoolExecutor(zoo_run.JOBS) as pool:
        futures = {}
        for item in request.session.items:
            key = getattr(item, "callspec", None) and item.callspec.params.get("side")
            if key and item.function is test and not SHAPES[key[0]].skip:
                futures[key] = [pool.submit(zoo_run.run_side, SHAPES[key[0]], key[1]) for _ in range(runs)]
        yield futures
        pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="module")
def results(request: pytest.FixtureRequest) -> Iterator[dict]:
    yield from start_selected(request, test_side, 1)


@pytest.fixture(scope="module")
def results_of_runs(request: pytest.FixtureRequest) -> Iterator[dict]:
    yield from start_selected(request, test_side_again_and_again, SOAK_RUNS)


@pytest.fixture(scope="module")
def results_when_busy(request: pytest.FixtureRequest) -> Iterator[dict]:
    with zoo_run.busy_cores():
        yield from start_selected(request, test_side_on_a_busy_machine, SOAK_RUNS)


def require_right(shape: Shape, result: Result) -> None:
    """Fails with what was expected and the whole report. What is named besides is counted over the whole zoo."""
    wrong = [name for name in zoo_run.judge(shape, result).wrong if name in ("verdict", "kind")]
    if wrong:
        expected = [f"verdict {' or '.join(sorted(shape.verdicts(result.side)))}"]
        if result.side == "leak":
            expected.append(f"kind {' or '.join(sorted(shape.kinds))}")
        pytest.fail(
            f"{shape.name}:{result.side}: wrong {', '.join(wrong)}\nexpected {', '.join(expected)}\n\n{result.report}",
            pytrace=False,
        )


def require_named(results: list[tuple[Shape, Result]]) -> None:
    """Fails with the sides that are not named, when they are too many."""
    scores = [(shape, zoo_run.judge(shape, result)) for shape, result in results if result.side == "leak"]
    for name, share in LEAST_NAMED.items():
        asked = [(shape.name, getattr(score, name)) for shape, score in scores if getattr(score, name) is not None]
        right = sum(is_right for _, is_right in asked)
        wrong = [shape for shape, is_right in asked if not is_right]
        assert right >= share * len(asked), f"{name} right in {right} of {len(asked)}, wrong: {', '.join(wrong)}"
    native = [(shape.name, score.site) for shape, score in scores if shape.is_native]
    wrong = [shape for shape, is_right in native if not is_right]
    assert len(wrong) <= (1 - LEAST_NATIVE_NAMED) * len(native), f"native functions not named: {', '.join(wrong)}"


@pytest.mark.zoo
@pytest.mark.parametrize("side", sides())
def test_side(side: tuple[str, str], results: dict) -> None:
    for future in results[side]:
        require_right(SHAPES[side[0]], future.result())


@pytest.mark.zoo
def test_leaks_are_named(results: dict) -> None:
    """Runs after the sides, so that it waits for none of its own."""
    finished = [(SHAPES[side[0]], future.result()) for side, futures in results.items() for future in futures]
    if len(finished) < len(SHAPES):
        pytest.skip("only some sides were selected")
    require_named(finished)


def test_the_zoo_is_large_and_every_leak_has_a_twin() -> None:
    leaking = [shape for shape in SHAPES.values() if "leak" in shape.sides]
    assert len(leaking) >= 50
    assert all("clean" in shape.sides for shape in SHAPES.values())
    assert sum(shape.sides == ("clean",) for shape in SHAPES.values()) >= 25


@pytest.mark.parametrize("name", SHAPES)
def test_expectations_are_well_formed(name: str) -> None:
    shape = SHAPES[name]
    text = (zoo_run.SHAPES / f"{name}.py").read_text(encoding="utf-8")
    values = zoo_run.constants(ast.parse(text))
    assert shape.leak_verdicts <= {"leak", "inconclusive"}
    assert shape.clean_verdicts <= {"no_leak", "inconclusive"}
    assert 0 < shape.budget <= 60
    # Every mark that a person would see is one that is read.
    assert text.count("allocated here") == len(shape.lines)
    assert ast.get_docstring(ast.parse(text))
    if "leak" in shape.sides:
        assert {"KINDS", "TYPES", "HOLDER"} <= values.keys()
        assert shape.kinds and shape.kinds <= zoo_run.ALL_KINDS
        assert all(type_name.strip() == type_name and type_name for type_name in shape.types)
        assert shape.holder is None or shape.holder
        assert "<module>" not in shape.functions
        # Whatever has a type was allocated on some line.
        assert shape.lines or not shape.types
        assert shape.lines or not shape.is_native
    else:
        assert not {"KINDS", "TYPES", "HOLDER", "NATIVE", "LEAK_VERDICTS"} & values.keys()
        assert not shape.lines


@pytest.mark.soak
@pytest.mark.parametrize("side", sides())
def test_side_again_and_again(side: tuple[str, str], results_of_runs: dict) -> None:
    for future in results_of_runs[side]:
        require_right(SHAPES[side[0]], future.result())


# Last in the file: from its first test on, the cores are busy until the module ends.
@pytest.mark.soak
@pytest.mark.parametrize("side", sides())
def test_side_on_a_busy_machine(side: tuple[str, str], results_when_busy: dict) -> None:
    for future in results_when_busy[side]:
        require_right(SHAPES[side[0]], future.result())
