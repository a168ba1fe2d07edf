"""The layers of leakscope as a table, and a checker that reads one module's source against it.
It knows sources only, so that the checker itself can be tested on invented ones.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

PACKAGE = "leakscope"

#: From the bottom up; imports go down only. Modules of one line do not know each other.
LAYERS: tuple[frozenset[str], ...] = (
    frozenset({"errors", "_env", "_format"}),
    frozenset({"settings"}),
    frozenset({"model"}),
    frozenset({"analysis", "codec", "sensors", "heap"}),
    frozenset({"render"}),
    frozenset({"results"}),
    frozenset(
        {
            "snapshots", "collecting", "probing", "checking", "measuring",
            "background", "block_measuring", "driving", "explaining", "causes", "grown_object", "garbage_cycles",
            "holder_paths", "native_sites", "partial_reports", "targets", "why", "graphs", "watching",
        }
    ),
    frozenset({"runner"}),
    frozenset({"cli", "pytest_plugin", "unittest_mixin", "integrations"}),
)  # fmt: skip

#: The live half touches the process; the pure half works on detached values; only the joining modules know both.
LIVE = frozenset({"sensors", "heap"})
PURE = frozenset({"analysis", "codec", "render", "results"})
JOINING = LAYERS[6]
SHELLS = LAYERS[8]
KNOWN = frozenset().union(*LAYERS)

PROBING_MODULES = frozenset({"gc", "tracemalloc", "psutil", "ctypes", "objgraph"})
CLOCK_MODULES = frozenset({"time", "os"})
MAY_PROBE = LIVE | JOINING
MAY_READ_CLOCK = MAY_PROBE | SHELLS | {"_env", "settings", "runner", "render.terminal"}

#: Modules that may import what their layer may not, each with what. Keep it short and say why.
EXCEPTIONS: dict[str, frozenset[str]] = {
    # save() makes its file with mode 0600 and renames it into place, so that nothing is left half-written.
    "results": frozenset({"os"}),
    # The demo's leaky service leaks native memory on purpose, through ctypes' malloc.
    "cli.demo_service": frozenset({"ctypes"}),
}

VAGUE_NAMES = frozenset({"utils", "util", "helpers", "helper", "manager", "common", "misc"})


@dataclass(frozen=True)
class Import:
    """One imported module, absolute, and the line it is imported on."""

    module: str
    line: int
    at_top_level: bool


def layer_of(part: str) -> int | None:
    """The index of the line that a top-level module or package of leakscope is on."""
    return next((index for index, names in enumerate(LAYERS) if part in names), None)


def check_module(name: str, source: str, modules: frozenset[str], *, is_package: bool = False) -> list[str]:
    """Everything that is wrong with one module: ``name`` is relative to the package (``"heap.census"``; ``""`` is the
    package itself), ``modules`` are the names of all modules, relative likewise."""
    tree = ast.parse(source)
    imports = list(_imports(tree, name, modules, is_package=is_package))
    return [
        f"{PACKAGE}{'.' * bool(name)}{name}{problem}"
        for problem in (
            *_docstring_problems(tree),
            *_name_problems(name),
            *(_root_problems(imports) if name == "" else _import_problems(name, imports)),
        )
    ]


def _docstring_problems(tree: ast.Module) -> Iterator[str]:
    text = ast.get_docstring(tree)
    if not text:
        yield ": has no docstring; say in one to three sentences what it does and what it does not touch"
    elif (sentences := len(_sentences(text))) > 3:
        yield f": its docstring has {sentences} sentences, three are the most; the rest belongs beside the code"


def _sentences(text: str) -> list[str]:
    # A stop inside a name (`gc.garbage`), a number (3.12) or after an abbreviation does not end a sentence.
    text = re.sub(r"``.*?``|\b(e\.g|i\.e|etc|vs)\.", "name", text, flags=re.DOTALL)
    return [part for part in re.split(r"[.!?][\"')\]]*(?:\s+|$)", text) if part.strip()]


def _name_problems(name: str) -> Iterator[str]:
    for part in name.split("."):
        if part.strip("_") in VAGUE_NAMES:
            yield f": {part!r} says nothing about what is inside; name it after its job"


def _root_problems(imports: list[Import]) -> Iterator[str]:
    for found in imports:
        if found.at_top_level and found.module.split(".")[0] == PACKAGE:
            yield f":{found.line}: imports {found.module} eagerly; the root loads nothing, list it in _EXPORTS"


def _import_problems(name: str, imports: list[Import]) -> Iterator[str]:
    own = name.split(".")[0]
    if own == "__main__":
        own = "cli"
    if layer_of(own) is None:
        yield f": {own!r} is not in the table LAYERS of tests/layers.py; add it to the line it belongs on"
        return
    for found in imports:
        first, _, rest = found.module.partition(".")
        problem = _inside_problem(own, rest) if first == PACKAGE else _outside_problem(name, first)
        if problem:
            yield f":{found.line}: imports {found.module}: {problem}"


def _inside_problem(own: str, target: str) -> str | None:
    """What is wrong with a module of ``own`` importing ``target``, relative to the package; ``""`` is its root."""
    line, other = layer_of(own), target.split(".")[0]
    assert line is not None
    if other == own:
        return None
    if other == "":
        is_high = line >= len(LAYERS) - 2
        return None if is_high else "take the name from the module that defines it, the root is for users"
    other_line = layer_of(other)
    if other_line is None:
        return f"{other!r} is not in the table LAYERS of tests/layers.py; add it to the line it belongs on"
    if other_line > line:
        return f"imports go down only, and {other} is above {own}"
    if other_line == line and own not in JOINING:
        return f"{own} and {other} are on one line and do not know each other"
    if own in PURE and other in LIVE:
        return f"{own} is of the pure half, {other} touches live objects; only the joining modules know both"
    return None


def _outside_problem(name: str, module: str) -> str | None:
    if module in EXCEPTIONS.get(name, ()):
        return None
    if module in PROBING_MODULES and not _is_within(name, MAY_PROBE):
        return f"only sensors, heap and the joining modules use {module}"
    if module in CLOCK_MODULES and not _is_within(name, MAY_READ_CLOCK):
        return f"only the impure modules use {module}"
    return None


def _is_within(name: str, allowed: frozenset[str]) -> bool:
    name = "cli" if name == "__main__" else name
    return any(name == item or name.startswith(item + ".") for item in allowed)


def _imports(tree: ast.Module, name: str, modules: frozenset[str], *, is_package: bool) -> Iterator[Import]:
    """Every import, at any depth and under TYPE_CHECKING too, and ``import_module("...")`` with a literal."""
    loaded_at_import = {id(node) for node in _nodes_run_at_import(tree)}
    for node in ast.walk(tree):
        for module in _imported_by(node, name, modules, is_package=is_package):
            yield Import(module, getattr(node, "lineno", 0), id(node) in loaded_at_import)


def _imported_by(node: ast.AST, name: str, modules: frozenset[str], *, is_package: bool) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        base = _absolute(node, name, is_package=is_package)
        for alias in node.names:
            # `from leakscope import heap` imports leakscope.heap, `from leakscope import collect` the root.
            inner = f"{base}.{alias.name}"
            yield inner if inner.partition(".")[2] in modules and base.split(".")[0] == PACKAGE else base
    elif isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if called in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
            yield node.args[0].value


def _absolute(node: ast.ImportFrom, name: str, *, is_package: bool) -> str:
    if not node.level:
        return node.module or ""
    parts = [PACKAGE, *name.split(".")] if name else [PACKAGE]
    up = node.level - is_package
    return ".".join([*parts[: len(parts) - up], *([node.module] if node.module else [])])


def _nodes_run_at_import(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            continue
        yield child
        yield from _nodes_run_at_import(child)
