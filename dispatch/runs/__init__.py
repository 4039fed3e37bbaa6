"""Runs and studies, kept: durable before anything is answered, taken by one worker at a time, ended once."""
