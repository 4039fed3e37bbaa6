"""What was recorded, solved again: the differences that matter, and those that do not."""
