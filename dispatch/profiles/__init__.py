"""
Weather, load and interchange of the model year, made by rule and seed.

Synthetic, never measured: `python -m dispatch.profiles` prints what it aims at and what it reaches, `--write`
writes the series of both grids beside their tables.
"""
