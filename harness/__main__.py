"""`python -m harness`."""

from harness.command import entry

if __name__ == "__main__":
    entry()
