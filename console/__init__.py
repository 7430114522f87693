"""The faces: the command line and the pages people work with."""
