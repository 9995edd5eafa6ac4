"""The refusal of a file: name, line where known, sentence."""

from permitflow.interchange.reading import BadFile


def test_a_refusal_reads_as_one_sentence_with_its_place():
    assert str(BadFile("log.xes", "It is empty.")) == "log.xes: It is empty."
    assert str(BadFile("log.xes", "It is cut off.", 7)) == "log.xes, line 7: It is cut off."
