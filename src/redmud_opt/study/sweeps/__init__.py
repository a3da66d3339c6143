"""Studies: one case solved many times with some of its numbers moved, and what that says of the decision.

reading      study file → Study, or faults with their places       ranges    what evidence says of a number
parameters   the cells of a parameter, and a case with them moved  designs   which members a study has
member       one member solved: a row                              executors serial, threads, processes, Dask
store        rows as they finish, in Parquet                       analysis  what the table says
"""
