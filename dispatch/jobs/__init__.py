"""Runs, executed: claimed, solved in a child process, finished once."""
