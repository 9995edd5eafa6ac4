"""What is written is read back as it was."""

from hypothesis import given
from hypothesis import strategies as st

from permitflow.engine import strict_yaml
from permitflow.engine.yaml_writing import written

WORDS = st.text(max_size=30).filter(lambda text: not any("\ud800" <= letter <= "\udfff" for letter in text))
SCALARS = st.one_of(WORDS, st.integers(-(2**53) + 1, 2**53 - 1), st.booleans(), st.none())
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS, inner, max_size=4)
)


@given(st.dictionaries(WORDS.filter(lambda key: key != "<<"), VALUES, min_size=1, max_size=5))
def test_any_block_comes_back(block: dict[str, object]) -> None:
    text = written(block)  # type: ignore[arg-type] # hypothesis cannot name the recursive type
    assert strict_yaml.read(text, "made-up.yaml").value == block


def test_plain_words_stay_plain() -> None:
    assert written({"title": "Plan review", "yes": "no", "list": ["a b", "1", 1]}) == (
        'title: Plan review\n"yes": "no"\nlist: [a b, "1", 1]\n'
    )


def test_long_blocks_take_lines_of_their_own() -> None:
    text = written({"outer": {"inner": {f"key{number}": "x" * 20 for number in range(9)}}})
    assert text.splitlines()[:2] == ["outer:", "  inner:"]
    assert all(len(line) < 110 for line in text.splitlines())
