"""`python -m permitflow`: the `permitflow` command where only the interpreter is at hand."""

from __future__ import annotations

from permitflow.cli import main

if __name__ == "__main__":
    main()
