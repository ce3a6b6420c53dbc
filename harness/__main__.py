from harness.command import entry

entry()
