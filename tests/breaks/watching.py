"""The numbers of CloudWatch, the dashboard or the rehearsal's metrics are not what happened."""

from __future__ import annotations

from tests.breaks import Break

BREAKS = [
    Break(
        "What a worker has counted last is lost when it is told to stop.",
        "app/kit/metrics.py",
        "    multiprocessing_util.Finalize(None, metrics.write, exitpriority=1)\n",
        "",
        "tests/server_process/test_metrics.py::test_a_stop_loses_no_metric",
    ),
    Break(
        "The last line is written when the delivery to CloudWatch has ended already.",
        "app/kit/metrics.py",
        "metrics.write, exitpriority=1)",
        "metrics.write, exitpriority=-1)",
        "tests/server_process/test_metrics.py::test_a_stop_loses_no_metric",
    ),
    Break(
        "A line has more values than CloudWatch takes.",
        "app/kit/metrics.py",
        "            for start in range(0, len(answered), MOST):\n"
        "                told = line(self._service, answered[start : start + MOST], self._named, time.time())\n",
        "            for _ in answered[:1]:\n"
        "                told = line(self._service, answered, self._named, time.time())\n",
        "tests/kit/test_metrics.py::test_no_line_has_more_values_than_cloudwatch_takes",
    ),
    Break(
        "The dashboard shows a metric that nobody writes.",
        "cfn/watch.yml",
        '''MetricName=\\"ServerErrors\\"''',
        '''MetricName=\\"Errors\\"''',
        "tests/cfn/test_watch.py::test_every_metric_on_the_dashboard_is_one_that_somebody_writes",
    ),
    Break(
        "A percentile is one value too low.",
        "emulator/ecs_emulator/cloud/metrics.py",
        "math.ceil(float(percentile[1]) / 100 * len(values))",
        "math.floor(float(percentile[1]) / 100 * len(values)) - 1",
        "emulator/tests/cloud/test_metrics.py::test_a_percentile_is_the_smallest_value_that_so_many_are_not_above",
    ),
    Break(
        "Events bring no metrics into the rehearsal.",
        "emulator/ecs_emulator/cloud/endpoint.py",
        'called.target.endswith(".PutLogEvents")',
        'called.target.endswith(".PutLogEvent")',
        "emulator/tests/cloud/test_metrics.py::test_what_is_embedded_in_events_is_a_metric",
    ),
    Break(
        "An alarm of the rehearsal says that all is well, though nobody looks.",
        "emulator/ecs_emulator/stacks/resources/watching.py",
        'StateValue="INSUFFICIENT_DATA"',
        'StateValue="OK"',
        "emulator/tests/stacks/test_watching.py::test_an_alarm_says_that_nobody_looks_at_its_metric",
    ),
]
