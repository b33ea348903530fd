"""Open Library's monthly dumps: from gzip files to staging tables, and from there to the catalog.

A dump is a handful of files of one month (external-services.md, section 2.5). `files` finds and
checks them, `staging` reads one of them into the tables of `schema`, in a process of its own and
without touching what readers see: `lines` unpacks, `records` makes rows of what `shapes` decodes.
"""
