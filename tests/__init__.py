"""BLAS gets one thread, as in training: before NumPy is imported, so that no test's cores spin for another's."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
