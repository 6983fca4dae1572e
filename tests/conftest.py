"""What every test has: an embedded stack, no network, and named fixtures for the costly things.

The first pytest process starts one throwaway PostgreSQL and Redis for all
xdist workers; each worker gets a database cloned from a migrated template and
two Redis databases of its own.
"""

import os

from tests.support.environment import prepare_environment

prepare_environment()  # before anything imports the settings

from collections.abc import Iterator  # noqa: E402

import pytest  # noqa: E402

from tests.support.network import block_network  # noqa: E402
from tests.support.stack import TestStack, is_controller, only_pure_tests  # noqa: E402

pytest_plugins = ["tests.support.fixtures"]

_STACK = pytest.StashKey[TestStack]()


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """Start the stack in the first process; workers inherit its addresses."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    if is_controller(config) and not only_pure_tests(config):
        stack = TestStack()
        config.stash[_STACK] = stack
        config.add_cleanup(stack.stop)
        stack.start()


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """Nothing leaves this machine."""
    with block_network():
        yield
