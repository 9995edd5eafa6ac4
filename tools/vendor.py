"""Fetch the browser libraries that are kept in the repository, exactly as their vendor.toml records them.

    python tools/vendor.py            fetch every file again and check it against its recorded hash
    python tools/vendor.py --record   the same, but write the hashes down: after adding a file or raising a version

Needs npm; nobody else does, for the fetched files are committed. Each package is a table of a vendor.toml:

    [[package]]
    name, version, licence    as npm knows them
    folder                    where the files go, beside the vendor.toml
    integrity                 npm's hash of the whole package, "sha512-..."
    [package.files]           path inside the package = sha256; a leading "dist/" is dropped when kept
"""

import base64
import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LISTS = (ROOT / "permitflow/static/vendor/vendor.toml", ROOT / "tests/vendor/vendor.toml")


def kept_path(listing: Path, package: dict[str, Any], source: str) -> Path:
    """Where a file of a package is kept."""
    return listing.parent / str(package["folder"]) / source.removeprefix("dist/")


def main(arguments: list[str]) -> int:
    """Fetch all packages; exit status 1 when something does not match its record."""
    if arguments not in ([], ["--record"]):
        print(__doc__)
        return 2
    record = arguments == ["--record"]
    try:
        for listing in LISTS:
            packages = tomllib.loads(listing.read_text(encoding="utf-8"))["package"]
            for package in packages:
                fetch(listing, package, record=record)
            if record:
                listing.write_text(written(packages), encoding="utf-8")
    except ValueError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def fetch(listing: Path, package: dict[str, Any], *, record: bool) -> None:
    """Replace the folder of one package by what npm has. Errors: ValueError when it is not what was recorded."""
    print(f"{package['name']} {package['version']}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        command = ["npm", "pack", "--silent", f"{package['name']}@{package['version']}"]
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        (archive,) = Path(folder).glob("*.tgz")
        digest = "sha512-" + base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
        if record:
            package["integrity"] = digest
        elif package["integrity"] != digest:
            raise ValueError(f"{package['name']} {package['version']} is not the package that was recorded.")
        keep(archive, listing, package, record=record)


def keep(archive: Path, listing: Path, package: dict[str, Any], *, record: bool) -> None:
    """Copy the listed files out of the fetched archive."""
    contents: dict[str, bytes] = {}
    with tarfile.open(archive) as package_files:
        for source in package["files"]:
            member = package_files.extractfile(f"package/{source}")
            contents[source] = member.read() if member else b""
    for source, content in contents.items():
        digest = hashlib.sha256(content).hexdigest()
        if record:
            package["files"][source] = digest
        elif package["files"][source] != digest:
            raise ValueError(f"{source} of {package['name']} is not the file that was recorded.")
    shutil.rmtree(listing.parent / package["folder"], ignore_errors=True)
    for source, content in contents.items():
        path = kept_path(listing, package, source)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def written(packages: list[dict[str, Any]]) -> str:
    """The text of a vendor.toml."""
    lines = [
        "# Which browser libraries are kept here. Written by tools/vendor.py, which says how to change it."
    ]
    for package in packages:
        lines += ["", "[[package]]"]
        lines += [
            f'{key} = "{package[key]}"' for key in ("name", "version", "folder", "licence", "integrity")
        ]
        lines += ["", "[package.files]"]
        lines += [f'"{source}" = "{digest}"' for source, digest in sorted(package["files"].items())]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
