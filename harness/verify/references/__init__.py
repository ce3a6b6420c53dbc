"""What is compared with what: read by the recorder, the tests and the live comparison."""
