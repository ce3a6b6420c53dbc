"""What the harness says of its objectives, checked."""
