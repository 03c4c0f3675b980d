"""Publishing: what must hold before a report leaves the house, and the bundle that leaves it."""
