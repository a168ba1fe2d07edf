"""psleak as its README says: a test case that calls ``execute()``, with the environment that it recommends."""

from __future__ import annotations

import sys
import unittest

from psleak import MemoryLeakTestCase
from target import target

FUNCTION = target()


class TestLeaks(MemoryLeakTestCase):
    def test_target(self) -> None:
        self.execute(FUNCTION)


if __name__ == "__main__":
    unittest.main(testRunner=unittest.TextTestRunner(stream=sys.stdout))
