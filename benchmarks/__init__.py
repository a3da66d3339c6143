"""Timings of the modelling layer against its peers, on demand: `python -m benchmarks` (or `make bench`)."""
