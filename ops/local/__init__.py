"""This platform on the emulator: its data, its site, its image."""
