"""REFI-QDA, the exchange format of tools for qualitative analysis (REFI-QDA 1.5, 2019).

Read leniently, with every fault and everything left behind listed; written strictly.
"""

from __future__ import annotations

from evaltools.qda.refi.read import read_refi
from evaltools.qda.refi.sources import looks_like_refi
from evaltools.qda.refi.validate import arrange_coding
from evaltools.qda.refi.write import write_qdc, write_qdpx

__all__ = ["arrange_coding", "looks_like_refi", "read_refi", "write_qdc", "write_qdpx"]
