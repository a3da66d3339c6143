"""How quick the app is, and what it costs: `python -m benchmarks.app`."""
