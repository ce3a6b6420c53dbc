"""Numbers where JSON has none."""

import math
from typing import Any


def plain(value: Any) -> Any:
    """JSON has no inf and nan: they become text.

    >>> plain({"low": -math.inf, "cells": (1.5, math.nan)})
    {'low': '-inf', 'cells': [1.5, 'nan']}
    """
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value
