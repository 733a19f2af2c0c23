"""Doctor: what has to be true before something is begun, looked at; nothing is changed."""
