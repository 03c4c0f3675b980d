"""Sweeps: one study under many parameters, the same numbers as builds and no kernel for each."""
