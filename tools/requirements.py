"""Write requirements.txt and requirements-dev.txt from pyproject.toml, every package pinned and with its hashes.

    python tools/requirements.py                   raise nothing that is already pinned
    python tools/requirements.py --upgrade         raise everything as far as pyproject.toml allows
    python tools/requirements.py --upgrade NAME    raise one package

The resolver (uv) is installed into an environment that is thrown away afterwards. The files hold one set of pins for
all systems and Python versions; they name no package index, so that every installation uses its own.
"""

import subprocess
import sys
import tempfile
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
COMPILE = (
    "pip",
    "compile",
    "pyproject.toml",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-header",
)


def main(arguments: list[str]) -> int:
    """Write both files; exit status 2 for arguments that are not understood."""
    if arguments and (arguments[0] != "--upgrade" or len(arguments) > 2):
        print(__doc__)
        return 2
    raised = [f"--upgrade-package={arguments[1]}"] if len(arguments) == 2 else arguments
    with tempfile.TemporaryDirectory() as folder:
        venv.create(folder, with_pip=True)
        programs = Path(folder) / "bin"
        subprocess.run([programs / "pip", "install", "--quiet", "uv"], check=True)
        compile_pins(programs / "uv", [*raised, "--output-file=requirements.txt"])
        # The second file holds the first one's pins and more, so that ./run and ./test share an environment.
        dev = ["--extra=dev", "--constraints=requirements.txt", "--output-file=requirements-dev.txt"]
        compile_pins(programs / "uv", [*raised, *dev])
    return 0


def compile_pins(uv: Path, options: list[str]) -> None:
    """Resolve pyproject.toml into one requirement file."""
    print(options[-1].removeprefix("--output-file="), flush=True)
    subprocess.run([uv, *COMPILE, *options], cwd=ROOT, check=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
