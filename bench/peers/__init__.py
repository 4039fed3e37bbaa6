"""One script for each peer. A script takes one case and writes one line of JSON on stdout."""
