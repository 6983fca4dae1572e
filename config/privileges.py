"""Running PostgreSQL from root: it refuses root, so it runs as another user.

The other user must reach the program and its data, which often lie below a
home that only root may enter. On Linux the child then keeps one capability,
to read past permissions, rather than that we open other people's folders.
"""

import ctypes
import os
import pwd
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

PR_SET_SECUREBITS = 28
# Rights survive the change of user, and access(2), by which initdb looks for
# its programs, honours them.
SECBIT_NO_SETUID_FIXUP = 1 << 2
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_VERSION_3 = 0x20080522
# In this order: the first is the smaller right; containers often grant only the second.
CAP_DAC_READ_SEARCH = 2
CAP_DAC_OVERRIDE = 1


@dataclass(frozen=True)
class Account:
    """Whom a server runs as."""

    uid: int
    gid: int

    @property
    def name(self) -> str:
        """The account's name, or its number where it has none."""
        try:
            return pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return str(self.uid)


class _CapHeader(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class _CapData(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def server_account(data: Path) -> Account | None:
    """Whom the server of `data` must run as when we are root; None when we are not.

    It is the owner of the data where there are any, else `nobody`. Raises
    LookupError where the machine has no such account.
    """
    if os.geteuid() != 0:
        return None
    if data.exists() and data.stat().st_uid != 0:
        return Account(data.stat().st_uid, data.stat().st_gid)
    try:
        entry = pwd.getpwnam("nobody")
    except KeyError:
        raise LookupError("nobody") from None
    return Account(entry.pw_uid, entry.pw_gid)


def is_open_to_others(path: Path) -> bool:
    """Whether any user can walk to `path` and read it."""
    if not path.stat().st_mode & stat.S_IROTH:
        return False
    folders = [path, *path.parents] if path.is_dir() else path.parents
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in folders)


def becoming(account: Account, *, reach_all: bool) -> Callable[[], None]:
    """Return what a child calls to become `account`, if need be with the right to reach all files.

    Raises OSError in the child where the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None

    def become() -> None:
        kept = reach_all and libc is not None
        if kept and libc is not None:
            libc.prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0)
        os.setgroups([])
        os.setgid(account.gid)
        os.setuid(account.uid)
        os.umask(0o077)
        if kept and libc is not None:
            _keep_one_capability(libc)

    return become


def _keep_one_capability(libc: ctypes.CDLL) -> None:
    header = _CapHeader(CAP_VERSION_3, 0)
    data = (_CapData * 2)()
    libc.capget(ctypes.byref(header), data)
    for capability in (CAP_DAC_READ_SEARCH, CAP_DAC_OVERRIDE):
        bit = 1 << capability
        if not data[0].permitted & bit:
            continue
        wanted = (_CapData * 2)(_CapData(bit, bit, bit), _CapData(0, 0, 0))
        if libc.capset(ctypes.byref(header), wanted) == 0:
            libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0)
        return
