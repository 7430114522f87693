"""The one door: every request to an entity, and every reading of the records, passes here."""
