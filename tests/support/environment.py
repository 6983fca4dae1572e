"""The environment that the settings see under test."""

import os

# Redis databases: 0 and 1 are the controller's, then two for each xdist worker.
DATABASES_EACH = 2


def prepare_environment() -> None:
    """Set what the settings read; in an xdist worker, point Redis at that worker's databases."""
    os.environ.setdefault("AMENDS_LOCAL", "1")
    os.environ.setdefault("AMENDS_STATIC_MANIFEST", "0")
    os.environ.setdefault("LOG_LEVEL", "WARNING")
    os.environ.setdefault("LOG_FORMAT", "console")
    # PBKDF2 is slow by design; a test signs in often and keeps nothing secret.
    os.environ.setdefault("PASSWORD_HASHERS", "django.contrib.auth.hashers.MD5PasswordHasher")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    redis = os.environ.get("REDIS_URL", "")
    if worker and redis and "AMENDS_TEST_REDIS" not in os.environ:
        os.environ["AMENDS_TEST_REDIS"] = redis
        number = DATABASES_EACH * (int(worker.removeprefix("gw")) + 1)
        base = redis.rsplit("/", 1)[0]
        os.environ["REDIS_URL"] = f"{base}/{number}"
        os.environ["CACHE_URL"] = f"{base}/{number + 1}"
