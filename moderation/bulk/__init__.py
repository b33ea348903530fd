"""A step for many books at once: chosen in the list, confirmed on a page, then done.

`selections` keeps what was chosen, `plan` says what will happen to each, `running` does it: at once
for a few, in a job (`job`) for many. `steps` has what may be done.
"""
