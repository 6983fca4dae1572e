"""Pure parts of the pages: words, glyphs, geometry."""
