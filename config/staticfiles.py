"""Finds the assets that installed packages carry outside a Django app."""

from collections.abc import Iterable
from importlib.metadata import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage

# Distribution -> the files of it that our pages load (and their source maps,
# which the manifest insists on). They are served under their own paths.
ASSETS = {
    "bootstrap-wrapper": [
        "bootstrap/css/bootstrap-reboot.min.css",
        "bootstrap/css/bootstrap-reboot.min.css.map",
        "bootstrap/css/bootstrap.min.css",
        "bootstrap/css/bootstrap.min.css.map",
        "bootstrap/js/bootstrap.bundle.min.js",
        "bootstrap/js/bootstrap.bundle.min.js.map",
    ]
}


class PackageFinder(BaseFinder):
    """Static files of installed distributions, by the names in ASSETS."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roots: dict[str, Path] = {}
        for distribution, wanted in ASSETS.items():
            located = {str(file): Path(str(file.locate())) for file in files(distribution) or []}
            for name in wanted:
                if name in located:
                    self.roots[name] = located[name].parents[len(Path(name).parts) - 1]

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """Return the file behind a static path, or an empty list."""
        if path not in self.roots:
            return []
        found = str(self.roots[path] / path)
        return [found] if kwargs.get("all", find_all) else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """Yield each asset with the storage that reads it."""
        for path, root in self.roots.items():
            if not matches_patterns(path, list(ignore_patterns or [])):
                yield path, FileSystemStorage(location=root)
