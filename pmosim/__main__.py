"""``python -m pmosim``: the same as the command ``pmosim``."""

from __future__ import annotations

from pmosim.cli import main

if __name__ == "__main__":
    main()
