"""Measurements. `make bench` runs them all; each number stands beside its baseline from the same run."""
