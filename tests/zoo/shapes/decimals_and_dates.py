"""Decimal, fraction and date arithmetic with numbers that are always new."""

from __future__ import annotations

import datetime
import decimal
import fractions
import itertools

numbers = itertools.count(1)


def clean() -> None:
    number = next(numbers)
    with decimal.localcontext() as context:
        context.prec = 40
        decimal.Decimal(number) / decimal.Decimal(7)
    fractions.Fraction(number, number + 1) + fractions.Fraction(1, 3)
    day = datetime.datetime(2026, 1, 1) + datetime.timedelta(minutes=number)
    datetime.datetime.fromisoformat(day.isoformat())
