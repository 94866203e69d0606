"""Benchmarks: how fast pmosim is, as ratios measured in one run. See README.md."""
