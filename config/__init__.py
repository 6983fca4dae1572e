"""The project: settings, urls, the beat schedule and the embedded stack. It composes the apps."""
