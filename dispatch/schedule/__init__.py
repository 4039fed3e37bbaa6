"""What was decided, and what is told of it."""
