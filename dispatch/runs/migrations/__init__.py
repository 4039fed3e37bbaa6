"""The steps from one version of the tables to the next; `dispatch.runs.migrate` takes them."""
