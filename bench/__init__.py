"""What matters, measured beside floors of the same run: `python -m bench`. How to read it: `docs/benchmarks.md`."""
