"""Reserved for the pytest plugin: the entry point is taken, so that a later version can add marker, fixture and options
without a change of installation. It defines no hook and imports nothing.
"""
