"""Mail in and out, webhooks, API clients, imports, and the delivery of what leaves the process."""
