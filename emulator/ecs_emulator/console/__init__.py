"""Console of an emulator: a page on a control port of its own that shows what happens, and takes what AWS's takes."""
