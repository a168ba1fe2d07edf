"""``python -m leakscope``."""

from __future__ import annotations

import sys

from leakscope.cli import main

sys.exit(main())
