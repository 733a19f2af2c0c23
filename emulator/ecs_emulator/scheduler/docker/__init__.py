"""Docker engine in place of Fargate: containers of the real image, by docker's command line."""
