"""The calendar: every entity as a workflow that waits, asks the domain, and has the answer recorded."""
