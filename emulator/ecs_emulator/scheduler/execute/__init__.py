"""ECS Exec: commands in containers that run, through the data channel of the Session Manager."""
