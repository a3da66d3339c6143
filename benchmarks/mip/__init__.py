"""How strong the mixed-integer side is: bound, plan and gap over time, variant by variant: `python -m benchmarks.mip`."""
