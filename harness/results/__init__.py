"""What a training leaves: traces and trials while they live, rows and files afterwards, and the one reader of them."""
