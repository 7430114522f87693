"""Letters: their wording in two languages, how they are sent, and the office that sees to it."""
