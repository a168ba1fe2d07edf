"""Measures in a child process, so that the target has an interpreter of its own and the parent owns the terminal."""
