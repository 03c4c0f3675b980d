"""No time limit an example: a busy machine is no fault of the mathematics."""

from hypothesis import settings

settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
