"""Detached values: frozen dataclasses of names, counts, sizes and ids. Nothing here holds or touches a live object."""
