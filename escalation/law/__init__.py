"""Rules of law: their lengths, how they are written, and the published ones. Pure."""
