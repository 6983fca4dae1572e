"""What every test has: an embedded stack, no network, and named fixtures for the costly things.

The first pytest process starts one throwaway PostgreSQL and Redis for all
xdist workers; each worker gets a database cloned from a migrated template and
two Redis databases of its own.
"""

import os
import signal

from tests.support.environment import prepare_environment

prepare_environment()  # before anything imports the settings

from collections.abc import Generator, Iterator  # noqa: E402
from types import FrameType  # noqa: E402

import hypothesis  # noqa: E402
import pytest  # noqa: E402

from tests.support.live import LiveSite  # noqa: E402
from tests.support.network import block_network  # noqa: E402
from tests.support.stack import TestStack, is_controller, only_pure_tests  # noqa: E402

pytest_plugins = ["tests.support.fixtures", "tests.support.people"]

# How long an example takes says more of the machine than of the rule.
hypothesis.settings.register_profile("amends", deadline=None)
hypothesis.settings.load_profile("amends")

HANGS_AFTER = 180  # seconds
_STACK = pytest.StashKey[TestStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the stack in the first process; workers inherit its addresses."""
    if only_pure_tests(config):
        return
    if is_controller(config):
        stack = TestStack()
        config.stash[_STACK] = stack
        config.add_cleanup(stack.stop)
        stack.start()
    import django  # only now do the settings know the addresses

    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    # Were it inherited, a worker would read the settings before its own Redis databases are named.
    del os.environ["DJANGO_SETTINGS_MODULE"]

    from tests.support.flush import let_tests_flush

    let_tests_flush()


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Nothing leaves this machine."""
    with block_network():
        yield


@pytest.fixture(autouse=True)
def _default_language() -> Iterator[None]:
    """A page that was read in German leaves the next test none of it."""
    yield
    from django.conf import settings
    from django.utils import translation

    if settings.configured:  # tests of rules alone have none
        translation.deactivate()


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than cores, for tests wait on servers; four at most, for they share them."""
    return max(2, min((os.cpu_count() or 1) + 1, 4))


# Tests that need one costly thing share one xdist worker, and begin first, for they take longest.
_COSTLY = ("browser", "live_worker", "live_site")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Group what drives a live site, so that each run starts few of them."""
    for item in items:
        needed: list[str] = getattr(item, "fixturenames", [])
        for name in _COSTLY:
            if name in needed:
                item.add_marker(pytest.mark.xdist_group("browser" if name == "browser" else "live"))
                break
    items.sort(key=lambda item: item.get_closest_marker("xdist_group") is None)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A worker and beat that the tests before needed do not run on beside all others."""
    if "live_worker" not in getattr(item, "fixturenames", ()):
        for site in LiveSite.every:
            site.rest()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """A test that hangs fails, with the place where it hung."""
    patience = HANGS_AFTER * (5 if item.get_closest_marker("long") else 1)

    def too_long(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"{item.nodeid} took more than {patience} seconds")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(patience)
    try:
        return (yield)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
