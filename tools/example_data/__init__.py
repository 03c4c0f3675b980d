"""The example data set: public facts of the programme, and generated projects around them.

No result of a real municipality is invented. `generate` makes the example from the public rows
and a seed; `write_example` writes it over the generated part of a data folder.
"""

from evaltools.example.assumptions import SEED
from evaltools.example.package import Example, generate, write_example
from evaltools.example.public import read_public

__all__ = ["SEED", "Example", "generate", "read_public", "write_example"]
