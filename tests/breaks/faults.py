"""What was answered is lost in a fault, visitors wait or are told what is not so, or nobody would notice."""

from __future__ import annotations

from tests.breaks import Break

JUDGING = "tests/reliability/faults/test_judging.py"

BREAKS = [
    Break(
        "A like is answered before it is written.",
        "app/likes/actions.py",
        "    return RequestCoalescer(likes.add).do\n",
        "    import asyncio\n\n"
        "    coalescer = RequestCoalescer(likes.add)\n\n"
        "    async def like(mysfit: str) -> int:\n"
        "        asyncio.get_running_loop().call_later(0.5, lambda: asyncio.ensure_future(coalescer.do(mysfit)))\n"
        "        return 1\n\n"
        "    return like\n",
        "tests/likes/test_likes.py::test_a_profile_shows_a_like_as_soon_as_it_is_answered",
    ),
    Break(
        "A call to a data store that hangs is waited for.",
        "app/kit/aws.py",
        "READ_TIMEOUT = 2\n",
        "READ_TIMEOUT = 6\n",
        "tests/kit/test_dynamodb.py::test_a_write_that_hangs_is_given_up",
    ),
    Break(
        "An answer that says nothing is a mysfit that is not there.",
        "app/kit/dynamodb.py",
        '        _part(answer, "ConsumedCapacity")\n',
        "",
        "tests/kit/test_dynamodb_client.py::test_an_answer_that_cannot_be_read_is_in_doubt",
    ),
    Break(
        "A write whose answer was lost is sent again without a thought.",
        "app/kit/dynamodb_client.py",
        'a blind retry would apply it twice."""\n        return await self._call(operation, parameters)\n',
        'a blind retry would apply it twice."""\n        return await self.read(operation, 2, parameters)\n',
        "tests/kit/test_dynamodb_client.py::test_a_write_is_sent_once",
    ),
    Break(
        "A like joins a write that has begun without it.",
        "app/kit/coalescer.py",
        "        del self._open[mine.key]\n"
        "        began = time.monotonic()\n"
        "        try:\n"
        "            mine.result = await self._work(mine.key, mine.size, mine.deadline)\n",
        "        began = time.monotonic()\n"
        "        try:\n"
        "            mine.result = await self._work(mine.key, mine.size, mine.deadline)\n"
        "            del self._open[mine.key]\n",
        "tests/kit/test_coalescer.py::test_whatever_the_crowd_every_call_is_in_exactly_one_round_begun_after_it",
    ),
    Break(
        "The credentials of the first call sign all others.",
        "app/kit/sigv4.py",
        "        if of != (date, secret):\n",
        "        if not key:\n",
        "tests/kit/test_sigv4.py::test_a_signing_key_is_of_its_day_and_secret",
    ),
    Break(
        "A clock that is wrong is a 500.",
        "app/kit/dynamodb.py",
        '_WRONG_TIME = ("Signature expired", "Signature not yet current")',
        '_WRONG_TIME = ("Never said.",)',
        "tests/kit/test_dynamodb.py::test_errors_are_told_apart_by_what_they_leave_behind",
    ),
    Break(
        "The judge of the faults overlooks lost likes.",
        "reliability/faults/judging.py",
        "(found.holds and run.report.acknowledged",
        "(run.report.acknowledged",
        f"{JUDGING}::test_fails_when_an_answered_like_is_lost_or_one_is_stored_twice",
    ),
    Break(
        "The judge of the faults takes any answer.",
        "reliability/faults/judging.py",
        "        set(failures) <= tolerance.kinds and (",
        "        (",
        f"{JUDGING}::test_fails_for_another_answer_than_may_be_given",
    ),
    Break(
        "The stamp that a row let go of last counts once more when it comes late.",
        "app/likes/store.py",
        '"(attribute_not_exists(WriterFloor) OR WriterFloor < :number)))"',
        '"(attribute_not_exists(WriterFloor) OR WriterFloor <= :number)))"',
        "tests/likes/test_edges.py::test_a_late_duplicate_of_the_stamp_that_became_the_floor_counts_nothing",
    ),
]
