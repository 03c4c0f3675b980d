"""What contributors and the examples need, and evaluators do not: it is not in the wheel."""
