"""How gunicorn serves Amends; every number comes from the environment."""

import os
from typing import Any

from config.warming import warm

bind = os.environ.get("BIND") or f"127.0.0.1:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# Threads keep a slow reader of one page from holding a whole process; each
# keeps a database connection of its own.
threads = int(os.environ.get("WEB_THREADS", "4"))
worker_class = "gthread"
timeout = 60
graceful_timeout = 15
keepalive = 5
# A worker that leaks is replaced before it hurts; the jitter keeps them from going together.
max_requests = int(os.environ.get("WEB_MAX_REQUESTS", "20000"))
max_requests_jitter = max_requests // 10
preload_app = True
accesslog = None  # django-structlog writes one line for each request
errorlog = "-"
proc_name = "amends"
control_socket_disable = True


def when_ready(_server: Any) -> None:
    """The application is loaded and no worker is forked yet."""
    warm()
