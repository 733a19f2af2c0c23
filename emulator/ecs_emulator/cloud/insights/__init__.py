"""CloudWatch Logs Insights: the query language."""
