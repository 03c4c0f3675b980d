"""Makes the helpers of this folder, such as `claims_by_hand`, importable by its tests."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
