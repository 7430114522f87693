"""`python -m console` is `tandem`."""

from console.cli import main

main()
