"""Where `tandem` and `python -m console` begin."""

import sys

INTERRUPTED = 130


def main() -> None:
    try:
        from console.cli import main as tandem
    except KeyboardInterrupt:  # the rest is still being read, which takes a moment; nothing is lost
        sys.exit(INTERRUPTED)
    tandem()


if __name__ == "__main__":
    main()
