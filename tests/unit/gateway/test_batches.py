from plimsoll.gateway.model.batches import plan_batches


def test_texts_of_like_length_share_a_batch_within_the_bound():
    assert plan_batches([4, 1, 4, 1, 9], most_tokens=8) == [[1, 3], [0, 2], [4]]


def test_every_text_stands_in_one_batch():
    lengths = [n % 17 + 1 for n in range(200)]
    batches = plan_batches(lengths, most_tokens=64)
    assert sorted(place for batch in batches for place in batch) == list(range(200))
    assert max(len(batch) * max(lengths[place] for place in batch) for batch in batches) <= 64


def test_no_texts_make_no_batch():
    assert plan_batches([]) == []
