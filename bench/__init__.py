"""Benchmarks: our engine and its peers, each run in a child process of its own. No part of the tests."""
