"""Which icons there are: what somebody types as one is looked for before it is drawn."""

import difflib
import functools
from importlib import resources
from zipfile import ZipFile

#: Drawn for a name that there is none of.
UNKNOWN = "circle-dashed"


@functools.lru_cache(maxsize=1)
def icon_names() -> frozenset[str]:
    """The names of all icons."""
    with resources.files("lucide").joinpath("lucide.zip").open("rb") as file, ZipFile(file) as held:
        return frozenset(name.removesuffix(".svg") for name in held.namelist())


def icons_like(name: str) -> list[str]:
    """The names most like this one, for somebody who made a slip."""
    every = sorted(icon_names(), key=lambda one: (not one.startswith(name), len(one), one))
    within = [one for one in every if name and name in one][:3]
    near = difflib.get_close_matches(name, every, n=5, cutoff=0)
    return list(dict.fromkeys([*within, *near]))[:5]
