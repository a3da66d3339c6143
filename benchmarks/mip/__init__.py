"""The mixed-integer side: bound, plan and gap over time, variant by variant. `python -m benchmarks.mip`."""
