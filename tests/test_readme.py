"""The examples of README.md and docs/*.md run, and the commands they show exit as they should.

- A ```python block runs in a fresh interpreter; one with ``>>>`` by doctest.
- A ```python block whose first line is ``# name.py`` is written to that file, for the blocks below it.
- In ```console and ```sh blocks each line ``$ leakscope ...`` (also ``$ .venv/bin/leakscope``) is run. It may exit
  with 0, 1 or 3; with 2, the usage error, only where ``<!-- exits with 2 -->`` stands directly above the block.
- ``<!-- not run: reason -->`` directly above a block leaves it out.

The blocks of one page share a temporary folder.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

PROJECT = Path(__file__).parent.parent
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]

BLOCK = re.compile(r"^(?P<indent> *)```(?P<language>\w+)[^\n]*\n(?P<code>.*?)^(?P=indent)```", re.MULTILINE | re.DOTALL)
MARKER = re.compile(r"<!-- (?P<text>(?:not run: \S|exits with 2).*?) -->\s*\Z")
COMMAND = re.compile(r"^\$ (?:\.venv/bin/)?leakscope\b(?P<arguments>(?:.*\\\n)*.*)$", re.MULTILINE)
FILE_NAME = re.compile(r"\A# (?P<name>\w+\.py)\b")
TIMEOUT_SECONDS = 120


@dataclass(frozen=True)
class Block:
    """One fenced block: its language, code, line in the page, and the text of the marker above it."""

    language: str
    code: str
    line: int
    marker: str

    @property
    def is_run(self) -> bool:
        return not self.marker.startswith("not run")


def blocks(text: str) -> list[Block]:
    found = []
    for match in BLOCK.finditer(text):
        above = MARKER.search(text[: match.start()])
        indent = match["indent"]
        code = "".join(line.removeprefix(indent) for line in match["code"].splitlines(keepends=True))
        line = text.count("\n", 0, match.start()) + 1
        found.append(Block(match["language"], code, line, above["text"] if above else ""))
    return found


def run_block(block: Block, folder: Path) -> list[str]:
    """The problems, each a message; empty when everything ran as it should."""
    if not block.is_run:
        return []
    if block.language in {"python", "pycon"}:
        return _run_python(block, folder)
    if block.language in {"console", "sh"}:
        return _run_commands(block, folder)
    return []


def _run_python(block: Block, folder: Path) -> list[str]:
    if ">>> " in block.code:
        (folder / "example.txt").write_text(block.code, encoding="utf-8")
        code, output = _run(["-m", "doctest", "-o", "ELLIPSIS", "-o", "NORMALIZE_WHITESPACE", "example.txt"], folder)
        return [f"doctest failed:\n{output}"] if code else []
    named = FILE_NAME.match(block.code)
    file = folder / (named["name"] if named else "example.py")
    file.write_text(block.code, encoding="utf-8")
    code, output = _run([file.name], folder)
    return [f"exited with {code}:\n{output}"] if code else []


def _run_commands(block: Block, folder: Path) -> list[str]:
    expected = {2} if block.marker.startswith("exits with 2") else {0, 1, 3}
    problems = []
    for command in COMMAND.finditer(block.code):
        arguments = shlex.split(command["arguments"].replace("\\\n", " "), comments=True)
        code, output = _run(["-m", "leakscope", *arguments], folder)
        if code not in expected:
            problems.append(f"{command[0]!r} exited with {code}, not {sorted(expected)}:\n{output}")
    return problems


def _run(arguments: list[str], folder: Path) -> tuple[int, str]:
    # A terminal of 80 columns, as a reader has it, and no colours.
    environment = {**os.environ, "COLUMNS": "80", "NO_COLOR": "1", "PYTHONIOENCODING": "utf-8"}
    environment.pop("FORCE_COLOR", None)
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        timeout=TIMEOUT_SECONDS,
    )
    return done.returncode, done.stdout


def test_there_is_a_readme() -> None:
    assert PAGES[0].is_file()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_examples_of_the_page_run(page: Path, tmp_path: Path) -> None:
    # One test per page, because a block may need the files of the blocks above it.
    problems = [
        f"{page.name}:{block.line}: {problem}"
        for block in blocks(page.read_text(encoding="utf-8"))
        for problem in run_block(block, tmp_path)
    ]
    assert not problems, "\n".join(["", *problems])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_fence_of_the_page_is_closed(page: Path) -> None:
    assert len(re.findall(r"^ *```", page.read_text(encoding="utf-8"), flags=re.MULTILINE)) % 2 == 0


# --- the reader itself -----------------------------------------------------------------------------------------------

INVENTED = """
```python
assert 1 + 1 == 3
```
<!-- not run: needs a server -->
```python
assert False
```
1. in a list:

   ```python
   # service.py
   CACHE = {}
   ```

   ```python
   import service
   print(service.CACHE)
   ```

```pycon
>>> import service
>>> 1 + 1
3
```
"""


def test_reader_finds_blocks_markers_and_indents() -> None:
    found = blocks(INVENTED)
    assert [block.line for block in found] == [2, 6, 11, 16, 21]
    assert [block.is_run for block in found] == [True, False, True, True, True]
    assert found[2].code == "# service.py\nCACHE = {}\n"


def test_reader_tells_a_failing_block_and_a_wrong_doctest(tmp_path: Path) -> None:
    first, left_out, written, using, doctest = (run_block(block, tmp_path) for block in blocks(INVENTED))
    assert "AssertionError" in first[0]
    assert left_out == written == using == []
    assert "Expected:\n    3\nGot:\n    2" in doctest[0]


def test_reader_runs_commands_and_judges_their_exit_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    def run(arguments: list[str], folder: Path) -> tuple[int, str]:
        ran.append(arguments[2:])
        return (2 if "chekc" in arguments else 1), "output"

    monkeypatch.setattr(sys.modules[__name__], "_run", run)
    block = "```console\n$ leakscope why a:f \\\n  --json - # so\nLEAK\n$ make demo\n$ .venv/bin/leakscope chekc\n```\n"
    [problem] = run_block(blocks(block)[0], tmp_path)
    assert ran == [["why", "a:f", "--json", "-"], ["chekc"]]
    assert "exited with 2" in problem
    assert run_block(blocks("<!-- exits with 2 -->\n```sh\n$ leakscope chekc\n```\n")[0], tmp_path) == []
