"""`python -m harness`."""

import signal

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # until the command takes over, Ctrl-C ends us without a traceback
    from harness.command import entry

    entry()
