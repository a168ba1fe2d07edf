"""A cached method keeps each instance as part of its key; the twin's cached function is given the currency only."""

from __future__ import annotations

import functools


class Account:
    currency = "EUR"

    @functools.lru_cache(maxsize=None)  # noqa: B019, UP033 - this is the leak
    def fee(self) -> float:
        return rate_of(self.currency) * 2


@functools.lru_cache(maxsize=None)  # noqa: UP033
def rate_of(currency: str) -> float:
    return 0.5 if currency == "EUR" else 1.0


def leak() -> None:
    Account().fee()  # allocated here


def clean() -> None:
    rate_of(Account().currency)


KINDS = {"retained"}
TYPES = {"lru_cache_on_method.Account"}
HOLDER = "lru_cache_on_method.Account.fee"
