"""The mathematics: variables, rows and cost as plain arrays."""
