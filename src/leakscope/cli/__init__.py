"""The command line: ``main`` parses, one module per verb does the work, and every error becomes one message and an
exit code here. Exit codes: 0 no leak, 1 leak, 2 usage or tool error, 3 inconclusive.
"""

from __future__ import annotations

import argparse
import signal
import sys
import traceback
from collections.abc import Sequence

from leakscope import __version__
from leakscope.cli import run_check, run_demo, run_doctor, run_why
from leakscope.errors import LeakscopeError
from leakscope.render.terminal import Terminal
from leakscope.runner.parent import TargetFailed

VERBS = (run_demo, run_check, run_why, run_doctor)
EXIT_ERROR = 2


def main(argv: Sequence[str] | None = None) -> int:
    """Runs the command line; gives the exit code."""
    parser = _parser()
    options = parser.parse_args(argv)
    terminal = Terminal(sys.stderr)
    _listen_for_interrupts()
    try:
        return int(options.run(options, terminal))
    except (LeakscopeError, TargetFailed) as error:
        if isinstance(error, TargetFailed) and error.trace:
            terminal.text(error.trace.rstrip(), style="dim")
        terminal.text(f"leakscope: {error}")
    except KeyboardInterrupt:
        terminal.text("leakscope: interrupted")
    except Exception as error:  # a defect of ours must not end with the code that means "leak"
        terminal.text(
            "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip(), style="dim"
        )
        terminal.text(f"leakscope: this is a defect of leakscope, please report it ({type(error).__name__})")
    finally:
        terminal.end_progress()
    return EXIT_ERROR


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="leakscope",
        description="Finds memory leaks: does it leak, what grows, where was it allocated, what keeps it alive.",
        epilog="exit codes: 0 no leak, 1 leak, 2 usage or tool error, 3 inconclusive",
    )
    parser.add_argument("--version", action="version", version=f"leakscope {__version__}")
    verbs = parser.add_subparsers(metavar="COMMAND", required=True)
    for verb in VERBS:
        verb.add_parser(verbs)
    return parser


def _listen_for_interrupts() -> None:
    """Each of these ends a check with a report of what was seen; a hang-up that `nohup` set aside stays so."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and not (name == "SIGHUP" and signal.getsignal(number) is signal.SIG_IGN):
            signal.signal(number, _interrupt)


def _interrupt(signum: int, frame: object) -> None:
    raise KeyboardInterrupt
