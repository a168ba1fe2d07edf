"""Live objects: finding, counting, naming and tracing them without running any code of theirs.
What leaves this package is names, counts, sizes and ids.
"""
