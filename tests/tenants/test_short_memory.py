import threading

from tenants.short_memory import ShortMemory


class _Small(ShortMemory):
    entries = 2


class _Forgetful(ShortMemory):
    seconds = -1


def test_known_value_is_told_from_an_unknown_one_even_if_it_is_none():
    memory = ShortMemory()
    memory.put("a", None)

    assert memory.get("a") == (True, None)
    assert memory.get("b") == (False, None)


def test_the_oldest_entry_makes_room():
    memory = _Small()
    for key in ("a", "b", "a", "c"):
        memory.put(key, key)

    assert [memory.get(key)[0] for key in "abc"] == [True, False, True]


def test_an_entry_ends_by_time_and_by_clear():
    late, cleared = _Forgetful(), ShortMemory()
    late.put("a", 1)
    cleared.put("a", 1)
    cleared.clear()

    assert late.get("a") == cleared.get("a") == (False, None)


def test_threads_share_it_within_its_bound():
    memory = _Small()

    def write(start):
        for number in range(start, start + 500):
            memory.put(number, number)

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 1000, 2000)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(memory.get(number)[0] for number in range(3000)) == 2
