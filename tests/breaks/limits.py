"""Somebody may have more than there is a limit for, or is turned away without a word."""

from __future__ import annotations

from tests.breaks import Break

BREAKS = [
    Break(
        "Whoever calls can make the firewall take them for somebody else.",
        "cfn/cluster.yml",
        "              AggregateKeyType: IP\n",
        "              AggregateKeyType: FORWARDED_IP\n",
        "tests/cfn/test_firewall.py::test_requests_are_counted_by_the_address_that_connects",
    ),
    Break(
        "Whoever asks too often is refused without being told for how long.",
        "cfn/site.yml",
        "                  - Name: Retry-After\n",
        "                  - Name: X-Retry-After\n",
        "tests/cfn/test_firewall.py::test_who_asks_too_often_is_told_so_in_the_words_of_the_api",
    ),
    Break(
        "The emulator makes a firewall without saying that it refuses nobody.",
        "emulator/ecs_emulator/stacks/resources/registry.py",
        "stub(name, UNGUARDED.get(name))",
        "stub(name)",
        "emulator/tests/stacks/test_resources.py::test_whoever_makes_a_firewall_is_told_that_it_refuses_nobody_here",
    ),
    Break(
        "Visitors may take every place, so that no health check is answered.",
        "app/kit/front.py",
        "            if path not in WITHOUT_PERMIT:\n",
        "            if True:\n",
        "tests/kit/test_limits.py::test_however_many_are_at_work_a_health_check_is_answered",
    ),
    Break(
        "A view that waits, and is no coroutine, holds up everybody.",
        "app/kit/front.py",
        "        return await asyncio.get_running_loop().run_in_executor(\n"
        "            self._pool, context.run, _called, self._flask, with_streams(environ)\n        )\n",
        "        return context.run(_called, self._flask, with_streams(environ))\n",
        "tests/kit/test_limits.py::test_views_that_are_no_coroutines_have_threads_of_their_own",
    ),
    Break(
        "A request is answered before its event has left the process.",
        "app/kit/front.py",
        "                await asyncio.sleep(0)\n",
        "                pass\n",
        "tests/kit/test_line_handler.py::test_what_is_answered_is_in_the_log",
    ),
    Break(
        "What a page of one origin is told of a list is told to all others.",
        "app/kit/front.py",
        "            return result.copy()\n",
        "            return result\n",
        "tests/kit/test_lists.py::test_what_one_is_told_of_origins_is_told_to_no_other",
    ),
    Break(
        "Who never ends a head keeps the connection for an hour.",
        "app/__main__.py",
        "header_read_timeout=60_000",
        "header_read_timeout=3_600_000",
        "tests/kit/test_limits.py::test_whoever_does_not_send_a_head_in_a_minute_is_hung_up_on",
    ),
    Break(
        "A client that makes up an address in X-Forwarded-For has likes without end.",
        "app/likes/rate_limiter.py",
        '.rpartition(",")[2].strip()',
        '.partition(",")[0].strip()',
        "tests/likes/test_rate_limiter.py::test_a_client_is_who_the_load_balancer_says",
    ),
    Break(
        "A request may bring a body, as long as it does not say how long it is.",
        "app/kit/parse.py",
        'strip("0") or "HTTP_TRANSFER_ENCODING" in environ:',
        'strip("0"):',
        "tests/platform/test_everywhere.py::test_no_route_takes_a_body",
    ),
    Break(
        "An address may be of any length as far as its query goes.",
        "app/kit/parse.py",
        'len(path) + len(environ.get("QUERY_STRING", "")) > LONGEST_ADDRESS',
        "len(path) > LONGEST_ADDRESS",
        "tests/platform/test_everywhere.py::test_an_address_may_be_as_long_as_a_load_balancer_lets_it_be",
    ),
    Break(
        "A head may be as large as the server itself lets it be, 400 KiB.",
        "app/__main__.py",
        ", max_buffer_size=64 * 1024)",
        ")",
        "tests/platform/test_wire.py::test_what_is_too_large_is_turned_away",
    ),
    Break(
        "A request that shares a call waits for it for as long as it takes.",
        "app/kit/coalescer.py",
        "call_later(GRACE, self._leave, mine)",
        "call_later(GRACE, mine.end)",
        "tests/kit/test_coalescer.py::test_a_batch_has_its_patience_and_then_what_a_call_takes_that_was_under_way",
    ),
    Break(
        "A request that shares a call is given up while its call may still come back.",
        "app/kit/coalescer.py",
        "        if self._at_work.get(mine.key) is mine:\n",
        "        if False:\n",
        "tests/kit/test_coalescer.py::test_followers_of_work_that_hangs_are_let_go",
    ),
    Break(
        "A row whose calls hang keeps all others waiting.",
        "app/kit/coalescer.py",
        "        return sum(each.began > overdue for each in self._at_work.values()) < limit\n",
        "        return False\n",
        "tests/kit/test_coalescer.py::test_work_that_takes_long_holds_up_no_other_key",
    ),
    Break(
        "However busy the processor is, every row begins a call of its own at once, and nobody shares one.",
        "app/kit/coalescer.py",
        "        if len(self._at_work) < limit:\n",
        "        if True:\n",
        "tests/kit/test_coalescer.py::test_a_batch_takes_requests_until_its_work_begins",
    ),
    Break(
        "A crowd on one row is served before who came earlier for another.",
        "app/kit/coalescer.py",
        "            self._ready.append(following)\n",
        "            self._ready.appendleft(following)\n",
        "tests/kit/test_coalescer.py::test_a_quiet_key_waits_for_no_more_than_those_who_came_before_it",
    ),
    Break(
        "Whoever gives up waiting takes a place along, until there is none.",
        "app/kit/concurrency_limiter.py",
        "            self._queue.remove(turn)\n",
        "",
        "tests/kit/test_concurrency_limiter.py::test_who_gave_up_waiting_takes_no_place_with_it",
    ),
    Break(
        "A server without a file descriptor left makes errors of its own of it.",
        "app/kit/problems.py",
        "    if is_out_of_files(error):\n",
        "    if False:\n",
        "tests/platform/test_everywhere.py::test_no_file_descriptor_left_is_a_503_wherever_it_is_noticed",
    ),
    Break(
        "Everybody who comes by IPv4 to a socket of IPv6 has the likes of one.",
        "app/likes/rate_limiter.py",
        "return address.ipv4_mapped or address.sixtofour",
        "return address.sixtofour",
        "tests/likes/test_rate_limiter.py::test_a_client_is_who_the_load_balancer_says",
    ),
]
