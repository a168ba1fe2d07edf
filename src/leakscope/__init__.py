"""leakscope finds memory leaks: does it leak, what grows, where was it allocated, and what keeps it alive."""
