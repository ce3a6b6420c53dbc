"""Learning problems: models and the data that they are fitted to, with a train, validation and test split."""
