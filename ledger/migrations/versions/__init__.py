"""One file for each step a ledger takes from version to version, oldest first."""
