"""What is published of the programmes, as data."""
