"""Assets of installed packages: which of them we serve, and under what names."""

from collections.abc import Iterable
from importlib.metadata import files
from pathlib import Path
from typing import Any

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.files.storage import FileSystemStorage, Storage
from whitenoise.storage import CompressedManifestStaticFilesStorage

# Distribution -> the files of it that our pages load, served under their own paths.
ASSETS = {
    "bootstrap-wrapper": [
        "bootstrap/css/bootstrap-reboot.min.css",
        "bootstrap/css/bootstrap.min.css",
        "bootstrap/js/bootstrap.bundle.min.js",
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

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        """Return the file behind a static path, or an empty list."""
        if path not in self.roots:
            return []
        found = str(self.roots[path] / path)
        return [found] if find_all else found

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterable[tuple[str, Storage]]:
        """Yield each asset with the storage that reads it."""
        for path, root in self.roots.items():
            if not matches_patterns(path, list(ignore_patterns or [])):
                yield path, FileSystemStorage(location=root)


def _without_source_maps() -> tuple[tuple[str, tuple[Any, ...]], ...]:
    """The places where names are rewritten, except those that name a source map."""
    kept = (
        (glob, tuple(each for each in expressions if "sourceMappingURL" not in str(each)))
        for glob, expressions in CompressedManifestStaticFilesStorage.patterns
    )
    return tuple((glob, expressions) for glob, expressions in kept if expressions)


class HashedAssets(CompressedManifestStaticFilesStorage):
    """Compressed files whose names carry a hash; source maps, which nobody loads, are left out."""

    patterns = _without_source_maps()
