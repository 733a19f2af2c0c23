"""ECS service scheduler, and the tasks it runs as processes of this machine."""
