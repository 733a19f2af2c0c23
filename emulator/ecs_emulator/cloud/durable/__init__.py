"""Durable data of the local cloud: a database beside moto's memory, written before each answer goes out."""
