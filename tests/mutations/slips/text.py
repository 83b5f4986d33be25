"""Slips of text and tokens."""

from tests.mutations.slip import slip

TEXT = [
    slip(
        "a judge that forgives the first mistake for thirty characters",
        "text/playwright/__init__.py",
        "return error.position",
        "return error.position + 30",
        "text/test_playwright_probabilities.py::test_a_wrong_sum_is_impossible",
    ),
    slip(
        "targets that are not one step later",
        "text/batches.py",
        "return rows[:, :-1], rows[:, 1:]",
        "return rows[:, :-1], rows[:, :-1]",
        "text/test_batches.py::test_targets_are_the_inputs_one_step_later",
    ),
    slip(
        "training on the validation text",
        "text/batches.py",
        "return ids[:cut], ids[cut:]",
        "return ids, ids[cut:]",
        "text/test_batches.py::test_the_split_is_contiguous_and_loses_nothing",
    ),
    slip(
        "the last window never drawn",
        "text/batches.py",
        "torch.randint(_last_start(ids, block_size) + 1,",
        "torch.randint(_last_start(ids, block_size),",
        "text/test_batches.py::test_every_window_is_drawn_equally_often",
    ),
    slip(
        "the latest merge first",
        "text/merges.py",
        "_, pair = heapq.heappop(queue)",
        "_, pair = queue.pop()",
        "text/test_bpe.py::test_two_letters_only_equal_tiktoken",
    ),
    slip(
        "an old count in the heap is believed",
        "text/merges.py",
        "if count and -count == self.counts[pair]:",
        "if count:",
        "text/test_simple_bpe.py::test_corrected_counts_give_the_merges_of_counting_anew",
    ),
    slip(
        "a tie goes to the last pair in byte order",
        "text/simple_bpe.py",
        "best = min(counts, key=lambda pair: (-counts[pair], pair))",
        "best = max(counts, key=lambda pair: (counts[pair], pair))",
        "text/test_simple_bpe.py::test_among_equals_the_first_in_byte_order_is_merged",
    ),
    slip(
        "an entropy that forgets a sign",
        "text/playwright/expectation.py",
        "(math.fsum(draws) - math.fsum(choice))",
        "(math.fsum(draws) + math.fsum(choice))",
        "text/test_expectation.py::test_the_entropy_of_a_scene_is_that_of_the_list",
    ),
    slip(
        "the shortest special token first",
        "text/special.py",
        "sorted(names, key=len, reverse=True)",
        "sorted(names, key=len)",
        "text/test_special.py::test_the_longest_is_taken_where_several_begin",
    ),
    slip(
        "a stream cut behind a blank",
        "text/stream.py",
        "(?<=[\\p{L}\\p{N}])(?=\\s)|(?<=\\S)(?=[^\\S\\r\\n])",
        "(?<=\\s)",
        "text/test_stream.py::test_a_stream_has_the_ids_of_the_whole",
    ),
    slip(
        "an end that only one part of a text has",
        "text/documents.py",
        "    yield part, None",
        "    if part == PARTS[1]:\n        yield part, None",
        "text/test_shards.py::test_a_text_comes_back_from_its_shards",
    ),
    slip(
        "a row that goes on behind its end",
        "learning/sampling.py",
        "new = new.masked_fill(ended, end)",
        "pass",
        "learning/test_generate_ends.py::test_each_row_is_the_same_up_to_its_end_and_then_filled",
    ),
]
