"""What is asked: the case of the caller, the facts of the grid, and the inputs that the two give together."""
