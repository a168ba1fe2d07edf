"""Numbers are formatted in every way there is."""

from __future__ import annotations

import itertools
import string

LETTER = string.Template("Dear $name, you owe $amount")
numbers = itertools.count()


def clean() -> None:
    number = next(numbers)
    text = f"{number:>12,} {number / 7:.3e} {number!r:*^20}"
    text += "{:x} {!s}".format(number, str(number)) + "%08.3f %s" % (number / 3, number)  # noqa: UP031, UP032
    LETTER.substitute(name=text, amount=number)
