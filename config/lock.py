"""Locks requirements/*.in with hashes, for every platform, naming no package index."""

import subprocess
import sys

from config.paths import BASE_DIR

OPTIONS = [
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--quiet",
]


def main() -> int:
    """Write base.txt, then dev.txt, which is bound by it. Arguments go to uv (`--upgrade`)."""
    for name in ("base", "dev"):
        command = [sys.executable, "-m", "uv", "pip", "compile", *OPTIONS, *sys.argv[1:]]
        files = [f"requirements/{name}.in", "--output-file", f"requirements/{name}.txt"]
        done = subprocess.run([*command, *files], cwd=BASE_DIR, check=False)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    sys.exit(main())
