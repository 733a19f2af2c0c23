"""What the local cloud answered is on disk: a database beside moto's memory, written before each answer goes out."""
