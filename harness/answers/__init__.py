"""What numbers mean: statistics and exact tests as pure functions of arrays, which know no file and no run."""
