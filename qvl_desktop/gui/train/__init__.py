"""The Train page: the plan's form, the list of runs, and the view of one run.

Owns what is shown of training. Does not own runs (`jobs.runs`, `jobs.training`) or plans (`core.plan`).
"""
