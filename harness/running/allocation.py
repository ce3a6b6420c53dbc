"""How the C library hands out memory, set once, by the command."""

import ctypes
import sys

SETTINGS = {  # of glibc's malloc.h, by number: what it maps apart, what it gives back, what it asks for beside
    -3: 32 << 20,  # M_MMAP_THRESHOLD, the most that it takes
    -1: 512 << 20,  # M_TRIM_THRESHOLD
    -2: 16 << 20,  # M_TOP_PAD
}


def keep_memory() -> None:
    """Let the process keep the memory that its arrays leave. By default glibc gives large ones back to the kernel,
    which clears each of their pages again for the next. Where there is another C library, nothing is done.
    """
    if sys.platform == "linux" and (mallopt := getattr(ctypes.CDLL(None), "mallopt", None)) is not None:
        for setting, value in SETTINGS.items():
            mallopt(setting, value)
