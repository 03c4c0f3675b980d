"""Lets the tests of the printed formats import the samples that they share."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
