"""The example data set: public facts of the programme, and generated projects around them.

No result of a real municipality is invented. `generate` makes the example from the public rows
and a seed; `write_example` writes it over the generated part of a data folder.
"""

from tools.example_data.assumptions import SEED
from tools.example_data.package import Example, generate, write_example
from tools.example_data.public import read_public

__all__ = ["SEED", "Example", "generate", "read_public", "write_example"]
