"""Names of the array types that the statistics use."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
Weights = npt.NDArray[np.uint16]
